"""Durations, times, dates, zones and weekdays as the organisation file writes them."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Annotated, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import PlainValidator

from app.organisation.problem import nearest, quoted
from app.organisation.value import Example, json_shape, kind_of, written, wrong

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Years in which every sum of a date and a duration of this file still is a date.
FIRST_YEAR, LAST_YEAR = 2000, 2100
LONGEST = timedelta(weeks=1040)
DURATION = r"[0-9]{1,9}[smhdw]"
CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_WEEKDAY_NAMES = [word for name in WEEKDAYS for word in (name[:3], name)]


def _duration(value: object) -> timedelta:
    text = written(value, "a duration", "5m")
    if not re.fullmatch(DURATION, text):
        raise wrong(
            f"{quoted(text)} is not a duration",
            'Write a whole number and one of s, m, h, d, w: "2s", "5m", "12h", "1d", "26w".',
        )
    try:
        length = timedelta(**{UNITS[text[-1]]: int(text[:-1])})
    except OverflowError:
        length = timedelta.max
    if length > LONGEST:
        raise wrong(f"{quoted(text)} is longer than 20 years", 'The longest is "1040w".')
    return length


def _clock(value: object) -> time:
    if isinstance(value, time):
        return value.replace(microsecond=0)
    text = written(value, "a time of day", "09:00")
    if re.fullmatch(CLOCK, text):
        return time.fromisoformat(text)
    hint = 'Write "09:00" or "09:00:30".'
    if text in ("24:00", "24:00:00"):
        hint = 'Write midnight as "00:00"; an end before the start runs overnight.'
    raise wrong(f"{quoted(text)} is not a time of day", hint)


def day(value: object) -> date:
    found = value
    if isinstance(value, str):
        try:
            found = date.fromisoformat(value) if re.fullmatch(DAY, value) else None
        except ValueError:
            found = None
    if not isinstance(found, date) or isinstance(found, datetime):
        shown = quoted(value) if isinstance(value, str) else kind_of(value)
        raise wrong(f"{shown} is not a date", 'Write "2026-12-25".')
    return _in_our_years(found)


def _in_our_years(day: date) -> date:
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    raise wrong(
        f"{day.isoformat()} is out of range", f"Use a year from {FIRST_YEAR} to {LAST_YEAR}."
    )


def _parsed_moment(value: object) -> datetime | None:
    """A date and time, however it was written; None for anything else, a bare date included."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and len(value) > len("2026-12-25"):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return None
    return None


def _moment(value: object) -> datetime:
    found = _parsed_moment(value)
    example = "Write 2026-12-24T18:00:00+00:00."
    if found is None:
        shown = quoted(value) if isinstance(value, str) else kind_of(value)
        raise wrong(f"{shown} is not a date and time", example)
    if found.tzinfo is None:
        raise wrong(
            f"{found.isoformat()} says no offset from UTC, so it could be any of 24 hours",
            example,
        )
    _in_our_years(found)
    return found.astimezone(UTC)


def _start(value: object) -> date:
    """A local date, or a local date and time (without an offset) for turns shorter than a day."""
    found = _parsed_moment(value)
    if found is None:
        return day(value)
    if found.tzinfo is not None:
        raise wrong(
            f"{found.isoformat()} has an offset from UTC",
            "A rotation starts on the clock of its own timezone: leave the offset out.",
        )
    return _in_our_years(found)


ZONE = re.compile(r"(?=.{1,60}\Z)[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,3}")
"""The form of every zone's name."""


def _zone(value: object) -> ZoneInfo:
    text = written(value, "a time zone", "Europe/Dublin")
    try:
        # right/… counts leap seconds, which no wall clock shows.
        # A name that is none may be looked for as a package: a long one would go too deep.
        if ZONE.fullmatch(text) and not text.startswith(("right/", "posix/")):
            return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise wrong(
        f"{quoted(text)} is not a time zone",
        nearest(text, _zones(), otherwise='Write a name such as "Europe/Dublin".'),
    )


@cache
def _zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


def _weekday(value: object) -> int:
    text = written(value, "a weekday", "mon")
    lower = text.lower()
    for number, name in enumerate(WEEKDAYS):
        if lower in (name, name[:3]):
            return number
    raise wrong(
        f"{quoted(text)} is not a weekday", "Write one of mon, tue, wed, thu, fri, sat, sun."
    )


Duration: TypeAlias = Annotated[
    timedelta, PlainValidator(_duration), json_shape(DURATION), Example("5m")
]
Clock: TypeAlias = Annotated[time, PlainValidator(_clock), json_shape(CLOCK), Example("09:00")]
Day: TypeAlias = Annotated[
    date, PlainValidator(day), json_shape(DAY, format="date"), Example("2026-12-25")
]
Moment: TypeAlias = Annotated[
    datetime,
    PlainValidator(_moment),
    json_shape(format="date-time"),
    Example(datetime(2026, 12, 24, 18, tzinfo=UTC)),
]
Start: TypeAlias = Annotated[
    date, PlainValidator(_start), json_shape(rf"{DAY}([T ].+)?"), Example("2026-01-05")
]
Zone: TypeAlias = Annotated[ZoneInfo, PlainValidator(_zone), json_shape(), Example("Europe/Dublin")]
Weekday: TypeAlias = Annotated[
    int, PlainValidator(_weekday), json_shape(enum=_WEEKDAY_NAMES), Example("mon")
]
