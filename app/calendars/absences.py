"""Absences in somebody's calendar: which events count, found in whatever they point us to.

The rule: an all-day event whose title has one of `WORDS` in it, or any event that Outlook marks
as out of office. Everything else in the calendar is passed over, and no title is kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LARGEST = 1_000_000
"""Bytes of a calendar."""
MOST = 500
"""So many absences in a year; a calendar with more is somebody else's, or hostile."""
LONGEST = timedelta(days=366)
WORDS = ("vacation", "leave", "away", "holiday", "holidays", "pto", "ooo", "out of office")
_WORDS = re.compile(rf"\b({'|'.join(WORDS)})\b", re.IGNORECASE)
OUTLOOK = "X-MICROSOFT-CDO-BUSYSTATUS"
TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
TOO_FINE = ("BYSECOND", "BYMINUTE", "BYHOUR")
RULE = (
    "All-day events with "
    + ", ".join(f'"{each}"' for each in WORDS[:-1])
    + f' or "{WORDS[-1]}" in their title count, and what Outlook marks as out of office.'
)


class BadCalendar(Exception):
    """It cannot be read, or not safely; the sentence says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, kw_only=True, order=True)
class Absence:
    """In `[start, end)`, UTC."""

    start: datetime
    end: datetime
    uid: str


def find_absences(body: bytes, start: datetime, end: datetime, zone: ZoneInfo) -> list[Absence]:
    """Those that touch `[start, end)`, in order and whole. Days without a time are those of `zone`.

    Raises BadCalendar. Hostile rules may take long all the same, so this runs apart
    (app.calendars.apart).
    """
    import icalendar
    import recurring_ical_events

    if len(body) > LARGEST:
        raise BadCalendar(f"It is larger than {LARGEST // 1_000_000} MB.")
    try:
        calendar = icalendar.Calendar.from_ical(body)
    except (ValueError, IndexError, KeyError) as error:
        raise BadCalendar("It is no iCalendar file that can be read.") from error
    if getattr(calendar, "name", "") != "VCALENDAR":
        raise BadCalendar("It is no iCalendar file that can be read.")
    events = [each for each in calendar.walk("VEVENT") if "DTSTART" in each]
    wanted = {str(each.get("UID", "")) for each in events if _counts(each)}
    kept = [each for each in events if str(each.get("UID", "")) in wanted]
    if len(kept) > MOST:
        raise BadCalendar(f"It has more than {MOST} absences.")
    for each in kept:
        _expect_calm(each)
    calendar.subcomponents = [
        *(each for each in calendar.subcomponents if each.name == "VTIMEZONE"), *kept,
    ]  # fmt: skip
    try:
        found = recurring_ical_events.of(calendar).between(start, end)
    except Exception as error:  # whatever a calendar makes two libraries stumble over
        raise BadCalendar("It has an event whose times cannot be understood.") from error
    if len(found) > MOST:
        raise BadCalendar(f"It has more than {MOST} absences in a year.")
    return sorted(set(_absences(found, zone, start, end)))


def _counts(event: Any) -> bool:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return False
    if str(event.get(OUTLOOK, "")).strip().upper() == "OOF":
        return True
    return not isinstance(event["DTSTART"].dt, datetime) and bool(
        _WORDS.search(str(event.get("SUMMARY", "")))
    )


def _expect_calm(event: Any) -> None:
    """Refuses what comes again more than daily, or never ends to be looked for."""
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        often = {str(each).upper() for each in rule.get("FREQ", [])}
        if often & TOO_OFTEN or any(each in rule for each in TOO_FINE):
            raise BadCalendar("It has an absence that comes again within a day.")
        if any(int(each) < 1 for each in rule.get("INTERVAL", [])):
            raise BadCalendar("It has an absence whose times cannot be understood.")


def _absences(
    found: list[Any], zone: ZoneInfo, start: datetime, end: datetime
) -> Iterator[Absence]:
    for each in found:
        if not _counts(each):
            continue
        first, last = each["DTSTART"].dt, each["DTEND"].dt if "DTEND" in each else None
        begins = _instant(first, zone)
        ends = _instant(last, zone) if last is not None else begins + timedelta(days=1)
        ends = min(ends, begins + LONGEST)
        if begins < min(ends, end) and ends > start:
            yield Absence(start=begins, end=ends, uid=str(each.get("UID", ""))[:200])


def _instant(at: date, zone: ZoneInfo) -> datetime:
    if not isinstance(at, datetime):
        at = datetime.combine(at, time(), zone)
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone)
    return at.astimezone(UTC)
