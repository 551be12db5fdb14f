"""The final schedule of a rota, case by case."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from app.rules.calendar import Interval
from app.rules.organisation import Override, Rota, RotaKind, Tour
from app.rules.rota import (
    EVER,
    FOREVER,
    RotaVersion,
    Shift,
    Why,
    next_boundary,
    on_duty,
    shifts,
    turn_order,
)
from tests.rules.company import at, override, rota, rotation, tour

NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
DAY, WEEK, HOUR = timedelta(days=1), timedelta(weeks=1), timedelta(hours=1)
OFFICE_DAYS = range(5)
INSTANT = timedelta(microseconds=1)


def always(it: Rota) -> list[RotaVersion]:
    return [RotaVersion(it, None)]


def told(found: Sequence[Shift]) -> list[tuple[str, str, str]]:
    """Start, end and person of each; nobody is "-"."""
    return [
        (f"{each.start:%m-%d %H:%M}", f"{each.end:%m-%d %H:%M}", each.person or "-")
        for each in found
    ]


def served(
    it: Rota | Sequence[RotaVersion], start: str, end: str, overrides: Sequence[Override] = ()
) -> list[tuple[str, str, str]]:
    versions = always(it) if isinstance(it, Rota) else it
    return told(shifts(versions, overrides, at(start), at(end)))


def people(it: Rota | Sequence[RotaVersion], start: str, count: int) -> str:
    """Who has the turns from `start` on."""
    versions = always(it) if isinstance(it, Rota) else it
    found, when = "", at(start)
    for _ in range(count):
        shift = on_duty(versions, (), when)
        found += shift.person or "-"
        when = shift.end
    return found


# ── rotations ─────────────────────────────────────────────────────────────────────────────────
def test_weeks_turn_on_friday_evening_through_the_members_in_file_order() -> None:
    assert served(rota("abc", rotation(day=4)), "2026-01-02T18:00", "2026-01-30T18:00") == [
        ("01-02 18:00", "01-09 18:00", "a"),
        ("01-09 18:00", "01-16 18:00", "b"),
        ("01-16 18:00", "01-23 18:00", "c"),
        ("01-23 18:00", "01-30 18:00", "a"),
    ]


def test_the_window_cuts_its_first_and_last_shift() -> None:
    assert served(rota("ab"), "2026-01-05T12:00", "2026-01-10T00:00") == [
        ("01-05 12:00", "01-09 18:00", "a"),
        ("01-09 18:00", "01-10 00:00", "b"),
    ]


def test_an_empty_window_has_no_shift() -> None:
    assert served(rota("ab"), "2026-01-05T12:00", "2026-01-05T12:00") == []
    assert served(rota("ab"), "2026-01-05T12:00", "2026-01-01T12:00") == []


def test_who_is_on_duty_is_told_with_the_shifts_true_ends_and_its_turn() -> None:
    found = on_duty(always(rota("ab")), (), at("2026-01-12T12:00"))
    turn = Interval(at("2026-01-09T18:00"), at("2026-01-16T18:00"))
    assert found == Shift(turn.start, turn.end, "b", Why.ROTATION, turn, 0)


def test_before_the_rota_starts_there_is_a_gap() -> None:
    it = rota("ab")
    assert served(it, "2026-01-01T00:00", "2026-01-03T00:00") == [
        ("01-01 00:00", "01-02 18:00", "-"),
        ("01-02 18:00", "01-03 00:00", "a"),
    ]
    gap = on_duty(always(it), (), at("2025-06-01T00:00"))
    assert (gap.start, gap.end, gap.why) == (EVER, at("2026-01-02T18:00"), Why.GAP)
    assert gap.note == "the rota has not started"


def test_a_rota_without_any_version_is_one_gap() -> None:
    gap = on_duty([], (), at("2026-01-01T00:00"))
    assert (gap.start, gap.end, gap.person) == (EVER, FOREVER, None)
    assert served([], "2026-01-01T00:00", "2026-01-03T00:00") == [
        ("01-01 00:00", "01-03 00:00", "-")
    ]
    assert turn_order([], at("2026-01-01T00:00")) == []


def test_a_rota_without_members_has_gaps_for_turns() -> None:
    found = shifts(always(rota()), (), at("2026-01-02T18:00"), at("2026-01-16T18:00"))
    assert told(found) == [("01-02 18:00", "01-09 18:00", "-"), ("01-09 18:00", "01-16 18:00", "-")]
    assert {each.note for each in found} == {"nobody is on the rota"}


@pytest.mark.parametrize(
    ("every", "turns"),
    [
        (2 * WEEK, ["2026-01-02T18:00", "2026-01-16T18:00", "2026-01-30T18:00"]),
        (DAY, ["2026-01-02T18:00", "2026-01-03T18:00", "2026-01-04T18:00"]),
        (3 * DAY, ["2026-01-02T18:00", "2026-01-05T18:00", "2026-01-08T18:00"]),
        (12 * HOUR, ["2026-01-02T18:00", "2026-01-03T06:00", "2026-01-03T18:00"]),
        (36 * HOUR, ["2026-01-02T18:00", "2026-01-04T06:00", "2026-01-05T18:00"]),
        (timedelta(seconds=2), ["2026-01-02T18:00", "2026-01-02T18:00:02", "2026-01-02T18:00:04"]),
    ],
)
def test_every_length_turns_from_its_start(every: timedelta, turns: list[str]) -> None:
    it = rota("abc", rotation(every))
    for begin, name in zip(turns, "abc", strict=True):
        shift = on_duty(always(it), (), at(begin))
        assert (shift.start, shift.person) == (at(begin), name)


def test_turns_of_two_seconds_are_found_after_ten_years_without_walking_there() -> None:
    it = rota("abc", rotation(timedelta(seconds=2), "2016-01-01", "00:00"))
    shift = on_duty(always(it), (), at("2026-01-01T00:00:03"))
    turns = int((at("2026-01-01T00:00:02") - at("2016-01-01")).total_seconds()) // 2
    assert (shift.start, shift.person) == (at("2026-01-01T00:00:02"), "abc"[turns % 3])


def test_a_weekly_rota_that_starts_off_its_day_begins_with_the_rest_of_a_week() -> None:
    it = rota("abc", rotation(starts="2026-01-07", day=4))
    assert served(it, "2026-01-07T18:00", "2026-01-20T00:00") == [
        ("01-07 18:00", "01-09 18:00", "a"),
        ("01-09 18:00", "01-16 18:00", "b"),
        ("01-16 18:00", "01-20 00:00", "c"),
    ]


def test_without_a_day_weeks_turn_on_the_weekday_of_the_start() -> None:
    assert served(rota("ab", rotation(starts="2026-01-07")), "2026-01-07T18:00", "2026-01-15") == [
        ("01-07 18:00", "01-14 18:00", "a"),
        ("01-14 18:00", "01-15 00:00", "b"),
    ]


def test_a_start_with_a_time_is_that_local_instant() -> None:
    it = rota("ab", rotation(12 * HOUR, "2026-07-06T09:30", zone=NEW_YORK))
    assert served(it, "2026-07-06T13:00", "2026-07-07T01:30") == [
        ("07-06 13:00", "07-06 13:30", "-"),
        ("07-06 13:30", "07-07 01:30", "a"),
    ]


def test_a_start_with_a_time_of_a_daily_rota_lasts_until_the_next_days_turning_time() -> None:
    it = rota("ab", rotation(DAY, "2026-01-05T12:00", "09:00"))
    assert served(it, "2026-01-05T12:00", "2026-01-07T09:00") == [
        ("01-05 12:00", "01-06 09:00", "a"),
        ("01-06 09:00", "01-07 09:00", "b"),
    ]


# ── days ──────────────────────────────────────────────────────────────────────────────────────
def test_only_listed_days_are_turns_and_the_others_are_not_counted() -> None:
    it = rota("ab", rotation(DAY, "2026-01-05", "09:00", days=OFFICE_DAYS))
    assert served(it, "2026-01-08T09:00", "2026-01-14T09:00") == [
        ("01-08 09:00", "01-09 09:00", "b"),
        ("01-09 09:00", "01-10 09:00", "a"),
        ("01-10 09:00", "01-12 09:00", "-"),
        ("01-12 09:00", "01-13 09:00", "b"),
        ("01-13 09:00", "01-14 09:00", "a"),
    ]
    weekend = on_duty(always(it), (), at("2026-01-11T00:00"))
    assert (weekend.start, weekend.why) == (at("2026-01-10T09:00"), Why.GAP)
    assert weekend.note == "nobody serves on this day"


def test_two_listed_days_each_go_on_after_the_weekend() -> None:
    it = rota("abc", rotation(2 * DAY, "2026-01-05", "09:00", days=OFFICE_DAYS))
    assert served(it, "2026-01-05T09:00", "2026-01-14T09:00") == [
        ("01-05 09:00", "01-07 09:00", "a"),
        ("01-07 09:00", "01-09 09:00", "b"),
        ("01-09 09:00", "01-10 09:00", "c"),
        ("01-10 09:00", "01-12 09:00", "-"),
        ("01-12 09:00", "01-13 09:00", "c"),
        ("01-13 09:00", "01-14 09:00", "a"),
    ]


def test_a_weekly_rota_of_weekdays_has_its_weekends_off() -> None:
    it = rota("ab", rotation(WEEK, "2026-01-05", "09:00", day=0, days=OFFICE_DAYS))
    assert served(it, "2026-01-05T09:00", "2026-01-17T09:00") == [
        ("01-05 09:00", "01-10 09:00", "a"),
        ("01-10 09:00", "01-12 09:00", "-"),
        ("01-12 09:00", "01-17 09:00", "b"),
    ]


def test_a_rota_that_starts_on_a_day_off_begins_on_the_first_listed_day() -> None:
    it = rota("ab", rotation(DAY, "2026-01-03", "09:00", days=OFFICE_DAYS))
    assert served(it, "2026-01-03T00:00", "2026-01-07T09:00") == [
        ("01-03 00:00", "01-03 09:00", "-"),
        ("01-03 09:00", "01-05 09:00", "-"),
        ("01-05 09:00", "01-06 09:00", "a"),
        ("01-06 09:00", "01-07 09:00", "b"),
    ]


def test_of_turns_shorter_than_a_day_those_that_start_on_listed_days_count() -> None:
    it = rota("abc", rotation(12 * HOUR, "2026-01-08", "08:00", days=OFFICE_DAYS))
    assert served(it, "2026-01-08T08:00", "2026-01-13T08:00") == [
        ("01-08 08:00", "01-08 20:00", "a"),
        ("01-08 20:00", "01-09 08:00", "b"),
        ("01-09 08:00", "01-09 20:00", "c"),
        ("01-09 20:00", "01-10 08:00", "a"),
        ("01-10 08:00", "01-12 08:00", "-"),
        ("01-12 08:00", "01-12 20:00", "b"),
        ("01-12 20:00", "01-13 08:00", "c"),
    ]


def test_turns_that_never_meet_their_days_are_a_gap_and_not_an_endless_search() -> None:
    """Every 84 hours from a Friday evening: Tuesday, Friday, and never a Monday."""
    it = rota("ab", rotation(84 * HOUR, "2026-01-02", "18:00", days=[0]))
    assert served(it, "2026-01-02T18:00", "2026-02-02T18:00") == [
        ("01-02 18:00", "02-02 18:00", "-")
    ]


# ── daylight saving ───────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("zone", "clock", "start", "expected"),
    [
        # Dublin gains an hour of summer: a Friday in March is an hour earlier in UTC after it.
        ("Europe/Dublin", "18:00", "2026-03-27", ["03-27 18:00", "04-03 17:00", "04-10 17:00"]),
        ("Europe/Dublin", "18:00", "2026-10-23", ["10-23 17:00", "10-30 18:00", "11-06 18:00"]),
        ("America/New_York", "18:00", "2026-03-06", ["03-06 23:00", "03-13 22:00", "03-20 22:00"]),
        # Half an hour of daylight saving.
        (
            "Australia/Lord_Howe",
            "18:00",
            "2026-10-02",
            ["10-02 07:30", "10-09 07:00", "10-16 07:00"],
        ),
        # On the very Sunday, in the hour that is skipped, and in the one that is repeated.
        ("Europe/Dublin", "01:30", "2026-03-22", ["03-22 01:30", "03-29 01:00", "04-05 00:30"]),
        ("Europe/Dublin", "01:30", "2026-10-18", ["10-18 00:30", "10-25 00:30", "11-01 01:30"]),
    ],
)
def test_weeks_turn_at_the_local_time_all_year(
    zone: str, clock: str, start: str, expected: list[str]
) -> None:
    it = rota("abc", rotation(WEEK, start, clock, ZoneInfo(zone)))
    first = at(start)
    found = shifts(always(it), (), first + DAY, first + 2 * WEEK + DAY)
    assert [f"{each.turn.start:%m-%d %H:%M}" for each in found if each.turn] == expected


@pytest.mark.parametrize(
    ("day", "length"), [("2026-03-28", 23), ("2026-10-24", 25), ("2026-06-01", 24)]
)
def test_a_daily_turn_has_23_or_25_hours_when_the_clocks_change(day: str, length: int) -> None:
    it = rota("ab", rotation(DAY, "2026-01-01", "12:00"))
    shift = on_duty(always(it), (), at(day) + 13 * HOUR)
    assert shift.end - shift.start == length * HOUR


def test_a_turn_shorter_than_a_day_is_elapsed_time_across_the_change() -> None:
    it = rota("ab", rotation(12 * HOUR, "2026-03-28", "12:00"))
    assert {each[1] for each in served(it, "2026-03-28T12:00", "2026-03-31T12:00")} == {
        f"03-{day} {clock}" for day in (29, 30, 31) for clock in ("00:00", "12:00")
    }


# ── overrides ─────────────────────────────────────────────────────────────────────────────────
def test_an_override_serves_from_its_start_to_its_end_and_the_rota_goes_on_as_before() -> None:
    covering = override("x", "2026-01-05T00:00", "2026-01-06T00:00", why="a is away")
    it = rota("ab")
    assert served(it, "2026-01-02T18:00", "2026-01-16T18:00", [covering]) == [
        ("01-02 18:00", "01-05 00:00", "a"),
        ("01-05 00:00", "01-06 00:00", "x"),
        ("01-06 00:00", "01-09 18:00", "a"),
        ("01-09 18:00", "01-16 18:00", "b"),
    ]
    shift = on_duty(always(it), [covering], at("2026-01-05T12:00"))
    assert (shift.why, shift.note, shift.instead_of) == (Why.OVERRIDE, "a is away", "a")
    assert shift.override is covering
    assert shift.turn == Interval(at("2026-01-02T18:00"), at("2026-01-09T18:00"))


def test_an_override_over_a_boundary_is_a_part_of_both_turns() -> None:
    covering = override("x", "2026-01-08T00:00", "2026-01-10T00:00")
    found = shifts(always(rota("ab")), [covering], at("2026-01-07"), at("2026-01-11"))
    assert told(found) == [
        ("01-07 00:00", "01-08 00:00", "a"),
        ("01-08 00:00", "01-09 18:00", "x"),
        ("01-09 18:00", "01-10 00:00", "x"),
        ("01-10 00:00", "01-11 00:00", "b"),
    ]
    assert [each.instead_of for each in found] == [None, "a", "b", None]


def test_of_overlapping_overrides_the_later_made_wins_and_the_files_lose() -> None:
    overrides = [
        override("later", "2026-01-06", "2026-01-08", made="2026-01-05T10:00"),
        override("earlier", "2026-01-05", "2026-01-09", made="2026-01-05T09:00"),
        override("file", "2026-01-04", "2026-01-09T12:00"),
    ]
    assert served(rota("a"), "2026-01-03", "2026-01-09T18:00", overrides) == [
        ("01-03 00:00", "01-04 00:00", "a"),
        ("01-04 00:00", "01-05 00:00", "file"),
        ("01-05 00:00", "01-06 00:00", "earlier"),
        ("01-06 00:00", "01-08 00:00", "later"),
        ("01-08 00:00", "01-09 00:00", "earlier"),
        ("01-09 00:00", "01-09 12:00", "file"),
        ("01-09 12:00", "01-09 18:00", "a"),
    ]


def test_an_override_fills_a_gap_of_any_kind() -> None:
    before = override("x", "2026-01-01", "2026-01-02T18:00")
    assert served(rota("a"), "2026-01-01", "2026-01-03", [before]) == [
        ("01-01 00:00", "01-02 18:00", "x"),
        ("01-02 18:00", "01-03 00:00", "a"),
    ]
    shift = on_duty(always(rota()), [override("x", "2026-01-05", "2026-01-06")], at("2026-01-05"))
    assert (shift.person, shift.instead_of) == ("x", None)


def test_an_override_that_ends_before_it_starts_does_nothing() -> None:
    wrong = override("x", "2026-01-06", "2026-01-05")
    assert served(rota("a"), "2026-01-04", "2026-01-07", [wrong]) == [
        ("01-04 00:00", "01-07 00:00", "a")
    ]


WEEKDAYS = rotation(WEEK, "2026-01-05", "09:00", day=0, days=OFFICE_DAYS)
"""From Monday to Saturday, 09:00; Baton's week has a weekend."""


