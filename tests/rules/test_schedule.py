"""Every rota's versions and overrides as one value."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.rota import RotaVersion, Why
from app.rules.schedule import MOST_TURNS, Schedule
from tests.rules.company import at, company, override, rota, rotation

WEEKLY = rota(["ana", "ben"], rotation(), name="data")
"""Friday, 18:00 in Dublin; Ana has the week from 20 November, 2026."""
HOUR = timedelta(hours=1)
MOMENTS = st.integers(-200, 6000).map(lambda hours: at("2026-01-01T00:00") + hours * HOUR)
TUESDAY, FRIDAY, NEXT = at("2026-11-24T12:00"), at("2026-11-20T18:00"), at("2026-11-27T18:00")


def test_a_file_alone_is_a_schedule_with_the_overrides_that_stand_in_it() -> None:
    taken = override("ben", "2026-11-24T00:00", "2026-11-25T00:00", why="Ana is away")
    org = company(rotas=[replace(WEEKLY, overrides=(taken,))])
    schedule = Schedule.of(org)
    shift = schedule.on_duty("data", TUESDAY)
    assert (shift.person, shift.why, shift.note) == ("ben", Why.OVERRIDE, "Ana is away")
    assert [each.person for each in schedule.shifts("data", FRIDAY, NEXT)] == ["ana", "ben", "ana"]
    assert schedule.turn_order("data", TUESDAY) == ["ana", "ben"]


def test_a_rota_that_is_not_in_it_has_nobody() -> None:
    empty = Schedule({})
    assert empty.on_duty("data", TUESDAY).person is None
    assert [each.person for each in empty.shifts("data", FRIDAY, NEXT)] == [None]
    assert empty.turn_order("data", TUESDAY) == []


def test_a_rota_that_turns_every_few_seconds_is_looked_ahead_by_its_turns() -> None:
    quick = rota(["ana", "ben"], rotation(timedelta(seconds=2)), name="quick")
    hourly = rota(["ana", "ben"], rotation(HOUR), name="hourly")
    schedule = Schedule(
        {each.id: ((RotaVersion(each, None),), ()) for each in (WEEKLY, quick, hourly)}
    )
    weeks = TUESDAY + timedelta(weeks=12)
    assert schedule.ahead("data", TUESDAY, weeks) == weeks
    assert schedule.ahead("hourly", TUESDAY, weeks) == weeks
    assert schedule.ahead("quick", TUESDAY, weeks) == TUESDAY + timedelta(seconds=2) * MOST_TURNS
    assert schedule.ahead("quick", TUESDAY, TUESDAY + HOUR) == TUESDAY + HOUR
    assert schedule.ahead("nobody", TUESDAY, weeks) == weeks


def test_a_page_keeps_what_chose_its_person() -> None:
    made = override("ben", "2026-11-24T00:00", "2026-11-25T00:00", made="2026-11-23T00:00")
    versions = (RotaVersion(WEEKLY, None), RotaVersion(WEEKLY, at("2026-11-13T18:00")))
    schedule = Schedule({"data": (versions, (replace(made, why="Ana is away"),))})
    assert schedule.facts("data", schedule.on_duty("data", TUESDAY)) == {
        "rota": "data",
        "version": 1,
        "effective": "2026-11-13T18:00:00+00:00",
        "why": "override",
        "shift": ["2026-11-24T00:00:00+00:00", "2026-11-25T00:00:00+00:00"],
        "note": "Ana is away",
        "instead_of": "ana",
        "override_made_at": "2026-11-23T00:00:00+00:00",
    }


def test_a_page_without_a_rota_keeps_that_nobody_had_it() -> None:
    schedule = Schedule({})
    assert schedule.facts("data", schedule.on_duty("data", TUESDAY)) == {
        "rota": "data",
        "version": None,
        "effective": None,
        "why": "gap",
        "shift": [None, None],
        "note": "the rota has not started",
        "instead_of": None,
        "override_made_at": None,
    }


# ── what it remembers ─────────────────────────────────────────────────────────────────────────
@settings(deadline=None, max_examples=60)
@given(st.data())
def test_what_was_rendered_before_changes_no_answer(data: st.DataObject) -> None:
    """In whatever order a schedule is asked, it says what a new one says."""
    covers = [
        override(
            data.draw(st.sampled_from(["ana", "zoe"])),
            f"{begin:%Y-%m-%dT%H:%M}",
            f"{begin + data.draw(st.integers(1, 90)) * HOUR:%Y-%m-%dT%H:%M}",
            made="2026-01-01T00:00",
        )
        for begin in data.draw(st.lists(MOMENTS, max_size=4))
    ]
    rotas = {"data": ((RotaVersion(WEEKLY, None),), covers)}
    asked_before = Schedule(rotas)
    for _ in range(6):
        start = data.draw(MOMENTS)
        end = start + data.draw(st.integers(-5, 2000)) * HOUR
        new = Schedule(rotas)
        assert asked_before.shifts("data", start, end) == new.shifts("data", start, end)
        assert asked_before.on_duty("data", start) == Schedule(rotas).on_duty("data", start)


def test_a_list_that_was_handed_out_may_be_changed() -> None:
    schedule = Schedule({"data": ((RotaVersion(WEEKLY, None),), ())})
    asked = schedule.shifts("data", FRIDAY, NEXT)
    kept = list(asked)
    asked.clear()
    assert schedule.shifts("data", FRIDAY, NEXT) == kept
