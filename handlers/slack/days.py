"""Days as people type them: `2026-12-20 to 2027-01-02 note`, with times where they matter."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.flows.work import Refused
from app.rules import calendar

_DAY = r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{1,2}:\d{2})(?!\d))?"
_DAYS = re.compile(
    rf"(?:from\s+)?{_DAY}(?:\s*(?:to|until|till|through|-|–|—|\.{{2,3}})\s*{_DAY})?(?:\s+(.*))?",
    re.IGNORECASE | re.DOTALL,
)
_YEARS = range(2000, 2200)


@dataclass(frozen=True, kw_only=True)
class Days:
    """A day without a time is all of it: an end includes its day."""

    start: datetime
    end: datetime
    note: str


def read_days(text: str, zone: ZoneInfo) -> Days:
    """Refused with the form it should have; one day alone is that day."""
    found = _DAYS.fullmatch(text.strip())
    if found is None:
        raise Refused(
            "Write days as `2026-12-20 to 2027-01-02`, with a time where it matters: `2026-12-20 "
            "14:00 to 2026-12-21 09:00`. Or `/oncall away` alone opens a form. Nothing was changed."
        )
    first, since, last, until, note = found.groups()
    start_day, end_day = _day(first), _day(last or first)
    start = calendar.to_utc(start_day, _time(since) or time(), zone)
    at = _time(until)
    if at is not None:
        end = calendar.to_utc(end_day, at, zone)
    else:
        end = calendar.to_utc(end_day + timedelta(days=1), time(), zone)
    return Days(start=start, end=end, note=(note or "").strip())


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.year not in _YEARS:
        raise Refused(f"There is no day {text} to be away on. Nothing was changed.")
    return day


def _time(text: str | None) -> time | None:
    if text is None:
        return None
    hour, _, minute = text.partition(":")
    if int(hour) > 23 or int(minute) > 59:
        raise Refused(f"There is no time {text}. Nothing was changed.")
    return time(int(hour), int(minute))
