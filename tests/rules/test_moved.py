"""What an edit moves: nobody's time is in both lists, and what is left is as it was."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.rules.calendar import Interval
from app.rules.moved import moved
from app.rules.rota import Shift, Why
from tests.rules.company import at

START = at("2026-11-27T18:00")
PEOPLE = (None, "ana", "ben", "chi")


def shifts(people: Sequence[str | None], *, slot: int = 0) -> list[Shift]:
    """One hour each."""
    hour = timedelta(hours=1)
    return [
        Shift(START + n * hour, START + (n + 1) * hour, person, Why.ROTATION, slot=slot)
        for n, person in enumerate(people)
    ]


def hours(spans: list[Interval]) -> set[int]:
    hour = timedelta(hours=1)
    return {
        int((span.start - START) / hour) + n
        for span in spans
        for n in range(int((span.end - span.start) / hour))
    }


hour_lists = st.lists(st.sampled_from(PEOPLE), min_size=12, max_size=12)


@given(before=hour_lists, after=hour_lists)
def test_each_person_is_told_exactly_the_hours_that_changed(
    before: list[str | None], after: list[str | None]
) -> None:
    found = moved(shifts(before), shifts(after))
    for person in filter(None, PEOPLE):
        was = {n for n, each in enumerate(before) if each == person}
        will = {n for n, each in enumerate(after) if each == person}
        lost = hours(list(found[person].lost)) if person in found else set()
        gained = hours(list(found[person].gained)) if person in found else set()
        assert (lost, gained) == (was - will, will - was)


def test_what_lies_side_by_side_is_one_span() -> None:
    found = moved(shifts(["ana"] * 3 + ["ben"]), shifts(["ben"] * 4))
    assert found["ana"].lost == [Interval(START, START + timedelta(hours=3))]


def test_two_who_serve_at_once_may_change_places() -> None:
    before = shifts(["ana"]) + shifts(["ben"], slot=1)
    after = shifts(["ben"]) + shifts(["ana"], slot=1)
    assert moved(before, after) == {}
