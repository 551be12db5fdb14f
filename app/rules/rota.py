"""Who is on duty when: the one schedule that everything uses (product.md 21 and 26)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from heapq import heappop, heappush
from itertools import pairwise

from app.rules.calendar import Interval
from app.rules.organisation import Override, PersonId
from app.rules.succession import INSTANT, RotaVersion, Turn, turn_order, turns_between
from app.rules.turns import EVER, FOREVER

__all__ = [
    "EVER",
    "FOREVER",
    "RotaVersion",
    "Shift",
    "Why",
    "next_boundary",
    "on_duty",
    "shifts",
    "turn_order",
]

NOT_STARTED = "the rota has not started"
DAY_OFF = "nobody serves on this day"
NOBODY = "nobody is on the rota"


class Why(StrEnum):
    """Why a shift is somebody's, or nobody's."""

    ROTATION = "rotation"
    OVERRIDE = "override"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Shift:
    """`person` serves in `[start, end)`; None is an explicit gap.

    `turn` is the whole turn that this is a part of, however much of it was asked for, is
    overridden or falls to a later version; None where no rotation runs. `instead_of` has the
    turn and is relieved by the override. `version` is the place of the rota's version among
    those given. `note` is the override's reason, or says why there is a gap.
    """

    start: datetime
    end: datetime
    person: PersonId | None
    why: Why
    turn: Interval | None = None
    version: int | None = None
    note: str = ""
    override: Override | None = None
    instead_of: PersonId | None = None


def shifts(
    versions: Sequence[RotaVersion],
    overrides: Sequence[Override],
    start: datetime,
    end: datetime,
) -> list[Shift]:
    """The final schedule of `[start, end)`, in order: it tiles the window exactly.

    Two neighbours may be one person's, for a shift ends with its turn. Versions stand in the
    order in which they were applied.
    """
    if start >= end:
        return []
    base = _rotation(versions, start, end)
    served = _during(overrides, start, end)
    return list(_relieved(base, _winning(served))) if served else base


def on_duty(versions: Sequence[RotaVersion], overrides: Sequence[Override], at: datetime) -> Shift:
    """The shift that runs at `at`, with its true start and end."""
    turn = next(turns_between(versions, at, at + INSTANT), None)
    if turn is None:
        since = min((version.since for version in versions), default=FOREVER)
        pieces = [Shift(EVER, since, None, Why.GAP, note=NOT_STARTED)]
    else:
        pieces = _pieces(turn)
    running = next(each for each in pieces if each.start <= at < each.end)
    served = _during(overrides, running.start, running.end)
    around = _relieved([running], _winning(served)) if served else [running]
    return next(each for each in around if each.start <= at < each.end)


def next_boundary(versions: Sequence[RotaVersion], at: datetime) -> datetime:
    """From when an edit or a join made at `at` serves: from the next boundary after it, for
    nothing but an override changes the running shift (product.md 21). Where no rotation runs
    yet, at once."""
    running = on_duty(versions, (), at)
    return at if running.turn is None else running.end


def _during(overrides: Sequence[Override], start: datetime, end: datetime) -> list[Override]:
    return [each for each in overrides if each.start < end and start < each.end]


def _rotation(versions: Sequence[RotaVersion], start: datetime, end: datetime) -> list[Shift]:
    """The schedule without overrides."""
    found: list[Shift] = []
    at = start
    for turn in turns_between(versions, start, end):
        if at < turn.span.start:
            found.append(Shift(at, turn.span.start, None, Why.GAP, note=NOT_STARTED))
        found += _pieces(turn)
        at = turn.span.end
    if at < end:
        found.append(Shift(at, end, None, Why.GAP, note=NOT_STARTED))
    inside = [each for each in found if start < each.end and each.start < end]
    inside[0] = _cut(inside[0], max(inside[0].start, start), inside[0].end)
    inside[-1] = _cut(inside[-1], inside[-1].start, min(inside[-1].end, end))
    return inside


def _pieces(turn: Turn) -> list[Shift]:
    """A turn's hours on duty, and the days off between them."""
    span, whole, version = turn.span, turn.whole, turn.version
    why, note = (Why.GAP, NOBODY) if turn.person is None else (Why.ROTATION, "")
    found: list[Shift] = []
    at = span.start
    for duty in turn.duty:
        if at < duty.start:
            found.append(Shift(at, duty.start, None, Why.GAP, whole, version, DAY_OFF))
        found.append(Shift(duty.start, duty.end, turn.person, why, whole, version, note))
        at = duty.end
    if at < span.end:
        found.append(Shift(at, span.end, None, Why.GAP, whole, version, DAY_OFF))
    return found


def _relieved(
    base: Iterable[Shift], overrides: Sequence[tuple[Interval, Override]]
) -> Iterator[Shift]:
    """`base`, with the overrides in force at their times; both are in order."""
    first = 0
    for shift in base:
        while first < len(overrides) and overrides[first][0].end <= shift.start:
            first += 1
        at, number = shift.start, first
        while number < len(overrides) and overrides[number][0].start < shift.end:
            span, override = overrides[number]
            if at < span.start:
                yield _cut(shift, at, span.start)
            at, until = max(at, span.start), min(span.end, shift.end)
            yield _override(shift, at, until, override)
            at, number = until, number + 1
        if at < shift.end:
            yield _cut(shift, at, shift.end) if shift.start < at else shift


def _cut(shift: Shift, start: datetime, end: datetime) -> Shift:
    return Shift(start, end, shift.person, shift.why, shift.turn, shift.version, shift.note)


def _override(shift: Shift, start: datetime, end: datetime, override: Override) -> Shift:
    return Shift(
        start,
        end,
        override.person,
        Why.OVERRIDE,
        shift.turn,
        shift.version,
        override.why,
        override,
        shift.person,
    )


def _winning(overrides: Sequence[Override]) -> list[tuple[Interval, Override]]:
    """When which override is in force, in order. The later made wins, the file's lose against
    people's (product.md 37); of equals the later in the list."""
    ranked = sorted(overrides, key=lambda each: each.made_at or EVER)
    starting = sorted(range(len(ranked)), key=lambda rank: ranked[rank].start)
    points = sorted({at for each in ranked for at in (each.start, each.end)})
    found: list[tuple[Interval, Override]] = []
    active: list[int] = []  # negative ranks, so that the heap's top wins
    begun = 0
    for at, following in pairwise(points):
        while begun < len(starting) and ranked[starting[begun]].start <= at:
            heappush(active, -starting[begun])
            begun += 1
        while active and ranked[-active[0]].end <= at:
            heappop(active)
        if active:
            _extend(found, Interval(at, following), ranked[-active[0]])
    return found


def _extend(found: list[tuple[Interval, Override]], span: Interval, override: Override) -> None:
    if found and found[-1][1] is override and found[-1][0].end == span.start:
        span = Interval(found.pop()[0].start, span.end)
    found.append((span, override))
