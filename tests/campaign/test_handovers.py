"""The short form of `handovers`: around a change of clocks in every zone, each boundary once."""

from argparse import Namespace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.campaign.handovers import boundaries, run


def options(**changes: object) -> Namespace:
    return Namespace(short=True, years=1, zone=None, every=None, seed=1, **changes)


def test_every_boundary_around_a_change_of_clocks_is_handed_over_once() -> None:
    found = run(options(database="sqlite"))
    assert [each for each in found if not each.held] == []
    met = {each.what: each.figure for each in found}
    assert met["boundaries"] > 120
    assert met["processes that died in a transaction"] > 30
    assert met["outages over boundaries"] > 3


def test_with_replicas_on_one_postgresql() -> None:
    told = options(database="postgresql")
    told.zone, told.every = "Australia/Lord_Howe", "1w"
    found = run(told)
    assert [each for each in found if not each.held] == []


@pytest.mark.parametrize(
    ("day", "zone", "wanted"),
    [
        (date(2026, 10, 4), "Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        (date(2026, 3, 29), "Europe/Dublin", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (date(2026, 3, 8), "America/Los_Angeles", datetime(2026, 3, 8, 10, tzinfo=UTC)),
        (date(2011, 12, 30), "Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_what_the_clocks_say(day: date, zone: str, wanted: datetime) -> None:
    assert boundaries(day, "1d", ZoneInfo(zone), day) == [wanted]
