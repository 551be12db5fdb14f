"""Wall clocks as instants, and who is inside their working hours (product.md 2 and 21).

Every instant is aware UTC and compared in UTC only: local arithmetic lies across daylight saving.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.rules.organisation import Organisation, PersonId, Team, WorkingHours

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
OFFICE_DAYS = frozenset(range(5))
OFFICE_START, OFFICE_END = time(9), time(18)
"""A person of no team works these hours where they are (design.md, organisation)."""


class Interval(NamedTuple):
    """Half-open: `start` is in, `end` is out."""

    start: datetime
    end: datetime

    def __contains__(self, at: object) -> bool:
        if not isinstance(at, datetime):
            return False
        return self.start <= at < self.end


@lru_cache(maxsize=8192)
def to_utc(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The instant at which the clocks of `zone` show `clock` on `day` (product.md 21).

    A time that does not exist becomes the first valid instant after the gap; of a repeated hour
    the first counts. Remembered, because the same boundaries are asked for all the time.
    """
    local = datetime.combine(day, clock.replace(fold=0), zone)
    before, after = local.utcoffset(), local.replace(fold=1).utcoffset()
    assert before is not None
    assert after is not None
    if before >= after:
        return local.astimezone(UTC)
    return _end_of_gap(local.replace(tzinfo=UTC, microsecond=0) - after, after, zone)


def _end_of_gap(earlier: datetime, after: timedelta, zone: ZoneInfo) -> datetime:
    """The instant within a day of `earlier` from which `after` is the offset; on a whole second."""

    def has_changed(seconds: int) -> bool:
        return (earlier + timedelta(seconds=seconds)).astimezone(zone).utcoffset() == after

    seconds = range(2 * 24 * 60 * 60)
    return earlier + timedelta(seconds=bisect_left(seconds, True, key=has_changed))


def is_working(hours: WorkingHours, at: datetime) -> bool:
    """Exact: with an end at 18:00, 17:59:59.999999 is in and 18:00:00 is out."""
    return working_interval(hours, at) is not None


def working_interval(hours: WorkingHours, at: datetime) -> Interval | None:
    """The working time that `at` lies in, if it lies in one."""
    return next((each for each in _around(hours, at) if at in each), None)


def is_holiday(hours: WorkingHours, at: datetime) -> bool:
    """Whether the local date of `at` is one of the calendar's holidays."""
    return at.astimezone(hours.timezone).date() in hours.holidays


def next_opening(hours: WorkingHours, at: datetime) -> datetime:
    """The first beginning of working time after `at`.

    Raises ValueError for hours that never open; `check` refuses them.
    """
    if not hours.days or hours.start == hours.end:
        raise ValueError("these working hours never open")
    days = 7 * (len(hours.holidays) + 3)  # even when each holiday costs a week, one is left
    openings = (each.start for each in _around(hours, at, days) if each.start > at)
    return next(openings)


def next_change(hours: WorkingHours, at: datetime) -> datetime:
    """When `is_working` next turns over after `at`."""
    working = working_interval(hours, at)
    if working is None:
        return next_opening(hours, at)
    while (following := working_interval(hours, working.end)) is not None:
        working = following
    return working.end


def working_intervals(hours: WorkingHours, start: datetime, end: datetime) -> Iterator[Interval]:
    """The working time inside `[start, end)`, in order; a night that runs into the next day's
    hours is one with them."""
    day, last = (at.astimezone(hours.timezone).date() for at in (start, end))
    day -= 2 * DAY
    open_one: Interval | None = None
    while day <= last:
        working = _working_day(hours, day)
        day += DAY
        if working is None or working.end <= start or working.start >= end:
            continue
        begin, stop = max(working.start, start), min(working.end, end)
        if open_one is not None and begin <= open_one.end:
            open_one = Interval(open_one.start, max(open_one.end, stop))
            continue
        if open_one is not None:
            yield open_one
        open_one = Interval(begin, stop)
    if open_one is not None:
        yield open_one


def last_change(hours: WorkingHours, at: datetime) -> datetime | None:
    """When `is_working` last turned over, at or before `at`; None for hours that never open."""
    working = working_interval(hours, at)
    if working is not None:
        while (earlier := working_interval(hours, working.start - INSTANT)) is not None:
            working = earlier
        return working.start
    today = at.astimezone(hours.timezone).date()
    days = 7 * (len(hours.holidays) + 3)  # even when each holiday costs a week, one is left
    past = (_working_day(hours, today - back * DAY) for back in range(days))
    return next((each.end for each in past if each is not None and each.end <= at), None)


def _around(hours: WorkingHours, at: datetime, days: int = 2) -> Iterator[Interval]:
    """The working times of the days around `at`, from two days before it on.

    Two, because a night reaches into the next day and clocks once jumped over a whole one.
    """
    today = at.astimezone(hours.timezone).date()
    for ahead in range(-2, days):
        interval = _working_day(hours, today + ahead * DAY)
        if interval is not None:
            yield interval


def _working_day(hours: WorkingHours, day: date) -> Interval | None:
    """A night belongs to the day on which it starts, holidays included."""
    if day.weekday() not in hours.days or day in hours.holidays:
        return None
    last = day + DAY if hours.end < hours.start else day
    start = to_utc(day, hours.start, hours.timezone)
    end = to_utc(last, hours.end, hours.timezone)
    return Interval(start, end) if start < end else None


def zone_of(org: Organisation, person: PersonId) -> ZoneInfo:
    """Their own, as the file says it; the organisation's for whoever is not in it."""
    named = org.people.get(person)
    return named.timezone if named is not None else org.timezone


def team_of(org: Organisation, person: PersonId) -> Team | None:
    """The first team of the file that has them as a member."""
    return next((team for team in org.teams.values() if person in team.members), None)


def person_hours(org: Organisation, person: PersonId) -> WorkingHours:
    """A person's own hours: their team's in the person's zone, else office hours there.

    Of somebody the file does not name the organisation's zone is taken.
    """
    known = org.people.get(person)
    zone = known.timezone if known else org.timezone
    team = team_of(org, person)
    if team is not None:
        return replace(team.working_hours, timezone=zone)
    return WorkingHours(timezone=zone, days=OFFICE_DAYS, start=OFFICE_START, end=OFFICE_END)


def awake_now(org: Organisation, at: datetime) -> list[PersonId]:
    """Who is inside their own working hours, in file order: help without waking anyone."""
    return [person for person in org.people if is_working(person_hours(org, person), at)]
