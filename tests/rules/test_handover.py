"""Boundaries, who hands to whom, and what is told when: by the rota alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.rules import handover
from app.rules.organisation import Leave, Override, Rota, RotaKind, Rotation
from app.rules.rota import RotaVersion
from app.rules.schedule import Schedule

FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
WEEKLY = Rotation(
    every=WEEK, timezone=ZoneInfo("Europe/Dublin"), starts=date(2026, 11, 20), time=time(18), day=4
)


def schedule(
    *overrides: Override, rotation: Rotation = WEEKLY, away: tuple[Leave, ...] = ()
) -> Schedule:
    rota = Rota(id="r", kind=RotaKind.TEAM, rotation=rotation, members=("ana", "ben", "chi"))
    return Schedule({"r": ((RotaVersion(rota, None),), overrides)}, away=away)


def test_a_boundary_is_the_rotations_and_neither_covers_nor_leaves() -> None:
    covered = schedule(
        Override(person="chi", start=FRIDAY + DAY, end=FRIDAY + 2 * DAY),
        away=(Leave(person="ben", start=FRIDAY, end=FRIDAY + DAY, made_at=FRIDAY - WEEK),),
    )
    assert handover.next_boundary(covered, "r", FRIDAY - HOUR) == FRIDAY
    assert handover.next_boundary(covered, "r", FRIDAY) == FRIDAY + WEEK
    assert handover.change_at(covered, "r", FRIDAY + DAY) is None


def test_who_hands_to_whom_is_the_final_schedules_word() -> None:
    change = handover.change_at(schedule(), "r", FRIDAY)
    assert change is not None
    assert (change.outgoing, change.incoming) == ("ana", "ben")
    assert (change.shift_start, change.turn_end) == (FRIDAY - WEEK, FRIDAY + WEEK)
    away = Leave(person="ben", start=FRIDAY, end=FRIDAY + DAY, made_at=FRIDAY - WEEK)
    relieved = handover.change_at(schedule(away=(away,)), "r", FRIDAY)
    assert relieved is not None
    assert (relieved.incoming, relieved.until) == ("chi", FRIDAY + DAY)
    last_hour = Override(person="chi", start=FRIDAY - HOUR, end=FRIDAY)
    covered = handover.change_at(schedule(last_hour), "r", FRIDAY)
    assert covered is not None
    assert covered.outgoing == "chi"


@pytest.mark.parametrize(
    ("every", "told"), [(WEEK, ["soon", "draft"]), (2 * DAY, ["draft"]), (DAY, [])]
)
def test_nothing_is_told_in_an_earlier_turn(every: timedelta, told: list[str]) -> None:
    rotation = replace(WEEKLY, every=every, day=4 if every == WEEK else None)
    shifts = schedule(rotation=rotation)
    boundary = handover.next_boundary(shifts, "r", FRIDAY)
    assert boundary is not None
    change = handover.change_at(shifts, "r", boundary)
    assert change is not None
    assert [what for what, _ in handover.reminders(change)] == told


def test_a_press_is_asked_of_somebody_new_who_has_it_for_long_enough() -> None:
    change = handover.change_at(schedule(), "r", FRIDAY)
    assert change is not None
    assert handover.is_worth_a_press(change)
    assert not handover.is_worth_a_press(replace(change, incoming="ana"))
    assert not handover.is_worth_a_press(replace(change, incoming=None))
    assert not handover.is_worth_a_press(replace(change, turn_end=FRIDAY + HOUR))


def test_what_was_made_later_was_not_known() -> None:
    early, late = (
        Override(person=name, start=FRIDAY, end=FRIDAY + WEEK, made_at=FRIDAY + by * HOUR)
        for name, by in (("chi", -1), ("ana", 1))
    )
    known = handover.as_known(schedule(early, late), FRIDAY)
    assert known.on_duty("r", FRIDAY).person == "chi"
    assert handover.as_known(schedule(early, late), FRIDAY - DAY).on_duty("r", FRIDAY).person == (
        "ben"
    )


def test_gaps_that_touch_are_one() -> None:
    days = replace(WEEKLY, every=DAY, day=None, days=frozenset(range(5)), starts=date(2026, 11, 23))
    found = list(handover.gaps(schedule(rotation=days), "r", FRIDAY - 3 * DAY, FRIDAY + WEEK))
    assert [end - start for start, end in found] == [2 * DAY]
    assert list(handover.gaps(schedule(), "r", FRIDAY, FRIDAY + WEEK)) == []
