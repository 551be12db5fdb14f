"""The final schedule over every change of every zone's clocks from 1990 to 2037, beside an
iCalendar expansion of the same rota by `recurring-ical-events`.

The expansion knows nothing of Baton's rules but the two that calendars leave open: a time that
does not exist is the first instant after the gap, and of a repeated hour the first counts
(product.md 21). Zones whose clocks change alike are one.
"""

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import recurring_ical_events
from icalendar import Calendar, Event

from app.rules.organisation import Override
from app.rules.rota import RotaVersion, Shift, shifts
from tests.campaign.report import Finding, exactly, told
from tests.rules.company import rota, rotation

DAY, WEEK, HOUR = timedelta(days=1), timedelta(weeks=1), timedelta(hours=1)
FIRST, LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
MONDAY = date(1989, 10, 2)
"""The rotas begin on it, before the first change that is looked at."""
SHORT_ZONES = 9
SHORT_CHANGES = 4
ODD = (
    "Europe/Dublin",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Pacific/Apia",
)
"""Winter time that is the odd one; half an hour; midnight; Ramadan; a day that was left out."""
MOST_TOLD = 5


@dataclass(frozen=True)
class Change:
    """The clocks were set at `at`, from `before` to `after`."""

    at: datetime
    before: timedelta
    after: timedelta


@dataclass(frozen=True)
class Kind:
    """A rotation as Baton knows it, and as events that recur: the weekday or number of the first,
    and the rule; None is nobody's day."""

    name: str
    every: timedelta
    people: str
    events: Callable[[], Iterator[tuple[str | None, int, dict[str, Any]]]]
    days: range | None = None
    around: timedelta = 3 * DAY


def _in_turn(people: str, every: int, rule: str) -> Iterator[tuple[str, int, dict[str, Any]]]:
    step = every if rule == "daily" else every // 7
    for number, person in enumerate(people):
        yield person, number * every, {"freq": rule, "interval": step * len(people)}


def _weekdays(people: str) -> Iterator[tuple[str | None, int, dict[str, Any]]]:
    for number, person in enumerate([*people, None]):
        yield person, number, {"freq": "weekly"}