def test_a_day_off_begins_at_its_boundary_and_a_window_that_ends_there_does_not_touch_it() -> None:
    it = rota("ab", WEEKDAYS)
    saturday, monday = at("2026-01-10T09:00"), at("2026-01-12T09:00")
    off = on_duty(always(it), (), saturday)
    assert (off.start, off.end, off.person, off.note) == (
        saturday,
        monday,
        None,
        "nobody serves on this day",
    )
    assert served(it, "2026-01-09T09:00", "2026-01-10T09:00") == [
        ("01-09 09:00", "01-10 09:00", "a")
    ]
    assert served(it, "2026-01-10T09:00", "2026-01-12T09:00") == [
        ("01-10 09:00", "01-12 09:00", "-")
    ]


def test_a_gap_says_why_it_is_one() -> None:
    started = shifts(always(rota("a")), (), at("2026-01-01"), at("2026-01-03"))
    assert [each.note for each in started] == ["the rota has not started", ""]
    assert [each.note for each in shifts([], (), at("2026-01-01"), at("2026-01-03"))] == [
        "the rota has not started"
    ]
    empty = shifts(always(rota("")), (), at("2026-01-05"), at("2026-01-06"))
    assert [each.note for each in empty] == ["nobody is on the rota"]


def test_before_the_first_of_several_versions_the_gap_ends_with_the_first_start() -> None:
    versions = [RotaVersion(rota("ab"), None), RotaVersion(rota("abc"), at("2026-03-06T18:00"))]
    gap = on_duty(versions, (), at("2025-12-01"))
    assert (gap.start, gap.end, gap.person) == (EVER, at("2026-01-02T18:00"), None)


