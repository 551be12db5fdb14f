"""Whose shifts an edit of the rota moves: what each person loses and gains (product.md 24)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.rules.calendar import Interval
from app.rules.cover import left_open
from app.rules.organisation import PersonId
from app.rules.rota import Shift


@dataclass(frozen=True, kw_only=True)
class Moved:
    """In order; what lies side by side is one."""

    lost: Sequence[Interval]
    gained: Sequence[Interval]


def moved(before: Sequence[Shift], after: Sequence[Shift]) -> dict[PersonId, Moved]:
    """By person, of one rota's shifts in one window; whoever serves as before is not in it.
    Several who serve at once may change places without anybody's time being moved."""
    was, will = _by_person(before), _by_person(after)
    found = {
        person: Moved(
            lost=_without(was.get(person, ()), will.get(person, ())),
            gained=_without(will.get(person, ()), was.get(person, ())),
        )
        for person in sorted(was.keys() | will.keys())
    }
    return {person: each for person, each in found.items() if each.lost or each.gained}


def _by_person(shifts: Iterable[Shift]) -> dict[PersonId, list[Interval]]:
    found: dict[PersonId, list[Interval]] = {}
    for shift in shifts:
        if shift.person is not None:
            found.setdefault(shift.person, []).append(Interval(shift.start, shift.end))
    return found


def _without(served: Iterable[Interval], also: Sequence[Interval]) -> list[Interval]:
    found: list[Interval] = []
    for span in served:
        for part in left_open(span, also):
            if found and found[-1].end == part.start:
                part = Interval(found.pop().start, part.end)
            found.append(part)
    return found
