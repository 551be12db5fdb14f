"""Who is called on call: the volunteers' rota and the manager behind it, and until when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.organisation.example import example_text
from app.organisation.in_force import parse_applied
from app.rules.oncall import on_call
from app.rules.organisation import Leave, Organisation, Override
from app.rules.schedule import Schedule

MONDAY = datetime(2026, 11, 23, 22, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
WEEK = timedelta(weeks=1)


@pytest.fixture(scope="module")
def org() -> Organisation:
    return parse_applied(example_text())


def override(person: str, start: datetime, end: datetime) -> Override:
    return Override(person=person, start=start, end=end, why="a swap", made_at=MONDAY)


def served(org: Organisation, *made: Override, away: tuple[Leave, ...] = ()) -> Schedule:
    base = Schedule.of(org)
    versions, overrides = base.rotas["volunteers"]
    rotas = {**base.rotas, "volunteers": (versions, (*overrides, *made))}
    return replace(base, rotas=rotas, away=away)


def test_the_volunteer_on_duty_until_the_next_one(org: Organisation) -> None:
    now = on_call(org, served(org), MONDAY)
    assert (now.people, now.until, now.manager) == (("chi@acme.test",), FRIDAY, "mia@acme.test")


def test_the_boundary_is_exact(org: Organisation) -> None:
    before = on_call(org, served(org), FRIDAY - timedelta(microseconds=1))
    assert before.people == ("chi@acme.test",)
    assert on_call(org, served(org), FRIDAY).people == ("ana@acme.test",)


def test_an_override_ends_it_earlier_and_one_by_the_same_person_does_not(
    org: Organisation,
) -> None:
    start, end = FRIDAY - timedelta(days=1), FRIDAY
    assert on_call(org, served(org, override("ana@acme.test", start, end)), MONDAY).until == start
    own = override("chi@acme.test", start, end)
    assert on_call(org, served(org, own), MONDAY).until == FRIDAY


def test_shifts_of_one_person_in_a_row_are_one(org: Organisation) -> None:
    taken = override("chi@acme.test", FRIDAY, FRIDAY + WEEK)
    assert on_call(org, served(org, taken), MONDAY).until == FRIDAY + 2 * WEEK


def test_where_nobody_serves_the_manager_is_rung_first(org: Organisation) -> None:
    away = tuple(
        Leave(person=f"{name}@acme.test", start=MONDAY - 9 * WEEK, end=FRIDAY,
              made_at=MONDAY - 20 * WEEK)
        for name in ("ana", "chi")
    )  # fmt: skip
    now = on_call(org, served(org, away=away), MONDAY)
    assert (now.people, now.rung_first) == ((), ("mia@acme.test",))
    assert now.until == FRIDAY


def test_an_end_that_is_far_away_is_none(org: Organisation) -> None:
    for_ever = override("ana@acme.test", MONDAY, MONDAY + 30 * WEEK)
    assert on_call(org, served(org, for_ever), MONDAY).until is None
