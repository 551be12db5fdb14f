"""Gaps of the next 60 days are warnings."""

from datetime import UTC, datetime, timedelta

import pytest

from app.organisation.ahead import gaps_ahead
from app.organisation.read import read
from tests.organisation.edits import changed

CALM = datetime(2026, 11, 23, 12, tzinfo=UTC)
TEAM_DAYS = 'days = ["mon", "tue", "wed", "thu", "fri"] }'
MANAGER_START = 'from = "2026-01-02" }\nmembers'


def gaps(*edits: tuple[str, str], now: datetime = CALM, extra: str = "") -> list[str]:
    organisation = read(changed(*edits, extra=extra), source="baton.toml").organisation
    assert organisation is not None
    return [str(problem) for problem in gaps_ahead(organisation, now=now)]


def test_the_example_has_no_gap_while_its_tours_last() -> None:
    assert gaps() == []


def test_nights_and_weekends_of_a_teams_rota_are_no_gap() -> None:
    """The team's turns leave the weekend out, as its working hours do."""
    assert gaps(now=datetime(2026, 11, 27, 19, tzinfo=UTC)) == []


def test_tours_that_end_leave_a_gap() -> None:
    assert gaps(now=datetime(2027, 1, 20, tzinfo=UTC)) == [
        "rota[0]: nobody is on duty from Fri 5 Mar 2027 18:00 GMT on: "
        "out of hours the managers would be paged. Ask for volunteers, or add an override."
    ]


def test_the_gap_is_not_seen_before_it_is_60_days_away() -> None:
    boundary = datetime(2027, 3, 5, 18, tzinfo=UTC)
    assert gaps(now=boundary - timedelta(days=60)) == []
    assert len(gaps(now=boundary - timedelta(days=60) + timedelta(seconds=1))) == 1


def test_a_working_day_without_a_turn_is_a_gap_each_week() -> None:
    assert gaps((TEAM_DAYS, 'days = ["mon", "tue", "wed", "thu"] }')) == [
        "rota[1]: nobody is on duty from Fri 27 Nov 2026 09:00 GMT to Fri 27 Nov 2026 18:00 GMT, "
        "and 6 more times in the next 60 days: the managers would be paged. "
        "Let its turns cover the team's working hours, or add an override."
    ]


def test_an_override_fills_a_gap() -> None:
    edits = (MANAGER_START, MANAGER_START.replace("2026-01-02", "2026-11-27"))
    filled = """
[[rota.override]]
person = "mia@acme.test"
from = 2026-11-23T00:00:00Z
to = 2026-11-27T18:00:00Z
"""
    assert gaps(edits) == [
        "rota[2]: nobody is on duty from Mon 23 Nov 2026 12:00 GMT to Fri 27 Nov 2026 18:00 GMT: "
        "nobody could be escalated to. Let its turns cover every hour, or add an override."
    ]
    assert gaps(edits, extra=filled) == []


def test_a_reading_with_a_clock_warns_of_gaps_and_one_without_does_not() -> None:
    late = datetime(2027, 1, 20, tzinfo=UTC)
    text = changed()
    with_clock = read(text, source="baton.toml", now=late).warnings
    assert [(each.path, each.line) for each in with_clock] == [("rota[0]", 96), ("rota[0]", 96)]
    assert len(read(text, source="baton.toml").warnings) == 1


@pytest.mark.timeout(20)
def test_a_rota_that_turns_every_second_is_not_looked_at_for_60_days() -> None:
    turning = ('every = "1w", day = "fri"', 'every = "1s"')
    assert gaps(turning) == []