def test_an_override_from_boundary_to_boundary_is_the_whole_turn() -> None:
    covering = override("x", "2026-01-09T18:00", "2026-01-16T18:00")
    assert served(rota("ab"), "2026-01-02T18:00", "2026-01-23T18:00", [covering]) == [
        ("01-02 18:00", "01-09 18:00", "a"),
        ("01-09 18:00", "01-16 18:00", "x"),
        ("01-16 18:00", "01-23 18:00", "a"),
    ]


def test_each_of_many_overrides_serves_in_its_own_turn() -> None:
    covering = [
        override(name, f"2026-01-{day:02}T00:00", f"2026-01-{day + 1:02}T00:00")
        for name, day in (("w", 4), ("x", 6), ("y", 12), ("z", 20))
    ]
    assert served(rota("ab"), "2026-01-02T18:00", "2026-01-23T18:00", covering) == [
        ("01-02 18:00", "01-04 00:00", "a"),
        ("01-04 00:00", "01-05 00:00", "w"),
        ("01-05 00:00", "01-06 00:00", "a"),
        ("01-06 00:00", "01-07 00:00", "x"),
        ("01-07 00:00", "01-09 18:00", "a"),
        ("01-09 18:00", "01-12 00:00", "b"),
        ("01-12 00:00", "01-13 00:00", "y"),
        ("01-13 00:00", "01-16 18:00", "b"),
        ("01-16 18:00", "01-20 00:00", "a"),
        ("01-20 00:00", "01-21 00:00", "z"),
        ("01-21 00:00", "01-23 18:00", "a"),
    ]


