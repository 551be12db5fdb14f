"""When the turns of a rotation begin and which hours of them are duty (product.md 21 and 23).

Turns are numbered from 0, the one that runs from `begin` on. Every question is answered by
arithmetic from the rotation's start, never by walking through its past.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from typing import Protocol

from app.rules.calendar import DAY, Interval, to_utc
from app.rules.organisation import Rotation

WEEK_DAYS = 7
EVERY_DAY = frozenset(range(WEEK_DAYS))
EVER = datetime(1, 1, 3, tzinfo=UTC)
FOREVER = datetime(9999, 12, 29, tzinfo=UTC)
"""Instants that have a local time in every zone, before and after everything."""
MOST_STARTS = 4096
LAST_YEAR = 2200
"""A turn that has not come by then (84 hours and Mondays may never meet) comes at the FOREVER."""


class Turns(Protocol):
    """Turn `n` runs from `start(n)` to `start(n + 1)`."""

    @property
    def begin(self) -> datetime:
        """The instant that the rotation's `from` names."""

    def start(self, turn: int) -> datetime: ...

    def at(self, instant: datetime) -> int:
        """The turn that runs at `instant`; -1 before the first one."""

    def first_on(self, day: date) -> int:
        """The first turn that starts on the local date `day` or later."""

    def duty(self, turn: int) -> list[Interval] | None:
        """The hours of the turn that are on duty, on the other days nobody serves; None: all."""


def turns_of(rotation: Rotation) -> Turns:
    """Whole days turn on the wall clock; anything else in elapsed time."""
    if rotation.every % DAY == timedelta(0):
        if rotation.turns:
            return _SplitWeeks(rotation, rotation.turns)
        if rotation.days is not None and rotation.every.days % WEEK_DAYS:
            return _ListedDays(rotation, rotation.days)
        return _Days(rotation)
    if rotation.days is not None:
        return _ElapsedOnDays(rotation, rotation.days)
    return _Elapsed(rotation)


def _begin(rotation: Rotation) -> datetime:
    starts = rotation.starts
    clock = starts.time() if isinstance(starts, datetime) else rotation.time
    return to_utc(_date(starts), clock, rotation.timezone)


def _date(starts: date) -> date:
    return starts.date() if isinstance(starts, datetime) else starts


