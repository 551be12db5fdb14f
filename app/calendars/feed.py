"""A calendar of shifts as iCalendar, the way Google, Outlook and Apple read it (RFC 5545, 7986).

Times stand in the rota's zone with the rules of that zone beside them, never floating; every
event keeps its UID for as long as its shift begins when it does.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

AGAIN = timedelta(hours=1)
"""So often a calendar is to be read again."""
PRODUCT = "-//Baton//On call//EN"
MARGIN = timedelta(days=400)
"""The rules of a zone are written so far around the events."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """`zone` is its rota's. `busy` is False for what rings nobody."""

    uid: str
    start: datetime
    end: datetime
    zone: ZoneInfo
    summary: str
    description: str = ""
    busy: bool = True


def write_feed(
    name: str, entries: Sequence[Entry], *, changed_at: datetime, sequence: int
) -> bytes:
    """The whole calendar; equal entries give equal bytes. `sequence` never falls: it rises with
    whatever may have changed an event, as `changed_at` does."""
    from icalendar import Calendar, Event

    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("name", _line(name))
    made.add("x-wr-calname", _line(name))
    if entries:
        made.add("x-wr-timezone", entries[0].zone.key)
    made.add("refresh-interval", AGAIN, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", f"PT{AGAIN // timedelta(hours=1)}H")
    for zone in _zones(entries):
        made.add_component(zone)
    stamp = changed_at.astimezone(UTC).replace(microsecond=0)
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", stamp)
        event.add("last-modified", stamp)
        event.add("sequence", sequence)
        event.add("dtstart", entry.start.astimezone(entry.zone))
        event.add("dtend", entry.end.astimezone(entry.zone))
        event.add("summary", _line(entry.summary))
        if entry.description:
            event.add("description", _line(entry.description))
        event.add("status", "CONFIRMED")
        event.add("transp", "OPAQUE" if entry.busy else "TRANSPARENT")
        event.add("class", "PRIVATE")
        made.add_component(event)
    written: bytes = made.to_ical()
    return written


def _line(text: str) -> str:
    """On one line: what breaks or hides lines is a space."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _zones(entries: Sequence[Entry]) -> Iterator[Any]:
    """The rules of every zone that is named, from well before the first event to well after the
    last: a reader that knows the zone by name uses its own."""
    for key in sorted({each.zone.key for each in entries} - {"UTC"}):
        theirs = [each for each in entries if each.zone.key == key]
        first = min(each.start for each in theirs) - MARGIN
        last = max(each.end for each in theirs) + MARGIN
        yield _zone(theirs[0].zone, first.replace(hour=0, minute=0, second=0), last)


def _zone(zone: ZoneInfo, first: datetime, last: datetime) -> Any:
    """Each change of the clock by itself. icalendar's own writer leaves out what lasts less than
    some weeks, such as Ramadan in Casablanca."""
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    made = Timezone()
    made.add("tzid", zone.key)
    before = first.astimezone(zone)
    for at in [first, *_changes(zone, first, last)]:
        after = at.astimezone(zone)
        rule = TimezoneDaylight() if after.dst() else TimezoneStandard()
        offset = before.utcoffset()
        assert offset is not None
        rule.add("dtstart", (at + offset).replace(tzinfo=None))
        rule.add("tzoffsetfrom", offset)
        rule.add("tzoffsetto", after.utcoffset())
        rule.add("tzname", after.tzname())
        made.add_component(rule)
        before = after
    return made


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """The instants from which another offset holds; on a whole second, looked for day by day."""

    def offset(at: datetime) -> timedelta | None:
        return at.astimezone(zone).utcoffset()

    day, at = timedelta(days=1), first
    while at < last:
        if offset(at) != offset(at + day):
            start, was = at, offset(at)
            seconds = range(24 * 60 * 60 + 1)
            found = bisect_left(
                seconds, True, key=lambda each: offset(start + timedelta(seconds=each)) != was
            )
            yield start + timedelta(seconds=found)
        at += day