def test_an_override_that_another_interrupts_goes_on_after_it() -> None:
    """Over three turns: the later one reaches from the middle of the first into the third."""
    overrides = [
        override("long", "2026-01-04", "2026-01-22", made="2026-01-01T09:00"),
        override("later", "2026-01-06", "2026-01-17", made="2026-01-01T10:00"),
    ]
    assert served(rota("ab"), "2026-01-02T18:00", "2026-01-23T18:00", overrides) == [
        ("01-02 18:00", "01-04 00:00", "a"),
        ("01-04 00:00", "01-06 00:00", "long"),
        ("01-06 00:00", "01-09 18:00", "later"),
        ("01-09 18:00", "01-16 18:00", "later"),
        ("01-16 18:00", "01-17 00:00", "later"),
        ("01-17 00:00", "01-22 00:00", "long"),
        ("01-22 00:00", "01-23 18:00", "a"),
    ]


def test_an_override_that_loses_cuts_nothing_in_two() -> None:
    """Its ends lie inside a longer one that wins, before and after one that beats both."""
    overrides = [
        override("long", "2026-01-03", "2026-01-09", made="2026-01-01T10:00"),
        override("loses", "2026-01-04", "2026-01-08", made="2026-01-01T09:00"),
        override("wins", "2026-01-05", "2026-01-06", made="2026-01-01T11:00"),
        override("loses", "2026-01-07", "2026-01-07T12:00", made="2026-01-01T08:00"),
    ]
    assert served(rota("a"), "2026-01-02T18:00", "2026-01-09T18:00", overrides) == [
        ("01-02 18:00", "01-03 00:00", "a"),
        ("01-03 00:00", "01-05 00:00", "long"),
        ("01-05 00:00", "01-06 00:00", "wins"),
        ("01-06 00:00", "01-09 00:00", "long"),
        ("01-09 00:00", "01-09 18:00", "a"),
    ]


