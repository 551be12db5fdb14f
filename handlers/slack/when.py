"""When somebody means, typed in a few plain words, in their own zone."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.rules.calendar import to_utc
from app.rules.rota import Shift

DAY = timedelta(days=1)
MOST_WORDS = 9
"""The longest: "4 december 2026 18:00 to 5 december 2026 09:00"."""
FAR = timedelta(days=1000)
"""Nobody means a day that is further away."""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
EXAMPLES = "`friday`, `4 dec 18:00`, `18:00 to 22:00`, `2026-12-04 18:00 to 2026-12-05 09:00`"

_TO = re.compile(r"\s+(?:to|until|till)\s+|\s*[–—]\s*|\s+-\s+", re.ASCII)
_CLOCK = re.compile(r"(?:^|[\st])(\d{1,2}):(\d{2})$", re.ASCII)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE = re.compile(r"(\d{1,2})\.? ([a-z]{3})[a-z]*(?: (\d{4}))?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class When:
    """`end` is None where only a beginning was named, and `is_day` where only a day was."""

    start: datetime
    end: datetime | None
    is_day: bool


@dataclass(frozen=True)
class _Side:
    day: date | None
    clock: time | None


def read_when(text: str, *, now: datetime, zone: ZoneInfo) -> When | None:
    """None for what is not understood. A time without a day is the next one; an end that is not
    after its beginning is on the following day."""
    first, *rest = _TO.split(" ".join(text.lower().split()), maxsplit=1)
    today = now.astimezone(zone).date()
    start, end = _read(first, today), _read(rest[0], today) if rest else None
    if start is None or (rest and end is None):
        return None
    until = _until(start, end, today) if end else None
    begins = _at(start.day or today, start.clock or time(0), zone)
    ends = _at(*until, zone) if until else None
    if start.day is None and (ends or begins) <= now:
        begins, ends = _later(begins, zone), _later(ends, zone) if ends else None
    return When(start=begins, end=ends, is_day=start.clock is None and end is None)


def is_meant(shift: Shift, when: When) -> bool:
    """Of a day alone the shift that begins on it, or that runs at its noon; else the one that runs
    at its beginning."""
    if not when.is_day:
        return shift.start <= when.start < shift.end
    noon = when.start + DAY / 2
    return when.start < shift.start < when.start + DAY or shift.start <= noon < shift.end


def take_when(text: str, *, now: datetime, zone: ZoneInfo) -> tuple[When | None, str]:
    """The time that a text begins with, and what follows it."""
    words = text.split()
    for count in range(min(len(words), MOST_WORDS), 0, -1):
        found = read_when(" ".join(words[:count]), now=now, zone=zone)
        if found is not None:
            return found, " ".join(words[count:])
    return None, text


def _read(side: str, today: date) -> _Side | None:
    """The day and the time of one side, either of which may be left out."""
    named = _CLOCK.search(side)
    clock = None
    if named:
        hour, minute = int(named[1]), int(named[2])
        if hour > 23 or minute > 59:
            return None
        clock, side = time(hour, minute), side[: named.start()]
    side = side.strip().rstrip(",")
    if not side:
        return _Side(None, clock) if clock else None
    day = _day(side, today)
    return _Side(day, clock) if day else None


def _day(word: str, today: date) -> date | None:
    if word in ("today", "tomorrow"):
        return today + DAY * (word == "tomorrow")
    for number, name in enumerate(DAYS):
        if word in (name, name[:3]):
            return today + DAY * ((number - today.weekday()) % 7)
    found = _written(word, today)
    return found if found and abs(found - today) <= FAR else None


def _written(word: str, today: date) -> date | None:
    try:
        if _ISO.fullmatch(word):
            return date.fromisoformat(word)
        if (told := _DATE.fullmatch(word)) and told[2] in MONTHS:
            year = int(told[3] or today.year)
            found = date(year, MONTHS.index(told[2]) + 1, int(told[1]))
            return found if told[3] or found >= today else found.replace(year=year + 1)
    except ValueError:
        return None
    return None


def _until(start: _Side, end: _Side, today: date) -> tuple[date, time]:
    """A day alone is meant up to its end."""
    day = end.day or start.day or today
    if end.clock is None:
        return day + DAY, time(0)
    if end.day is None and end.clock <= (start.clock or time(0)):
        day += DAY
    return day, end.clock


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return to_utc(day, clock, zone)


def _later(at: datetime, zone: ZoneInfo) -> datetime:
    """The same time of the next day."""
    local = at.astimezone(zone)
    return to_utc(local.date() + DAY, local.time(), zone)
