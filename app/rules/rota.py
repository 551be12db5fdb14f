"""Who is on duty when: the one schedule that everything uses (product.md 21 and 26)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from heapq import heappop, heappush
from itertools import pairwise
from typing import NamedTuple

from app.rules.calendar import Interval
from app.rules.organisation import Anchor, Leave, Override, PersonId
from app.rules.succession import INSTANT, RotaVersion, Turn
from app.rules.sun import turn_order, turns_between
from app.rules.turns import EVER, FOREVER

__all__ = [
    "EVER",
    "FOREVER",
    "RotaVersion",
    "Shift",
    "Why",
    "next_boundary",
    "on_duty",
    "settled",
    "shifts",
    "turn_order",
]

NOT_STARTED = "the rota has not started"
DAY_OFF = "nobody serves on this day"
NOBODY = "nobody is on the rota"
TOO_FEW = "fewer people are on the rota than serve at once"
ALL_AWAY = "everybody on the rota is away"
STANDS_IN = "stands in for somebody who is away"
REACH = timedelta(days=120)
"""How far from its day a swapped turn is looked for after an edit of the rota."""


class Why(StrEnum):
    """Why a shift is somebody's, or nobody's."""

    ROTATION = "rotation"
    LEAVE = "leave"
    OVERRIDE = "override"
    GAP = "gap"


class Shift(NamedTuple):
    """`person` serves in `[start, end)`; None is an explicit gap.

    `turn` is the whole turn that this is a part of, however much of it was asked for, is
    overridden or falls to a later version; None where no rotation runs. `instead_of` has the
    turn, and is away or relieved by the override. `version` is the place of the rota's version
    among those given. `note` is the override's reason, or says why there is a gap. `slot` counts
    those who serve at once, from 0.
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
    slot: int = 0


def shifts(
    versions: Sequence[RotaVersion],
    overrides: Sequence[Override],
    start: datetime,
    end: datetime,
    away: Sequence[Leave] = (),
    slot: int = 0,
) -> list[Shift]:
    """The final schedule of `[start, end)`, in order: it tiles the window exactly.

    The layers, each over the one before: the rotation, leave, overrides. Two neighbours may be
    one person's, for a shift ends with its turn. Versions stand in the order in which they were
    applied.
    """
    if start >= end:
        return []
    base = _rotation(versions, start, end, away, slot)
    served = _during(settled(versions, overrides), start, end, slot)
    return list(_relieved(base, _winning(served))) if served else base


def on_duty(
    versions: Sequence[RotaVersion],
    overrides: Sequence[Override],
    at: datetime,
    away: Sequence[Leave] = (),
    slot: int = 0,
) -> Shift:
    """The shift that runs at `at`, with its true start and end."""
    turn = next(turns_between(versions, at, at + INSTANT), None)
    if turn is None:
        since = min((version.since for version in versions), default=FOREVER)
        pieces = [Shift(EVER, since, None, Why.GAP, note=NOT_STARTED, slot=slot)]
    else:
        pieces = _pieces(turn, away, slot)
    running = next(each for each in pieces if each.start <= at < each.end)
    served = _during(settled(versions, overrides), running.start, running.end, slot)
    around = _relieved([running], _winning(served)) if served else [running]
    return next(each for each in around if each.start <= at < each.end)


def next_boundary(versions: Sequence[RotaVersion], at: datetime) -> datetime:
    """From when an edit or a join made at `at` serves: from the next boundary after it, for
    nothing but an override changes the running shift (product.md 21). Where no rotation runs
    yet, at once."""
    running = on_duty(versions, (), at)
    return at if running.turn is None else running.end


def settled(versions: Sequence[RotaVersion], overrides: Sequence[Override]) -> Sequence[Override]:
    """The overrides, with those that follow a shift put where their shift is now; one whose
    person has no turn there any more is left out."""
    if all(each.of is None for each in overrides):
        return overrides
    found = []
    for each in overrides:
        if each.of is None:
            found.append(each)
        elif (place := _place_of(tuple(versions), each.of, each.made_at)) is not None:
            spans, slot = place
            found += [
                replace(each, start=span.start, end=span.end, slot=slot, of=None) for span in spans
            ]
    return found


@lru_cache(maxsize=256)
def _place_of(
    versions: tuple[RotaVersion, ...], anchor: Anchor, made_at: datetime | None
) -> tuple[Sequence[Interval], int] | None:
    """The turn that an anchor means, its person's on its day or else their nearest one: when it
    is served, for hours that are nobody's stay so. What had begun when the swap was made is none
    of it: no edit moves a swap into a shift that runs, or that was served."""
    noon = datetime.combine(anchor.day, time(12), UTC)
    near = list(turns_between(versions, noon - REACH, noon + REACH))
    own = [
        (turn, slot)
        for turn in near
        for slot in range(versions[turn.version].rota.slots)
        if turn.person(slot) == anchor.person and turn.span.start == turn.whole.start
        if made_at is None or turn.whole.start >= made_at
    ]
    if not own:
        return None

    def distance(found: tuple[Turn, int]) -> tuple[int, datetime]:
        turn = found[0]
        zone = versions[turn.version].rota.rotation.timezone
        days = turn.whole.start.astimezone(zone).date() - anchor.day
        return abs(days.days), turn.whole.start

    turn, slot = min(own, key=distance)
    return [turn.whole] if list(turn.duty) == [turn.span] else turn.duty, slot


