"""Whose turn it is: each goes to the member after the last one who served (product.md 21).

Where the members stay the same the turn is found by arithmetic; only changes of the members
(tours that begin or end, versions of the rota) are walked through.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from sys import maxsize
from typing import NamedTuple

from app.rules.calendar import Interval
from app.rules.organisation import PersonId, Rota, RotaKind
from app.rules.turns import EVER, FOREVER, Turns, turns_of

INSTANT = timedelta(microseconds=1)


class Place(NamedTuple):
    """One place in a rota's order: a member's, or a volunteer's for the days of a tour."""

    person: PersonId
    starts: date = date.min
    ends: date = date.max


@dataclass(frozen=True)
class RotaVersion:
    """The rota as it serves from `effective` on (None: since ever), until the next version."""

    rota: Rota
    effective: datetime | None

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.rota, self.effective))

    @cached_property
    def turns(self) -> Turns:
        return turns_of(self.rota.rotation)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """In order: members as in the file, volunteers by the start of their tour, then file."""
        if self.rota.kind is not RotaKind.VOLUNTEERS:
            return tuple(Place(person) for person in self.rota.members)
        accepted = [tour for tour in self.rota.tours if tour.accepted_on is not None]
        return tuple(
            Place(tour.person, tour.starts, tour.ends)
            for tour in sorted(accepted, key=lambda tour: tour.starts)
        )

    @cached_property
    def changes(self) -> tuple[date, ...]:
        """The days on which somebody comes or goes."""
        if self.rota.kind is not RotaKind.VOLUNTEERS:
            return ()
        days = {day for place in self.places for day in (place.starts, place.ends)}
        return tuple(sorted(days))

    @property
    def since(self) -> datetime:
        """Its own `from`, if that is later than its effect: until then the one before goes on."""
        return max(self.effective or EVER, self.turns.begin)


class Turn(NamedTuple):
    """A turn as far as its version is in force. `duty` lies inside `span`; `whole` reaches to
    the turn's own end, so that it stays what it was when a later version cuts it short."""

    span: Interval
    whole: Interval
    duty: Sequence[Interval]
    version: int
    stretch: "Stretch | None"
    number: int

    def person(self, slot: int = 0) -> PersonId | None:
        """Who serves in it; with several at once, in which of their places."""
        return self.stretch.person(self.number, slot) if self.stretch else None

    def order(self) -> Sequence[PersonId]:
        """Everybody who is on the rota then, beginning with `person(0)`, as their turns come."""
        return self.stretch.order(self.number) if self.stretch else ()


def turns_between(
    versions: Sequence[RotaVersion], start: datetime, end: datetime
) -> Iterator[Turn]:
    """The turns of which some part lies in `[start, end)`; they follow each other without a hole
    from the rota's start on."""
    for reign, stretches in _history(tuple(versions)):
        if reign.span.start < end and start < reign.span.end:
            yield from reign.turns_between(stretches, start, end)


def turn_order(versions: Sequence[RotaVersion], at: datetime) -> list[PersonId]:
    """Everybody who is on the rota at `at`, beginning with the one whose turn it is (before the
    rota starts: with the first), then in turn."""
    history = _history(tuple(versions))
    begun = [each for each in history if each[0].span.start <= at] or history[:1]
    if not begun:
        return []
    reign, stretches = begun[-1]
    turn = reign.turn_at(max(at, reign.span.start))
    return next((each.order(turn) for each in stretches if turn < each.stop), [])


@dataclass(frozen=True, slots=True)
class _Served:
    """Who served last, and where they stood in the order then."""

    places: tuple[Place, ...]
    place: int

    @property
    def person(self) -> PersonId:
        return self.places[self.place].person


@dataclass(frozen=True, slots=True)
class Stretch:
    """The turns `[first, stop)`, between which the members are the same; `eligible` are their
    places, and `offset` says which of them has the first turn. `step` people serve at once."""

    first: int
    stop: int
    places: tuple[Place, ...]
    eligible: Sequence[int]
    offset: int
    step: int

    def place(self, turn: int, slot: int) -> int:
        passed = (turn - self.first) * self.step + slot
        return self.eligible[(passed + self.offset) % len(self.eligible)]

    def person(self, turn: int, slot: int = 0) -> PersonId | None:
        if turn < self.first or slot >= self.step:
            return None
        return self.places[self.place(turn, slot)].person

    def order(self, turn: int) -> list[PersonId]:
        return [self.places[self.place(turn, n)].person for n in range(len(self.eligible))]


def _last_of(stretches: Sequence[Stretch]) -> _Served | None:
    for stretch in reversed(stretches):
        if stretch.eligible:
            last = stretch.place(stretch.stop - 1, stretch.step - 1)
            return _Served(stretch.places, last)
    return None