def _ceil(number: int, parts: int) -> int:
    return -(-number // parts)


class _Days:
    """Every n days at a wall-clock time; whole weeks turn on `day`. Of a rotation that starts on
    another weekday the first turn is the rest of the one that would be running."""

    def __init__(self, rotation: Rotation) -> None:
        self.begin = _begin(rotation)
        self._clock: time = rotation.time
        self._zone = rotation.timezone
        self._every = rotation.every.days
        self._first = _date(rotation.starts)
        self._days = rotation.days
        self._until = rotation.until
        self._anchor = self._first
        if rotation.day is not None and self._every % WEEK_DAYS == 0:
            self._anchor -= (self._first.weekday() - rotation.day) % WEEK_DAYS * DAY
        self._starts: dict[int, datetime] = {}
        """Those asked for before: a schedule is rendered again and again over the same years."""

    def start(self, turn: int) -> datetime:
        found = self._starts.get(turn)
        if found is None:
            if len(self._starts) > MOST_STARTS:
                self._starts.clear()
            found = self._starts[turn] = self._opening(self._date_of(turn))
        return found

    def at(self, instant: datetime) -> int:
        tomorrow = instant.astimezone(self._zone).date() + DAY
        turn = max(self._turn_on(tomorrow), 0)
        while turn >= 0 and self.start(turn) > instant:
            turn -= 1
        return turn

    def first_on(self, day: date) -> int:
        return 0 if day <= self._first else _ceil((day - self._anchor).days, self._every)

    def duty(self, turn: int) -> list[Interval] | None:
        if self._days is None and self._until is None:
            return None
        return self._listed(turn, EVERY_DAY if self._days is None else self._days)

    def _opening(self, day: date) -> datetime:
        return self.begin if day <= self._first else to_utc(day, self._clock, self._zone)

    def _closing(self, day: date) -> datetime:
        """Where clocks skip `until` the next opening may come first."""
        following = self._opening(day + DAY)
        if self._until is None:
            return following
        last = day if self._until > self._clock else day + DAY
        return min(to_utc(last, self._until, self._zone), following)

    def _date_of(self, turn: int) -> date:
        return self._anchor + turn * self._every * DAY

    def _turn_on(self, day: date) -> int:
        return (day - self._anchor).days // self._every

    def _listed(self, turn: int, days: frozenset[int]) -> list[Interval]:
        """A day reaches from the turning time on its date to `until`, or to the next day's."""
        found: list[Interval] = []
        day, end = max(self._date_of(turn), self._first), self._date_of(turn + 1)
        while day < end:
            if day.weekday() in days:
                opens, closes = self._opening(day), self._closing(day)
                if found and found[-1].end == opens:
                    opens = found.pop().start
                if opens < closes:
                    found.append(Interval(opens, closes))
            day += DAY
        return found


class _ListedDays(_Days):
    """Every n of the listed weekdays: the days between are nobody's and are not counted."""

    def __init__(self, rotation: Rotation, days: frozenset[int]) -> None:
        super().__init__(rotation)
        weekday = self._first.weekday()
        self._offsets = sorted((day - weekday) % WEEK_DAYS for day in days)

    def first_on(self, day: date) -> int:
        return max(_ceil(self._listed_before(day), self._every), 0)

    def _date_of(self, turn: int) -> date:
        weeks, place = divmod(turn * self._every, len(self._offsets))
        return self._first + (weeks * WEEK_DAYS + self._offsets[place]) * DAY

    def _turn_on(self, day: date) -> int:
        return (self._listed_before(day + DAY) - 1) // self._every

    def _listed_before(self, day: date) -> int:
        weeks, rest = divmod((day - self._first).days, WEEK_DAYS)
        return weeks * len(self._offsets) + bisect_left(self._offsets, rest)


class _SplitWeeks(_Days):
    """A turn begins on each of some weekdays. Of a rotation that starts on another weekday the
    first turn is the rest of the one that would be running."""

    def __init__(self, rotation: Rotation, turns: frozenset[int]) -> None:
        super().__init__(rotation)
        self._anchor = self._first
        while self._anchor.weekday() not in turns:
            self._anchor -= DAY
        first = self._anchor.weekday()
        self._offsets = sorted((day - first) % WEEK_DAYS for day in turns)

    def first_on(self, day: date) -> int:
        return 0 if day <= self._first else self._begun_before(day)

    def _date_of(self, turn: int) -> date:
        weeks, place = divmod(turn, len(self._offsets))
        return self._anchor + (weeks * WEEK_DAYS + self._offsets[place]) * DAY

    def _turn_on(self, day: date) -> int:
        return self._begun_before(day + DAY) - 1

    def _begun_before(self, day: date) -> int:
        weeks, rest = divmod((day - self._anchor).days, WEEK_DAYS)
        return weeks * len(self._offsets) + bisect_left(self._offsets, rest)


class _Elapsed:
    """Every so many hours, minutes or seconds of elapsed time."""

    def __init__(self, rotation: Rotation) -> None:
        self.begin = _begin(rotation)
        self._every = rotation.every
        self._zone = rotation.timezone

    def start(self, turn: int) -> datetime:
        return self.begin + turn * self._every

    def at(self, instant: datetime) -> int:
        return max((instant - self.begin) // self._every, -1)

    def first_on(self, day: date) -> int:
        passed = to_utc(day, time(), self._zone) - self.begin
        return max(-(-passed // self._every), 0)

    def duty(self, turn: int) -> list[Interval] | None:
        return None


class _ElapsedOnDays:
    """As `_Elapsed`, where only turns that start on a listed weekday count.

    How many of them a day holds depends on its length, so the days up to the latest one asked
    for are counted once and remembered.
    """

    def __init__(self, rotation: Rotation, days: frozenset[int]) -> None:
        self._slots = _Elapsed(rotation)
        self.begin = self._slots.begin
        self._every = rotation.every
        self._days = days
        self._lock = Lock()
        self._day = self.begin.astimezone(rotation.timezone).date()
        self._first_slot = [0]
        """For each day since the first: its first slot, and how many were counted before it."""
        self._counted = [0]

    def start(self, turn: int) -> datetime:
        while self._counted[-1] <= turn:
            if self._day.year > LAST_YEAR:
                return FOREVER
            self._count_a_day()
        day = bisect_right(self._counted, turn) - 1
        return self._slots.start(self._first_slot[day] + turn - self._counted[day])

    def at(self, instant: datetime) -> int:
        return self._counted_before(self._slots.at(instant) + 1) - 1

    def first_on(self, day: date) -> int:
        return self._counted_before(self._slots.first_on(day))

    def duty(self, turn: int) -> list[Interval] | None:
        start = self.start(turn)
        return [Interval(start, start + self._every)]

    def _counted_before(self, slot: int) -> int:
        while self._first_slot[-1] < slot and self._day.year <= LAST_YEAR:
            self._count_a_day()
        day = bisect_left(self._first_slot, slot) - 1
        if day < 0:
            return 0
        inside = self._counted[day + 1] > self._counted[day]
        return self._counted[day] + (slot - self._first_slot[day] if inside else 0)

    def _count_a_day(self) -> None:
        with self._lock:
            tomorrow = self._day + DAY
            first = max(self._slots.first_on(tomorrow), self._first_slot[-1])
            more = first - self._first_slot[-1] if self._day.weekday() in self._days else 0
            self._counted.append(self._counted[-1] + more)
            self._first_slot.append(first)
            self._day = tomorrow
