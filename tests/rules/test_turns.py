"""When turns begin, asked of the rotation itself (product.md 21 and 23)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from app.rules.calendar import Interval
from app.rules.organisation import Rotation
from app.rules.turns import EVER, FOREVER, turns_of
from tests.rules.company import at, rotation

DAY, WEEK, HOUR = timedelta(days=1), timedelta(weeks=1), timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
WEEKLY = rotation(WEEK, "2026-01-02", "18:00")
"""Friday the second is the first day."""
MONDAYS = rotation(WEEK, "2026-01-02", "18:00", day=0)
"""Starts on a Friday, and turns on Mondays: the first turn is the rest of a week."""
EARLY = rotation(2 * DAY, "2026-01-02T08:00", "18:00")
"""The first turn begins at eight, the others at six."""
LISTED = rotation(DAY, "2026-01-03", "09:00", days=range(5))
"""Starts on a Saturday; the first turn is Monday's."""
PAIRS = rotation(2 * DAY, "2026-01-07", "09:00", days=[0, 2, 4])
"""Two of Mondays, Wednesdays and Fridays each, from Wednesday the seventh."""
SHORT = rotation(12 * HOUR, "2026-01-03", "08:00")
SHORT_LISTED = rotation(12 * HOUR, "2026-01-03", "08:00", days=range(5))
FAR_OFF = rotation(84 * HOUR, "2026-01-02", "18:00", days=[0])
"""Never meets a Monday."""
ALL = [WEEKLY, MONDAYS, EARLY, LISTED, PAIRS, SHORT, SHORT_LISTED]


@pytest.mark.parametrize(
    ("turning", "begin", "starts"),
    [
        (WEEKLY, "01-02 18:00", ["01-02 18:00", "01-09 18:00", "01-16 18:00"]),
        (MONDAYS, "01-02 18:00", ["01-02 18:00", "01-05 18:00", "01-12 18:00"]),
        (EARLY, "01-02 08:00", ["01-02 08:00", "01-04 18:00", "01-06 18:00"]),
        (LISTED, "01-03 09:00", ["01-05 09:00", "01-06 09:00", "01-07 09:00"]),
        (PAIRS, "01-07 09:00", ["01-07 09:00", "01-12 09:00", "01-16 09:00"]),
        (SHORT, "01-03 08:00", ["01-03 08:00", "01-03 20:00", "01-04 08:00"]),
        (SHORT_LISTED, "01-03 08:00", ["01-05 08:00", "01-05 20:00", "01-06 08:00"]),
    ],
)
def test_turns_begin_where_the_rotation_says(
    turning: Rotation, begin: str, starts: list[str]
) -> None:
    turns = turns_of(turning)
    assert f"{turns.begin:%m-%d %H:%M}" == begin
    assert [f"{turns.start(number):%m-%d %H:%M}" for number in range(3)] == starts


@pytest.mark.parametrize("turning", ALL)
def test_a_turn_runs_from_its_start_to_the_next_ones(turning: Rotation) -> None:
    turns = turns_of(turning)
    for number in range(40):
        start = turns.start(number)
        assert turns.at(start) == number
        assert turns.at(turns.start(number + 1) - MICROSECOND) == number
    assert turns.at(turns.start(0) - MICROSECOND) == -1
    assert turns.at(turns.begin - 100 * WEEK) == -1


@pytest.mark.parametrize("turning", ALL)
def test_the_first_turn_on_a_day_is_the_first_that_starts_then_or_later(turning: Rotation) -> None:
    turns = turns_of(turning)
    zone = turning.timezone
    for days in range(-20, 60):
        day = date(2026, 1, 2) + days * DAY
        numbers = range(200)
        wanted = next(n for n in numbers if turns.start(n).astimezone(zone).date() >= day)
        assert turns.first_on(day) == wanted, day


@pytest.mark.parametrize(
    ("turning", "number", "duty"),
    [
        (WEEKLY, 0, None),
        (EARLY, 1, None),
        (SHORT, 0, None),
        (SHORT_LISTED, 0, ["01-05 08:00–01-05 20:00"]),
        (LISTED, 4, ["01-09 09:00–01-10 09:00"]),
        (PAIRS, 0, ["01-07 09:00–01-08 09:00", "01-09 09:00–01-10 09:00"]),
        (PAIRS, 1, ["01-12 09:00–01-13 09:00", "01-14 09:00–01-15 09:00"]),
    ],
)
def test_a_turns_duty_is_its_listed_days(
    turning: Rotation, number: int, duty: list[str] | None
) -> None:
    found = turns_of(turning).duty(number)
    assert (None if found is None else list(map(told, found))) == duty


def told(each: Interval) -> str:
    return f"{each.start:%m-%d %H:%M}–{each.end:%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("days", "starts", "duty"),
    [
        ([4, 5, 6, 0], "2026-01-02", ["01-02 18:00–01-06 18:00"]),
        ([5], "2026-01-02", ["01-03 18:00–01-04 18:00"]),
        ([0, 1, 3], "2026-01-02", ["01-05 18:00–01-07 18:00", "01-08 18:00–01-09 18:00"]),
    ],
)
def test_listed_days_beside_each_other_are_one_stretch(
    days: list[int], starts: str, duty: list[str]
) -> None:
    found = turns_of(rotation(WEEK, starts, "18:00", days=days)).duty(0)
    assert found is not None
    assert list(map(told, found)) == duty


def test_of_a_first_turn_that_is_the_rest_of_a_week_the_days_before_the_start_are_no_duty() -> None:
    found = turns_of(rotation(WEEK, "2026-01-02", "18:00", day=0, days=range(5))).duty(0)
    assert found is not None
    assert list(map(told, found)) == ["01-02 18:00–01-03 18:00"]


def test_turns_that_never_come_come_at_the_end_of_time() -> None:
    turns = turns_of(FAR_OFF)
    assert turns.start(0) == FOREVER
    assert turns.at(at("2026-06-01")) == -1
    assert turns.first_on(date(2026, 6, 1)) == 0
    assert at("0002-01-01") > EVER
    assert at("9999-12-28") < FOREVER


@pytest.mark.parametrize("turning", [WEEKLY, LISTED, PAIRS, SHORT])
def test_a_turn_of_thousands_of_years_is_found_at_once(turning: Rotation) -> None:
    turns = turns_of(turning)
    far = datetime(9000, 6, 1, 12, tzinfo=UTC)
    number = turns.at(far)
    assert turns.start(number) <= far < turns.start(number + 1)


def test_a_day_whose_hours_the_clocks_skip_is_no_duty() -> None:
    """On 28 March 2027 Dublin has no time between one and two."""
    skipped = replace(rotation(DAY, "2027-03-27", "01:15"), until=time(1, 45))
    turns = turns_of(skipped)
    assert [len(turns.duty(number) or ()) for number in range(3)] == [1, 0, 1]


def test_a_rotation_of_split_weeks_begins_with_its_first_turn() -> None:
    split = turns_of(replace(rotation(starts="2026-01-06"), turns=frozenset({0, 4})))
    assert split.first_on(date(2026, 1, 1)) == split.first_on(date(2026, 1, 6)) == 0
    assert split.first_on(date(2026, 1, 7)) == 1