def test_two_overrides_of_one_person_that_meet_are_two() -> None:
    overrides = [
        override("x", "2026-01-04", "2026-01-05"),
        override("x", "2026-01-05", "2026-01-06"),
    ]
    assert served(rota("a"), "2026-01-04", "2026-01-06", overrides) == [
        ("01-04 00:00", "01-05 00:00", "x"),
        ("01-05 00:00", "01-06 00:00", "x"),
    ]


# ── volunteers ────────────────────────────────────────────────────────────────────────────────
def volunteers(*tours: Tour, starts: str = "2026-01-02") -> Rota:
    return rota(kind=RotaKind.VOLUNTEERS, tours=tours, turning=rotation(starts=starts))


def test_a_volunteers_rota_with_nobody_in_tour_is_a_gap() -> None:
    it = volunteers(tour("a", "2026-06-05"))
    assert people(it, "2026-05-22T18:00", 4) == "--aa"


def test_a_tour_covers_the_shifts_whose_local_start_date_lies_in_its_weeks() -> None:
    """b's tour starts on the Friday itself; c's two weeks end on the Friday after the second."""
    it = volunteers(tour("a", "2026-01-02"), tour("b", "2026-01-16"), tour("c", "2026-01-17", 2))
    assert people(it, "2026-01-02T18:00", 6) == "aabcab"


