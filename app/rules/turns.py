"""The grid of a rotation: which turn an instant belongs to, and when each turn begins."""

from datetime import date, datetime, timedelta

from app.rules.calendar import to_utc
from app.rules.organisation import Rotation

DAY = timedelta(days=1)
WEEK = 7


class Turns:
    """Turns are numbered from 0, the one that `starts` falls into.

    Whole days turn on the wall clock; anything shorter in elapsed time. With `days`, only listed
    weekdays are turns, each lasting until the same time on the next day.
    """

    def __init__(self, rotation: Rotation) -> None:
        self._rotation = rotation
        self._on_days = rotation.every % DAY == timedelta(0)
        self._days = rotation.every // DAY
        self._listed = sorted(rotation.days) if rotation.days else None
        first = rotation.starts
        if rotation.day is not None and self._on_days:
            first -= DAY * ((first.weekday() - rotation.day) % WEEK)
        self._first = first
        self.begins = to_utc(rotation.starts, rotation.time, rotation.timezone)

    def number(self, at: datetime) -> int:
        """The last turn that began at or before `at`; it may have ended (with `days`)."""
        if not self._on_days:
            return (at - self.begins) // self._rotation.every
        day = at.astimezone(self._rotation.timezone).date()
        if to_utc(day, self._rotation.time, self._rotation.timezone) > at:
            day -= DAY
        return self._number_of(day)

    def begin(self, number: int) -> datetime:
        """When a turn begins, in UTC."""
        if not self._on_days:
            return self.begins + number * self._rotation.every
        return to_utc(self.day(number), self._rotation.time, self._rotation.timezone)

    def end(self, number: int) -> datetime:
        """When it ends: at the next one's begin, or a day later where listed days leave holes."""
        if self._listed is None or not self._on_days:
            return self.begin(number + 1)
        last = self.day(number) + DAY
        return to_utc(last, self._rotation.time, self._rotation.timezone)

    def day(self, number: int) -> date:
        """The local date on which a turn begins."""
        if not self._on_days:
            return self.begin(number).astimezone(self._rotation.timezone).date()
        if self._listed is None:
            return self._first + DAY * self._days * number
        weeks, index = divmod(number + self._offset(), len(self._listed))
        return self._monday() + DAY * (weeks * WEEK + self._listed[index])

    def first_from(self, day: date) -> int:
        """The first turn whose local begin date is `day` or later."""
        number = self.number(to_utc(day, self._rotation.time, self._rotation.timezone)) - 1
        while self.day(number) < day:
            number += 1
        return number

    def _number_of(self, day: date) -> int:
        if self._listed is None:
            return (day - self._first).days // self._days
        weeks, weekday = divmod((day - self._monday()).days, WEEK)
        index = sum(1 for each in self._listed if each <= weekday) - 1
        return weeks * len(self._listed) + index - self._offset()

    def _monday(self) -> date:
        return self._first - DAY * self._first.weekday()

    def _offset(self) -> int:
        listed = self._listed or []
        return sum(1 for each in listed if each < self._first.weekday())