def _during(
    overrides: Sequence[Override], start: datetime, end: datetime, slot: int
) -> list[Override]:
    return [
        each for each in overrides if each.start < end and start < each.end and each.slot == slot
    ]


def _rotation(
    versions: Sequence[RotaVersion],
    start: datetime,
    end: datetime,
    away: Sequence[Leave],
    slot: int,
) -> list[Shift]:
    """The schedule without overrides."""
    found: list[Shift] = []
    at = start
    for turn in turns_between(versions, start, end):
        if at < turn.span.start:
            gap = Shift(at, turn.span.start, None, Why.GAP, note=NOT_STARTED, slot=slot)
            found.append(gap)
        if away or not turn.stretch or len(turn.duty) != 1 or turn.duty[0] is not turn.span:
            found += _pieces(turn, away, slot)
        else:  # the common one: most of the time of a rendering goes here
            found.append(_whole(turn, slot))
        at = turn.span.end
    if at < end:
        found.append(Shift(at, end, None, Why.GAP, note=NOT_STARTED, slot=slot))
    while found[0].end <= start:
        del found[0]
    while found[-1].start >= end:
        del found[-1]
    found[0] = _cut(found[0], max(found[0].start, start), found[0].end)
    found[-1] = _cut(found[-1], found[-1].start, min(found[-1].end, end))
    return found


def _whole(turn: Turn, slot: int) -> Shift:
    """As `_pieces` of a turn that is on duty from end to end, while nobody is away."""
    (start, end), person = turn.span, turn.person(slot)
    if person is None:
        note = NOBODY if not slot else TOO_FEW
        return Shift(start, end, None, Why.GAP, turn.whole, turn.version, note, slot=slot)
    return Shift(start, end, person, Why.ROTATION, turn.whole, turn.version, "", None, None, slot)


def _pieces(turn: Turn, away: Sequence[Leave], slot: int) -> list[Shift]:
    """A turn's hours on duty, and the days off between them."""
    span, whole, version, person = turn.span, turn.whole, turn.version, turn.person(slot)
    why, note = (Why.GAP, NOBODY if not slot else TOO_FEW) if person is None else (Why.ROTATION, "")
    found: list[Shift] = []
    at = span.start
    for duty in turn.duty:
        if at < duty.start:
            found.append(_day_off(turn, at, duty.start, slot))
        serving = Shift(duty.start, duty.end, person, why, whole, version, note, slot=slot)
        found += _without_the_away(serving, turn, away) if away else [serving]
        at = duty.end
    if at < span.end:
        found.append(_day_off(turn, at, span.end, slot))
    return found


def _day_off(turn: Turn, start: datetime, end: datetime, slot: int) -> Shift:
    return Shift(start, end, None, Why.GAP, turn.whole, turn.version, DAY_OFF, slot=slot)


def _without_the_away(shift: Shift, turn: Turn, away: Sequence[Leave]) -> list[Shift]:
    """While the one whose turn it is is away, the next in turn who is not serves."""
    held = [
        each
        for each in away
        if each.start < shift.end and shift.start < each.end and each.holds(turn.span.start)
    ]
    if shift.person is None or all(each.person != shift.person for each in held):
        return [shift]
    edges = {at for each in held for at in (each.start, each.end) if shift.start < at < shift.end}
    found: list[Shift] = []
    for start, end in pairwise([shift.start, *sorted(edges), shift.end]):
        gone = {each.person for each in held if each.start <= start < each.end}
        piece = _stood_in(shift, start, end, turn, gone)
        if found and (found[-1].person, found[-1].why) == (piece.person, piece.why):
            start = found.pop().start
        found.append(piece._replace(start=start))
    return found


def _stood_in(
    shift: Shift, start: datetime, end: datetime, turn: Turn, gone: set[PersonId]
) -> Shift:
    """Of several who serve at once each who is away has a stand-in of their own."""
    if shift.person not in gone:
        return shift._replace(start=start, end=end)
    order, step = turn.order(), turn.stretch.step if turn.stretch else 0
    earlier = sum(each in gone for each in order[: shift.slot])
    free = [each for each in order[step:] if each not in gone]
    person = free[earlier] if earlier < len(free) else None
    why, note = (Why.LEAVE, STANDS_IN) if person else (Why.GAP, ALL_AWAY)
    return shift._replace(
        start=start, end=end, person=person, why=why, note=note, instead_of=shift.person
    )


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
    """As `dataclasses.replace`, which a year of shifts would feel."""
    return Shift(
        start,
        end,
        shift.person,
        shift.why,
        shift.turn,
        shift.version,
        shift.note,
        None,
        shift.instead_of,
        shift.slot,
    )


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
        shift.slot,
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