def test_a_tour_is_a_matter_of_local_dates() -> None:
    """18:00 on a Thursday in New York is Thursday there, whatever the date in UTC."""
    turning = rotation(DAY, "2026-01-01", "22:00", NEW_YORK)
    it = rota(
        kind=RotaKind.VOLUNTEERS,
        turning=turning,
        tours=[tour("a", "2026-01-01"), tour("b", "2026-01-08")],
    )
    assert people(it, "2026-01-08T03:00", 3) == "aba"


def test_who_has_not_accepted_is_not_on_the_rota() -> None:
    it = volunteers(tour("a", "2026-01-02"), tour("b", "2026-01-02", accepted=False))
    assert people(it, "2026-01-02T18:00", 3) == "aaa"


def test_volunteers_take_turns_by_the_start_of_their_tour_then_file_order() -> None:
    it = volunteers(
        tour("late", "2026-01-01"), tour("first", "2025-12-01"), tour("second", "2025-12-01")
    )
    assert turn_order(always(it), at("2026-01-02T18:00")) == ["first", "second", "late"]


def test_when_a_tour_ends_the_turn_goes_on_after_the_last_one_who_served() -> None:
    it = volunteers(tour("a", "2026-01-02"), tour("b", "2026-01-02", 2), tour("c", "2026-01-02"))
    assert people(it, "2026-01-02T18:00", 6) == "abcaca"


def test_who_tours_again_waits_for_their_new_place_and_never_serves_twice_running() -> None:
    it = volunteers(
        tour("a", "2026-01-02"),
        tour("b", "2026-01-02", 2),
        tour("b", "2026-01-16"),
        starts="2026-01-02",
    )
    assert people(it, "2026-01-02T18:00", 6) == "ababab"


# ── versions ──────────────────────────────────────────────────────────────────────────────────
def edited(before: Rota | list[RotaVersion], after: Rota, when: str) -> list[RotaVersion]:
    versions = always(before) if isinstance(before, Rota) else before
    return [*versions, RotaVersion(after, next_boundary(versions, at(when)))]


