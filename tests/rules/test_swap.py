"""Which turns can be swapped, and that a swap exchanges exactly two of them."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.organisation import Anchor, Override, Rota, RotaKind
from app.rules.rota import RotaVersion
from app.rules.schedule import Schedule
from app.rules.swap import WholeTurn, span_of, whole_turns
from tests.rules.company import at, override, rota, rotation, tour

WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
START, END = at("2026-01-02T18:00"), at("2026-04-01T00:00")
ABC = rota(list("abc"))
SHAPES = {
    "weekly": ABC,
    "two at once": replace(rota(list("abcd")), slots=2),
    "daily": rota(list("abc"), rotation(DAY, clock="09:00")),
    "weekdays": rota(list("abc"), rotation(DAY, clock="09:00", days=range(5))),
    "office": rota(list("ab"), replace(rotation(DAY, clock="09:00"), until=time(17))),
    "shifts": rota(list("abcd"), rotation(timedelta(hours=8), starts="2026-01-02T06:00")),
    "tours": rota(
        kind=RotaKind.VOLUNTEERS,
        tours=[tour("a", "2026-01-02"), tour("b", "2026-01-02"), tour("c", "2026-02-06")],
    ),
}


def schedule_of(it: Rota, *overrides: Override) -> Schedule:
    return Schedule({"rota": ((RotaVersion(it, None),), overrides)})


def swapped(one: WholeTurn, other: WholeTurn) -> tuple[Override, Override]:
    return (
        Override(person=other.person, start=START, end=START, made_at=START, of=one.anchor),
        Override(person=one.person, start=START, end=START, made_at=START, of=other.anchor),
    )


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(SHAPES)), st.data())
def test_a_swap_exchanges_two_turns_and_touches_nothing_else(
    name: str, data: st.DataObject
) -> None:
    it = SHAPES[name]
    plain = schedule_of(it)
    turns = whole_turns(plain, "rota", START, END)
    one = data.draw(st.sampled_from(turns))
    other = data.draw(st.sampled_from([each for each in turns if each.person != one.person]))
    after = schedule_of(it, *swapped(one, other))
    changed = {(one.slot, one.span.start): other.person, (other.slot, other.span.start): one.person}
    for shift in plain.everyones_shifts("rota", START, END):
        now = after.on_duty("rota", shift.start, shift.slot)
        wanted = shift.person
        if shift.person is not None and shift.turn is not None:
            wanted = changed.get((shift.slot, shift.turn.start), shift.person)
        assert now.person == wanted
    assert span_of(after, "rota", one.anchor) is not None
    # What was swapped is nobody's to swap again, before that is undone.
    again = {(each.slot, each.span.start) for each in whole_turns(after, "rota", START, END)}
    assert again == {(each.slot, each.span.start) for each in turns} - changed.keys()


@pytest.mark.parametrize("name", SHAPES)
def test_every_turn_to_come_is_somebodys_to_swap_once(name: str) -> None:
    """Only the second of two turns of one person on one day cannot be named by its day."""
    turns = whole_turns(schedule_of(SHAPES[name]), "rota", START, END)
    assert turns
    anchors = [each.anchor for each in turns]
    assert len(set(anchors)) == len(anchors)
    assert all(each.span.start >= START and each.span.end <= END for each in turns)


def test_a_turn_that_is_relieved_in_part_is_not_whole() -> None:
    cover = override("c", "2026-01-11T00:00", "2026-01-12T00:00", made="2026-01-01T00:00")
    found = whole_turns(schedule_of(ABC, cover), "rota", START, START + 3 * WEEK)
    assert [each.person for each in found] == ["a", "c"]


def test_a_turn_that_runs_is_not_to_come() -> None:
    found = whole_turns(schedule_of(ABC), "rota", START + DAY, START + 3 * WEEK)
    assert [each.person for each in found] == ["b", "c"]


def test_nobodys_turns_are_nobodys_to_swap() -> None:
    empty = rota(kind=RotaKind.VOLUNTEERS, tours=[tour("a", "2026-02-06")])
    found = whole_turns(schedule_of(empty), "rota", START, at("2026-02-14T00:00"))
    assert [each.day for each in found] == [date(2026, 2, 6)]


def test_of_a_person_without_a_turn_there_is_no_span() -> None:
    assert span_of(schedule_of(ABC), "rota", Anchor(person="z", day=date(2026, 1, 9))) is None
