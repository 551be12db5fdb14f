"""The final schedule of a rota. Paging, posts, handles and pages all ask this one function.

Shifts are half-open `[start, end)` in UTC and tile the asked window: no overlap, no hole but an
explicit gap (product.md 21).
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from app.rules.organisation import Override, PersonId, Rota, RotaKind
from app.rules.turns import Turns

EVER = datetime.min.replace(tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)
WEEK = timedelta(weeks=1)


class Why(StrEnum):
    ROTATION = "rotation"
    OVERRIDE = "override"
    GAP = "gap"


@dataclass(frozen=True, kw_only=True)
class RotaVersion:
    """A rota as it is from `effective` on; None for the first version, since ever."""

    rota: Rota
    effective: datetime | None


@dataclass(frozen=True, kw_only=True)
class Shift:
    """Who serves in `[start, end)`; nobody (None) where there is a gap.

    `version` is the number of the rota's version; `note` an override's reason.
    """

    start: datetime
    end: datetime
    person: PersonId | None
    why: Why
    version: int = 0
    note: str = ""


def shifts(
    versions: Sequence[RotaVersion],
    overrides: Sequence[Override],
    start: datetime,
    end: datetime,
) -> list[Shift]:
    """The shifts of `[start, end)`, cut at its ends, oldest first."""
    return _overlay(_rotation(versions, start, end), overrides, start, end)


def on_duty(versions: Sequence[RotaVersion], overrides: Sequence[Override], at: datetime) -> Shift:
    """Who serves at an instant: the shift of `shifts` that holds it, with its whole length."""
    base = _base_shift(_lines(versions), at)
    if not overrides:
        return base
    return next(
        shift
        for shift in _overlay([base], overrides, base.start, base.end)
        if shift.start <= at < shift.end
    )


def next_boundary(versions: Sequence[RotaVersion], at: datetime) -> datetime:
    """The next instant after `at` at which a turn of the rotation begins; where edits take hold."""
    line = _lines(versions)[-1]
    # A version that is not in force yet changes nothing before its own begin.
    at = max(at, line.start) if line.start != EVER else at
    number = line.turns.number(max(at, line.turns.begins - timedelta(microseconds=1)))
    while line.turns.begin(number) <= at:
        number += 1
    return line.turns.begin(number)


class _Line:
    """One version between its begin and the next one's, and who had the turn before it."""

    def __init__(self, rota: Rota, start: datetime, end: datetime, before: "_Line | None") -> None:
        self.rota = rota
        self.turns = Turns(rota.rotation)
        self.start = max(start, self.turns.begins)
        self.end = end
        self._first = self.turns.number(self.start)
        self._blocks = self._make_blocks(before)
        self._begins = [block.first for block in self._blocks]

    def person(self, number: int) -> PersonId | None:
        """Who has a turn: the member after the last one who served, in order."""
        block = self._blocks[bisect_right(self._begins, number) - 1]
        if not block.members:
            return None
        return block.members[(block.lead + number - block.first) % len(block.members)]

    def last_before(self, at: datetime) -> PersonId | None:
        """Who served last before `at`, so that the next version goes on after them."""
        number = self.turns.number(at - timedelta(microseconds=1))
        for back in range(min(len(self._blocks) * 2 + 2, number - self._first + 1)):
            person = self.person(number - back)
            if person is not None:
                return person
        return None

    def order(self) -> list[PersonId]:
        if self.rota.kind is not RotaKind.VOLUNTEERS:
            return list(self.rota.members)
        tours = sorted(
            (tour for tour in self.rota.tours if tour.accepted_on is not None),
            key=lambda tour: tour.starts,
        )
        return list(dict.fromkeys(tour.person for tour in tours))

    def _make_blocks(self, before: "_Line | None") -> "list[_Block]":
        """Stretches of turns with the same members; a tour covers the turns whose local begin
        date lies in its weeks."""
        order = self.order()
        last = before.last_before(self.start) if before else None
        previous = before.order() if before else []
        blocks: list[_Block] = []
        for first in self._changes():
            members = [each for each in order if self._serves(each, first)]
            if blocks and blocks[-1].members:
                block = blocks[-1]
                turn = block.lead + first - block.first - 1
                last, previous = block.members[turn % len(block.members)], order
            lead = _after(last, members, previous or order)
            blocks.append(_Block(first=first, members=tuple(members), lead=lead))
        return blocks

    def _changes(self) -> list[int]:
        found = {self._first}
        if self.rota.kind is RotaKind.VOLUNTEERS:
            for tour in self.rota.tours:
                for day in (tour.starts, tour.starts + WEEK * tour.weeks):
                    found.add(max(self._first, self.turns.first_from(day)))
        return sorted(found)

    def _serves(self, person: PersonId, number: int) -> bool:
        if self.rota.kind is not RotaKind.VOLUNTEERS:
            return True
        day = self.turns.day(number)
        return any(
            tour.person == person
            and tour.accepted_on is not None
            and tour.starts <= day < tour.starts + WEEK * tour.weeks
            for tour in self.rota.tours
        )