@pytest.mark.parametrize(
    ("case", "before", "after", "expected"),
    [
        ("nothing but the words changed", "abc", "abc", "abcabca"),
        ("somebody joins at the end", "abc", "abcd", "abcdabc"),
        ("the one who serves now leaves", "abc", "ac", "abcacac"),
        ("the next one leaves", "abc", "ab", "abababa"),
        ("somebody else comes in their place", "abc", "abx", "abxabxa"),
        ("the one who serves now is replaced", "abc", "axc", "abcaxca"),
        ("everybody is replaced", "abc", "xyz", "abxyzxy"),
        ("the last in order is replaced", "ab", "ax", "abxaxax"),
        ("the order is turned round", "abc", "cba", "abacbac"),
        ("everybody leaves", "abc", "", "ab-----"),
        ("only the one who serves stays", "abc", "b", "abbbbbb"),
    ],
)
def test_an_edit_goes_on_after_the_last_one_who_served(
    case: str, before: str, after: str, expected: str
) -> None:
    """The edit is made while b, the second, serves."""
    versions = edited(rota(before), rota(after), "2026-01-12T12:00")
    assert people(versions, "2026-01-02T18:00", 7) == expected, case


def test_an_edit_never_touches_the_running_shift_or_older_ones() -> None:
    versions = edited(rota("abc"), rota("xyz"), "2026-01-12T12:00")
    assert versions[1].effective == at("2026-01-16T18:00")
    until = at("2026-01-16T18:00")
    assert shifts(versions, (), at("2026-01-01"), until) == shifts(
        versions[:1], (), at("2026-01-01"), until
    )


def test_an_edit_at_the_boundary_itself_waits_for_the_next_one() -> None:
    assert next_boundary(always(rota("ab")), at("2026-01-09T18:00")) == at("2026-01-16T18:00")
    before = at("2026-01-09T18:00") - INSTANT
    assert next_boundary(always(rota("ab")), before) == at("2026-01-09T18:00")


def test_a_second_edit_before_the_first_has_taken_effect_replaces_it() -> None:
    daily = rota("abc", rotation(DAY, "2026-01-01", "09:00"))
    versions = edited(rota("abc"), daily, "2026-01-12T12:00")
    versions = edited(versions, rota("abcd"), "2026-01-13T12:00")
    assert people(versions, "2026-01-02T18:00", 5) == "abcda"


def test_before_a_rota_has_started_an_edit_serves_at_once() -> None:
    """A start that was mistyped must not leave the rota empty until it comes."""
    wrong = rota("ab", rotation(starts="2027-01-01"))
    versions = edited(wrong, rota("ab"), "2026-01-12T12:00")
    assert versions[1].effective == at("2026-01-12T12:00")
    assert served(versions, "2026-01-12T11:00", "2026-01-23T18:00") == [
        ("01-12 11:00", "01-12 12:00", "-"),
        ("01-12 12:00", "01-16 18:00", "a"),
        ("01-16 18:00", "01-23 18:00", "b"),
    ]


def test_a_new_start_to_come_begins_with_the_first_member_and_the_old_rota_serves_until_then() -> (
    None
):
    versions = edited(rota("abc"), rota("abc", rotation(starts="2026-02-06")), "2026-01-05")
    assert people(versions, "2026-01-02T18:00", 7) == "abcabab"


def test_an_edit_may_change_when_the_rota_turns() -> None:
    weekly, daily = rota("abc"), rota("abc", rotation(DAY, "2026-01-01", "09:00"))
    assert served(edited(weekly, daily, "2026-01-05"), "2026-01-08", "2026-01-12") == [
        ("01-08 00:00", "01-09 18:00", "a"),
        ("01-09 18:00", "01-10 09:00", "b"),
        ("01-10 09:00", "01-11 09:00", "c"),
        ("01-11 09:00", "01-12 00:00", "a"),
    ]


def test_an_edit_on_a_friday_does_not_use_up_a_turn_on_days_off() -> None:
    turning = rotation(DAY, "2026-01-05", "09:00", days=OFFICE_DAYS)
    versions = edited(rota("abc", turning), rota("abcd", turning), "2026-01-09T12:00")
    assert versions[1].effective == at("2026-01-10T09:00")
    assert served(versions, "2026-01-09T09:00", "2026-01-14T09:00") == [
        ("01-09 09:00", "01-10 09:00", "b"),
        ("01-10 09:00", "01-12 09:00", "-"),
        ("01-12 09:00", "01-13 09:00", "c"),
        ("01-13 09:00", "01-14 09:00", "d"),
    ]


