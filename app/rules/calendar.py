"""Working hours, holidays and wall clocks, on half-open UTC intervals."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.rules.organisation import Organisation, Person, PersonId, WorkingHours

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
LOOK_AHEAD = 400
"""Days that are searched for the next opening; a year of holidays is no calendar."""
ORDINARY_DAYS = frozenset(range(5))


def to_utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of a wall-clock time (product.md 21).

    One that does not exist becomes the first valid instant after it; of a repeated hour, the
    first counts.
    """
    wall = datetime.combine(day, at)
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    return _end_of_gap(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), instant, zone)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The transition between two instants, to the second."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def is_working(hours: WorkingHours, at: datetime) -> bool:
    """Whether `at` is in working hours: the opening instant is, the closing one is not."""
    return working_interval(hours, at) is not None


def working_interval(hours: WorkingHours, at: datetime) -> tuple[datetime, datetime] | None:
    """The stretch of working hours that holds `at`; a night belongs to the day it starts."""
    today = at.astimezone(hours.timezone).date()
    for day in (today - DAY, today):
        stretch = _stretch(hours, day)
        if stretch is not None and stretch[0] <= at < stretch[1]:
            return stretch
    return None


def next_opening(hours: WorkingHours, at: datetime) -> datetime:
    """The first opening after `at`; a calendar that never opens is taken to open in a day."""
    return next((start for start, _ in _stretches(hours, at) if start > at), at + DAY)


def next_change(hours: WorkingHours, at: datetime) -> datetime:
    """The next instant at which working hours begin or end."""
    here = working_interval(hours, at)
    return here[1] if here else next_opening(hours, at)


def is_holiday(hours: WorkingHours, at: datetime) -> bool:
    return at.astimezone(hours.timezone).date() in hours.holidays


def person_hours(org: Organisation, person: Person) -> WorkingHours:
    """Their team's hours in their own zone, else 09:00 to 18:00, Monday to Friday, there."""
    for team in org.teams.values():
        if person.id in team.members:
            own = team.working_hours
            return WorkingHours(
                timezone=person.timezone,
                days=own.days,
                start=own.start,
                end=own.end,
                holidays=own.holidays,
            )
    return WorkingHours(timezone=person.timezone, days=ORDINARY_DAYS, start=time(9), end=time(18))


def awake_now(org: Organisation, at: datetime) -> list[PersonId]:
    """Who is inside their own working hours, and so can be asked without waking anyone."""
    return [
        person.id for person in org.people.values() if is_working(person_hours(org, person), at)
    ]


def _stretches(hours: WorkingHours, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    today = at.astimezone(hours.timezone).date()
    for ahead in range(-1, LOOK_AHEAD):
        stretch = _stretch(hours, today + ahead * DAY)
        if stretch is not None:
            yield stretch


def _stretch(hours: WorkingHours, day: date) -> tuple[datetime, datetime] | None:
    if day.weekday() not in hours.days or day in hours.holidays:
        return None
    last = day if hours.start < hours.end else day + DAY
    return to_utc(day, hours.start, hours.timezone), to_utc(last, hours.end, hours.timezone)