KINDS = (
    Kind("daily", DAY, "abc", lambda: _in_turn("abc", 1, "daily")),
    Kind("every 3 days", 3 * DAY, "ab", lambda: _in_turn("ab", 3, "daily"), around=8 * DAY),
    Kind("weekly", WEEK, "abcdefg", lambda: _in_turn("abcdefg", 7, "weekly"), around=15 * DAY),
    Kind("fortnightly", 2 * WEEK, "abc", lambda: _in_turn("abc", 14, "weekly"), around=30 * DAY),
    Kind("weekdays", DAY, "abcde", lambda: _weekdays("abcde"), days=range(5), around=8 * DAY),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--zone", action="append", help="only this one; repeatable")
    parser.add_argument("--changes", type=int, help="at most so many of each zone")


def run(options: argparse.Namespace) -> Sequence[Finding]:
    names = options.zone or sorted(available_timezones())
    most = options.changes
    if options.short:
        names = [*ODD, *random.Random(4).sample(names, SHORT_ZONES - len(ODD))]
        most = most or SHORT_CHANGES
    zones = _distinct(names)
    looked = Looked()
    for name, changes in zones.items():
        _look(ZoneInfo(name), changes, most, looked)
    return [
        told("zones whose clocks change in their own way", len(zones)),
        told("changes of clocks", sum(map(len, zones.values()))),
        told("of them looked at", looked.changes),
        told("schedules compared", looked.schedules),
        told("shifts in them", looked.shifts),
        told("turns at a time that does not exist", looked.missing),
        exactly("schedules that differ", len(looked.wrong), 0),
        *(told(each, 1) for each in looked.wrong[:MOST_TOLD]),
    ]


class Looked:
    """What was looked at so far."""

    def __init__(self) -> None:
        self.changes = self.schedules = self.shifts = self.missing = 0
        self.wrong: list[str] = []


def _distinct(names: Sequence[str]) -> dict[str, tuple[Change, ...]]:
    """One name for each way in which clocks change; those that never do have nothing to show."""
    found: dict[tuple[Change, ...], str] = {}
    for name in names:
        changes = changes_of(ZoneInfo(name))
        if changes:
            found.setdefault(changes, name)
    return {name: changes for changes, name in found.items()}


def changes_of(zone: ZoneInfo) -> tuple[Change, ...]:
    """Read from the zone at instants in UTC, a day apart, and closer where two days differ."""
    found = []
    begin, end = int(FIRST.timestamp()), int(LAST.timestamp())
    before = _offset(begin, zone)
    for second in range(begin + 86400, end, 86400):
        after = _offset(second, zone)
        if after == before:
            continue
        low, high = second - 86400, second
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
        found.append(Change(datetime.fromtimestamp(high, UTC), before, after))
        before = after
    return tuple(found)


def _offset(second: int, zone: ZoneInfo) -> timedelta:
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    assert offset is not None
    return offset


def _look(zone: ZoneInfo, changes: Sequence[Change], most: int | None, looked: Looked) -> None:
    chosen = list(changes)
    if most is not None and len(chosen) > most:
        chosen = sorted(random.Random(zone.key).sample(chosen, most), key=lambda each: each.at)
    looked.changes += len(chosen)
    by_clock: dict[time, list[Change]] = {}
    for change in chosen:
        for clock in _clocks(change):
            by_clock.setdefault(clock, []).append(change)
    for clock, of_clock in sorted(by_clock.items()):
        for kind in KINDS:
            _compare(zone, clock, kind, of_clock, looked)


def _clocks(change: Change) -> set[time]:
    """Half past two, an ordinary evening, and what the clocks show when they are set."""
    walls = [change.at + change.before, change.at + change.after]
    middle = min(walls) + (max(walls) - min(walls)) / 2
    odd = (each.time().replace(microsecond=0) for each in (*walls, middle))
    return {time(2, 30), time(18), *odd}


def _compare(
    zone: ZoneInfo, clock: time, kind: Kind, changes: Sequence[Change], looked: Looked
) -> None:
    begun = f"{MONDAY:%Y-%m-%d}"
    turning = rotation(kind.every, begun, clock.isoformat(), zone, days=kind.days)
    versions = [RotaVersion(rota(kind.people, turning), None)]
    calendar = recurring_ical_events.of(_calendar(zone, clock, kind))
    for change in changes:
        start, end = change.at - kind.around, change.at + kind.around
        cover = Override(person="z", start=change.at - HOUR, end=change.at + HOUR, made_at=start)
        expected = _expanded(calendar, kind, zone, start, end, looked)
        for overrides in ((), (cover,)):
            found = shifts(versions, overrides, start, end)
            wanted = _covered(expected, cover) if overrides else expected
            looked.schedules += 1
            looked.shifts += len(found)
            if _timeline(found) != wanted:
                looked.wrong.append(
                    f"{zone.key} {kind.name} at {clock}, change of {change.at:%Y-%m-%d %H:%M}"
                )


def _calendar(zone: ZoneInfo, clock: time, kind: Kind) -> Calendar:
    calendar = Calendar()
    for person, day, rule in kind.events():
        event = Event()
        begin = datetime.combine(MONDAY + day * DAY, clock, zone)
        event.add("uid", person or "nobody")
        event.add("summary", person or "")
        event.add("dtstart", begin)
        event.add("dtend", begin + HOUR)
        event.add("rrule", rule)
        calendar.add_component(event)
    return calendar


Timeline = list[tuple[datetime, str | None]]
"""From when on who serves; neighbours differ. It begins with the window."""


def _expanded(
    calendar: Any, kind: Kind, zone: ZoneInfo, start: datetime, end: datetime, looked: Looked
) -> Timeline:
    """The events of the window and of what leads into it, each until the next one begins."""
    begins = []
    for event in calendar.between(start - max(kind.every, 3 * DAY) - 2 * DAY, end + DAY):
        shown = event["DTSTART"].dt
        instant = shown.astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) != shown.replace(tzinfo=None):
            instant = _end_of_gap(instant, zone)
            looked.missing += start <= instant < end
        begins.append((instant, shown.replace(tzinfo=None), str(event["SUMMARY"]) or None))
    # Where a whole day was left out, its turn has no length: the next day's begins with it.
    begins.sort(key=lambda each: each[:2])
    inside = [(at, person) for at, _, person in begins if start < at < end]
    leading = [person for at, _, person in begins if at <= start]
    return _merged([(start, leading[-1]), *inside])


def _end_of_gap(instant: datetime, zone: ZoneInfo) -> datetime:
    """The change of clocks just before or just after an instant that came of a skipped time."""
    low, high = int((instant - 26 * HOUR).timestamp()), int((instant + 26 * HOUR).timestamp())
    before = _offset(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return datetime.fromtimestamp(high, UTC)


def _covered(expected: Timeline, cover: Override) -> Timeline:
    """The same with somebody else in the override's time."""
    found: Timeline = []
    for (at, person), (following, _) in pairwise([*expected, (LAST + 999 * DAY, None)]):
        if at < cover.start:
            found.append((at, person))
        if at < cover.end and cover.start < following:
            found.append((max(at, cover.start), cover.person))
        if cover.end < following:
            found.append((max(at, cover.end), person))
    return _merged(found)


def _timeline(found: Sequence[Shift]) -> Timeline:
    return _merged([(each.start, each.person) for each in found])


def _merged(given: Timeline) -> Timeline:
    found: Timeline = []
    for at, person in given:
        if found and found[-1][0] == at:
            found.pop()
        if not found or found[-1][1] != person:
            found.append((at, person))
    return found