@dataclass(frozen=True, slots=True)
class Reign:
    """A version while it is in force."""

    number: int
    version: RotaVersion
    span: Interval

    def turn_at(self, at: datetime) -> int:
        """The turn at `at`, or the next one where that has no duty left in this reign."""
        turn = self.version.turns.at(at)
        if turn < 0:
            return 0
        duty = self.version.turns.duty(turn)
        left = duty is None or any(each.end > at for each in duty)
        return turn if left else turn + 1

    def stop(self) -> int:
        """The turn after the last one with duty in this reign."""
        if self.span.end == FOREVER:
            return maxsize
        turn = self.version.turns.at(self.span.end - INSTANT)
        duty = self.version.turns.duty(turn) if turn >= 0 else None
        served = duty is None or any(
            each.start < self.span.end and self.span.start < each.end for each in duty
        )
        return turn + 1 if served else turn

    def stretches(self, last: _Served | None) -> list[Stretch]:
        """The turns of this reign, cut where somebody comes or goes."""
        turns, places = self.version.turns, self.version.places
        first, stop = self.turn_at(self.span.start), self.stop()
        if first >= stop:
            return []
        if self.span.start == turns.begin:
            last = None  # the first one in order is on duty at `from`
        found: list[Stretch] = []
        for begin, end in pairwise([*self._cuts(first, stop), stop]):
            starts = max(turns.start(begin), self.span.start)
            day = starts.astimezone(self.version.rota.rotation.timezone).date()
            eligible = _eligible(places, day)
            offset = _successor(last, places, eligible) if eligible else 0
            step = min(self.version.rota.slots, len(eligible))
            found.append(Stretch(begin, end, places, eligible, offset, step))
            last = _last_of(found[-1:]) or last
        return found

    def turns_between(
        self, stretches: Sequence[Stretch], start: datetime, end: datetime
    ) -> Iterator[Turn]:
        turns = self.version.turns
        turn = turns.at(max(start, self.span.start))
        begin = self.span.start if turn < 0 else max(turns.start(turn), self.span.start)
        number = bisect_right(stretches, turn, key=lambda each: each.stop)
        while begin < min(end, self.span.end):
            following = turns.start(turn + 1)
            span = whole = Interval(begin, following)
            if following > self.span.end:
                span = Interval(begin, self.span.end)
            while number < len(stretches) and turn >= stretches[number].stop:
                number += 1
            stretch = stretches[number] if number < len(stretches) else None
            if span.start < span.end:
                yield Turn(span, whole, _duty(turns, turn, span), self.number, stretch, turn)
            begin, turn = max(following, begin), turn + 1

    def _cuts(self, first: int, stop: int) -> list[int]:
        changes = (self.version.turns.first_on(day) for day in self.version.changes)
        return sorted({first, *(turn for turn in changes if first < turn < stop)})


def reigns(versions: Sequence[RotaVersion]) -> list[Reign]:
    """A later version rules over an earlier one from its effect on."""
    found: list[Reign] = []
    end = FOREVER
    for number in range(len(versions) - 1, -1, -1):
        since = versions[number].since
        if since < end:
            found.append(Reign(number, versions[number], Interval(since, end)))
            end = since
    return found[::-1]


@lru_cache(maxsize=256)
def _history(versions: tuple[RotaVersion, ...]) -> Sequence[tuple[Reign, Sequence[Stretch]]]:
    """Every reign with its stretches, in order. Remembered, because who is on duty now is asked
    all the time and the versions seldom change."""
    last: _Served | None = None
    found: list[tuple[Reign, Sequence[Stretch]]] = []
    for reign in reigns(versions):
        stretches = reign.stretches(last)
        last = _last_of(stretches) or last
        found.append((reign, stretches))
    return found


def _duty(turns: Turns, turn: int, span: Interval) -> Sequence[Interval]:
    duty = turns.duty(turn) if turn >= 0 else []
    if duty is None:
        return (span,)
    clipped = (Interval(max(d.start, span.start), min(d.end, span.end)) for d in duty)
    return [each for each in clipped if each.start < each.end]


def _eligible(places: Sequence[Place], day: date) -> list[int]:
    """The places of `day`, one for each person."""
    found: dict[PersonId, int] = {}
    for number, place in enumerate(places):
        if place.starts <= day < place.ends:
            found.setdefault(place.person, number)
    return list(found.values())


def _successor(last: _Served | None, places: tuple[Place, ...], eligible: Sequence[int]) -> int:
    """Which of `eligible` comes after the one who served last; nobody serves twice in a row who
    is not alone."""
    if last is None:
        return 0
    after = _stands(last, places)
    found = next((n for n, place in enumerate(eligible) if place > after), 0)
    if places[eligible[found]].person == last.person:
        found = (found + 1) % len(eligible)
    return found


def _stands(last: _Served, places: tuple[Place, ...]) -> int:
    """Where the one who served last stands in `places`: -1 is before the first.

    Somebody who has left keeps their place: before whoever came after them, or at the end.
    """
    if last.places is places:
        return last.place
    then = last.places[last.place]
    for number, place in enumerate(places):
        if (place.person, place.starts) == (then.person, then.starts):
            return number
    people = [place.person for place in places]
    if then.person in people:
        return people.index(then.person)
    for later in last.places[last.place + 1 :]:
        if later.person in people:
            return people.index(later.person) - 1
    for earlier in reversed(last.places[: last.place]):
        if earlier.person in people:
            return people.index(earlier.person)
    return -1