def test_an_edit_on_days_off_before_a_turns_first_duty_leaves_the_turn_to_its_member() -> None:
    turning = rotation(WEEK, "2026-01-03", "09:00", day=5, days=OFFICE_DAYS)
    versions = edited(rota("abc", turning), rota("abcd", turning), "2026-01-11T12:00")
    assert versions[1].effective == at("2026-01-12T09:00")
    assert served(versions, "2026-01-10T09:00", "2026-01-24T09:00") == [
        ("01-10 09:00", "01-12 09:00", "-"),
        ("01-12 09:00", "01-17 09:00", "b"),
        ("01-17 09:00", "01-19 09:00", "-"),
        ("01-19 09:00", "01-24 09:00", "c"),
    ]


def test_what_is_left_of_a_turn_is_a_shift_that_starts_where_its_version_does() -> None:
    """On Friday 9 January the weekly rota begins to turn on Mondays; b's tour starts on the
    Thursday before, in the middle of the week that is cut."""
    tours = [tour("a", "2026-01-02"), tour("b", "2026-01-08")]
    mondays = rotation(WEEK, "2025-12-29", "09:00", day=0)
    versions = edited(
        volunteers(*tours),
        rota(kind=RotaKind.VOLUNTEERS, turning=mondays, tours=tours),
        "2026-01-05",
    )
    assert served(versions, "2026-01-08", "2026-01-19T09:00") == [
        ("01-08 00:00", "01-09 18:00", "a"),
        ("01-09 18:00", "01-12 09:00", "b"),
        ("01-12 09:00", "01-19 09:00", "a"),
    ]


def test_a_join_takes_effect_at_the_next_boundary_even_where_nobody_serves() -> None:
    versions = edited(volunteers(), volunteers(tour("a", "2026-01-02")), "2026-01-12T12:00")
    assert people(versions, "2026-01-02T18:00", 4) == "--aa"


@pytest.mark.parametrize(
    ("case", "after", "expected"),
    [
        ("somebody joins", [("a", 2), ("b", 2), ("c", 2), ("d", 12)], "abcdab"),
        ("the one who serves leaves", [("a", 2), ("c", 2)], "abcaca"),
        ("the one who serves leaves and another joins", [("a", 2), ("c", 2), ("d", 12)], "abcdac"),
        ("the others leave and another joins", [("a", 2), ("d", 12)], "abdada"),
    ],
)
def test_volunteers_who_come_and_go_keep_the_order(
    case: str, after: list[tuple[str, int]], expected: str
) -> None:
    before = volunteers(*(tour(name, "2026-01-02") for name in "abc"))
    changed = volunteers(*(tour(name, f"2026-01-{day:02}") for name, day in after))
    versions = edited(before, changed, "2026-01-12T12:00")
    assert people(versions, "2026-01-02T18:00", 6) == expected, case


# ── order ─────────────────────────────────────────────────────────────────────────────────────
def test_the_order_begins_with_whoever_has_the_turn() -> None:
    it = always(rota("abc"))
    assert turn_order(it, at("2025-01-01")) == ["a", "b", "c"]
    assert turn_order(it, at("2026-01-12")) == ["b", "c", "a"]


def test_the_order_on_days_off_begins_with_whoever_comes_next() -> None:
    it = always(rota("abc", rotation(WEEK, "2026-01-05", "09:00", day=0, days=OFFICE_DAYS)))
    assert turn_order(it, at("2026-01-09T12:00")) == ["a", "b", "c"]
    assert turn_order(it, at("2026-01-11T12:00")) == ["b", "c", "a"]


def test_the_order_of_a_tourless_rota_is_empty() -> None:
    assert turn_order(always(volunteers()), at("2026-01-12")) == []


# ── a long time ───────────────────────────────────────────────────────────────────────────────
def test_twenty_years_of_weeks_tile_and_pass_on_every_time() -> None:
    found = shifts(always(rota("abcdefg")), (), at("2026-01-02T18:00"), at("2046-01-05T18:00"))
    assert len(found) > 1000
    assert all(one.end == other.start for one, other in pairwise(found))
    assert [each.person for each in found] == [
        "abcdefg"[number % 7] for number in range(len(found))
    ]
    zone = ZoneInfo("Europe/Dublin")
    assert {f"{each.start.astimezone(zone):%a %H:%M}" for each in found} == {"Fri 18:00"}


def test_who_serves_in_a_century_is_known_at_once() -> None:
    it = rota("abc", rotation(WEEK, "2000-01-07", zone=LORD_HOWE))
    assert on_duty(always(it), (), datetime(2100, 6, 1, tzinfo=UTC)).person in {"a", "b", "c"}
