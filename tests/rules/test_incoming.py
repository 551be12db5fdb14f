"""Who has the pager, and since when: the instant before, somebody else had it, or another turn."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.rules import routing
from app.rules.incoming import has_the_pager
from app.rules.organisation import RotaKind, Severity
from app.rules.rota import EVER
from app.rules.schedule import Schedule
from tests.rules.company import (
    at,
    company,
    hours,
    override,
    person,
    rota,
    rotation,
    service,
    team,
    tour,
)

MICROSECOND = timedelta(microseconds=1)
ORG = company(
    people=[person(name) for name in ("ana", "ben", "chi", "dee")],
    teams=[team("data", ["ana", "ben"], hours(ZoneInfo("America/New_York")), "data")],
    services=[service("elt", "data")],
    rotas=[
        rota(
            name="volunteers",
            kind=RotaKind.VOLUNTEERS,
            tours=[tour("chi", "2026-01-02", 100), tour("dee", "2026-01-02", 100)],
            overrides=[override("ana", "2026-03-04T01:00", "2026-03-04T05:00")],
        ),
        rota(["ana", "ben"], rotation(timedelta(days=1), clock="09:00"), name="data"),
    ],
)
SCHEDULE = Schedule.of(ORG)
START = at("2026-02-01T00:00")


def duty(when: timedelta, named: str | None = "elt") -> dict[str, str]:
    found = has_the_pager(ORG, SCHEDULE, named, START + when)
    return {who: f"{since:%a %d %H:%M}" for who, since in found.items()}


def test_it_begins_with_the_shift_or_with_the_turn_of_the_working_hours() -> None:
    monday = at("2026-02-02T14:00") - START
    assert duty(monday - MICROSECOND) == {"chi": "Fri 30 23:00"}
    assert list(duty(monday).values()) == ["Mon 02 14:00"]
    assert duty(monday + timedelta(hours=9)) == {"chi": "Mon 02 23:00"}
    assert duty(monday + timedelta(hours=9), None) == {"chi": "Fri 30 18:00"}


def test_an_override_begins_where_it_begins_and_what_it_cut_goes_on_after_it() -> None:
    taken = at("2026-03-04T01:00") - START
    assert duty(taken) == {"ana": "Wed 04 01:00"}
    assert list(duty(taken + timedelta(hours=4)).values()) == ["Wed 04 05:00"]


def test_before_a_rota_starts_nobody_has_it() -> None:
    assert has_the_pager(ORG, SCHEDULE, None, EVER) == {}


@given(st.integers(0, 60 * 24 * 3600), st.sampled_from(["elt", None]))
def test_since_then_they_had_it_without_a_break(seconds: int, named: str | None) -> None:
    now = START + timedelta(seconds=seconds)

    def tier_one(when: timedelta) -> frozenset[str]:
        return routing.who(ORG, SCHEDULE, named, Severity.P1, now - when).tier_one

    found = has_the_pager(ORG, SCHEDULE, named, now)
    assert found.keys() == tier_one(timedelta(0))
    for who, since in found.items():
        assert since <= now
        for part in range(5):
            assert who in tier_one((now - since) * part / 4)
        assert has_the_pager(ORG, SCHEDULE, named, since) == found
