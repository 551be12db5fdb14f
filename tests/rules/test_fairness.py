"""Fair filling: the hours weigh what they weigh, and whoever carries least goes next."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.calendar import Interval
from app.rules.fairness import Calendar, Load, assign, loads, weight
from app.rules.rota import Shift, Why
from tests.rules.company import DUBLIN, at

PLAIN = Calendar(zone=DUBLIN)
XMAS = Calendar(zone=DUBLIN, holidays={date(2026, 12, 25)})
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def span(start: str, end: str) -> Interval:
    return Interval(at(start), at(end))


def shift(day: int, person: str | None = None, hours: int = 24) -> Shift:
    start = at("2026-11-02T09:00") + day * DAY
    return Shift(start, start + hours * HOUR, person, Why.ROTATION if person else Why.GAP)


@pytest.mark.parametrize(
    ("hours", "calendar", "expected"),
    [
        (span("2026-11-24T09:00", "2026-11-24T18:00"), PLAIN, 9.0),  # a Tuesday
        (span("2026-11-24T22:00", "2026-11-25T07:00"), PLAIN, 18.0),  # its night
        (span("2026-11-24T18:00", "2026-11-25T09:00"), PLAIN, 4 + 18 + 2.0),
        (span("2026-11-28T00:00", "2026-11-29T00:00"), PLAIN, 48.0),  # a Saturday, nights or not
        (span("2026-12-25T00:00", "2026-12-26T00:00"), XMAS, 72.0),
        (span("2026-12-24T23:00", "2026-12-25T01:00"), XMAS, 2 + 3.0),
        (span("2026-11-24T09:00", "2026-11-24T09:00"), PLAIN, 0.0),
        (span("2026-11-24T09:15", "2026-11-24T09:30"), PLAIN, 0.25),
        # The night in which the clocks go back has an hour more.
        (span("2026-10-24T23:00", "2026-10-25T07:00"), PLAIN, 16.0),
    ],
)
def test_an_hour_weighs_as_the_heaviest_of_what_it_is(
    hours: Interval, calendar: Calendar, expected: float
) -> None:
    assert weight(hours, calendar) == pytest.approx(expected)


@given(st.integers(0, 20000), st.integers(0, 400), st.integers(0, 400))
def test_the_parts_of_a_span_weigh_what_the_whole_weighs(
    start: int, first: int, second: int
) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC) + start * timedelta(minutes=30)
    middle, end = begin + first * HOUR / 4, begin + (first + second) * HOUR / 4
    parts = weight(Interval(begin, middle), XMAS) + weight(Interval(middle, end), XMAS)
    whole = weight(Interval(begin, end), XMAS)
    assert parts == pytest.approx(whole)
    assert (end - begin) / HOUR <= whole + 1e-9 <= 3 * (end - begin) / HOUR + 1e-6


def test_what_everybody_carried_is_added_up() -> None:
    found = loads([shift(0, "ana", 9), shift(1, None), shift(2, "ana", 9)], PLAIN)
    assert found["ana"].weight == 18.0
    assert found["ana"].last == at("2026-11-04T18:00")


def test_whoever_carries_least_goes_next_and_then_whoever_rested_longest() -> None:
    carried = {
        "ana": Load(weight=50.0, last=at("2026-10-01")),
        "ben": Load(weight=10.0, last=at("2026-11-01")),
        "chi": Load(weight=10.0, last=at("2026-10-20")),
    }
    days = [shift(day) for day in range(4)]  # Monday to Thursday, 33 hours each
    found = assign(days, carried, lambda each: ["ana", "ben", "chi"], PLAIN)
    assert [each.person for each in found] == ["chi", "ben", "chi", "ben"]
    assert [each.load for each in found] == [10.0, 10.0, 43.0, 43.0]
    assert {each.weight for each in found} == {33.0}


def test_nobody_serves_twice_in_a_row_who_is_not_alone() -> None:
    carried = {"ana": Load(weight=0.0), "ben": Load(weight=900.0)}
    days = [shift(day) for day in range(3)]
    both = assign(days, carried, lambda each: ["ana", "ben"], PLAIN)
    assert [each.person for each in both] == ["ana", "ben", "ana"]
    alone = assign(days, carried, lambda each: ["ana"], PLAIN)
    assert [each.person for each in alone] == ["ana"] * 3


def test_who_is_not_able_is_left_out_and_a_shift_of_nobody_stays() -> None:
    days = [shift(0, "ana"), shift(1, "ben")]
    found = assign(days, {}, lambda each: ["ben"] if each.person == "ana" else [], PLAIN)
    assert [(each.person, each.before) for each in found] == [("ben", "ana")]


def test_two_places_at_once_go_to_two_people() -> None:
    days = [shift(0), shift(0)._replace(slot=1)]
    found = assign(days, {}, lambda each: ["ana", "ben"], PLAIN)
    assert {each.person for each in found} == {"ana", "ben"}