@dataclass(frozen=True, kw_only=True)
class _Block:
    """From turn `first` on these members take turns, beginning with the one at `lead`."""

    first: int
    members: tuple[PersonId, ...]
    lead: int


def _after(last: PersonId | None, members: list[PersonId], order: Sequence[PersonId]) -> int:
    """The index of the member after `last`; of somebody who left, the one who came after them."""
    if last is None or not members:
        return 0
    following = [*order, *order]
    start = following.index(last) + 1 if last in following else 0
    for person in following[start:]:
        if person in members:
            return members.index(person)
    return 0


def _lines(versions: Sequence[RotaVersion]) -> list[_Line]:
    ordered = sorted(versions, key=lambda version: version.effective or EVER)
    ends = [version.effective or EVER for version in ordered[1:]] + [FOREVER]
    lines: list[_Line] = []
    for version, end in zip(ordered, ends, strict=True):
        before = lines[-1] if lines else None
        lines.append(_Line(version.rota, version.effective or EVER, end, before))
    return lines


def _rotation(versions: Sequence[RotaVersion], start: datetime, end: datetime) -> Iterator[Shift]:
    lines, at = _lines(versions), start
    while at < end:
        shift = _base_shift(lines, at)
        yield replace(shift, start=at, end=min(shift.end, end))
        at = shift.end


def _base_shift(lines: Sequence[_Line], at: datetime) -> Shift:
    """The turn that holds `at`, whole, or the gap around it."""
    if not lines:
        return Shift(start=EVER, end=FOREVER, person=None, why=Why.GAP)
    number = max((index for index, line in enumerate(lines) if line.start <= at), default=None)
    if number is None:
        return Shift(start=EVER, end=lines[0].start, person=None, why=Why.GAP)
    line = lines[number]
    until = lines[number + 1].start if number + 1 < len(lines) else FOREVER
    turn = line.turns.number(at)
    begin, finish = line.turns.begin(turn), line.turns.end(turn)
    if at >= finish:
        return Shift(
            start=finish,
            end=min(line.turns.begin(turn + 1), until),
            person=None,
            why=Why.GAP,
            version=number,
        )
    person = line.person(turn)
    return Shift(
        start=max(begin, line.start),
        end=min(finish, until),
        person=person,
        why=Why.ROTATION if person else Why.GAP,
        version=number,
    )


def _overlay(
    base: Sequence[Shift] | Iterator[Shift],
    overrides: Sequence[Override],
    start: datetime,
    end: datetime,
) -> list[Shift]:
    """Overrides over the rotation: of two that overlap the later made wins (product.md 37)."""
    base = list(base)
    live = [each for each in overrides if each.start < end and each.end > start]
    if not live:
        return base
    cuts = {shift.start for shift in base} | {base[-1].end if base else end}
    for each in live:
        cuts |= {max(each.start, start), min(each.end, end)}
    ranked = sorted(live, key=lambda each: each.made_at or EVER)
    found: list[Shift] = []
    for left, right in pairwise(sorted(cuts)):
        under = next(shift for shift in base if shift.start <= left < shift.end)
        over = next((each for each in reversed(ranked) if each.start <= left < each.end), None)
        found.append(_piece(under, over, left, right))
    return _joined(found)


def _piece(under: Shift, over: Override | None, left: datetime, right: datetime) -> Shift:
    if over is None:
        return replace(under, start=left, end=right)
    return Shift(
        start=left,
        end=right,
        person=over.person,
        why=Why.OVERRIDE,
        version=under.version,
        note=over.why,
    )


def _joined(pieces: list[Shift]) -> list[Shift]:
    """Pieces of one override that the rotation's boundary cut are one shift again."""
    found: list[Shift] = []
    for piece in pieces:
        if (
            found
            and piece.why is Why.OVERRIDE
            and found[-1].why is Why.OVERRIDE
            and (found[-1].person == piece.person and found[-1].note == piece.note)
        ):
            found[-1] = replace(found[-1], end=piece.end)
        else:
            found.append(piece)
    return found
