"""A year of a 7-person weekly rota with 20 overrides, and who is on duty now; beside
`recurring-ical-events` over the equivalent calendar.

The calendar says the same as the schedule: whoever is relieved has that week cut by an exception
to its recurrence. It is read, and the library made ready, before anything is timed. Baton is timed
twice: rendering anew, and asked as it is in use, where a schedule that nothing has changed since
remembers what it rendered.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event

from app.rules.organisation import Override, Rota, RotaKind, Rotation
from app.rules.rota import RotaVersion, on_duty, shifts
from app.rules.schedule import Schedule
from tests.bench.plan import Plan
from tests.bench.table import Row

ZONE = ZoneInfo("Europe/Dublin")
PEOPLE = ("ana", "ben", "chi", "dee", "eli", "fay", "gus")
WEEK = timedelta(weeks=1)
STARTS = datetime(2026, 1, 2, 18, tzinfo=ZONE)
BEGIN = datetime(2027, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
OVERRIDES = 20
YEARS = (1, 2, 4, 8)
GOAL = "≥ 50 ×"


async def measure(plan: Plan, folder: Path) -> list[Row]:
    """Alternating, so that a busy moment hits both alike."""
    versions, covers = [RotaVersion(_rota(), None)], _overrides(1)
    in_use = Schedule({"rota": (versions, covers)})
    peer = recurring_ical_events.of(_calendar())
    end, times = BEGIN + YEAR, plan.rounds * max(plan.pages, 3)
    year = _Times()
    now = _Times()
    for number in range(times):
        at = BEGIN + YEAR * number / times
        year.peer.append(_took(partial(peer.between, BEGIN, end)))
        year.anew.append(_took(partial(shifts, versions, covers, BEGIN, end)))
        year.in_use.append(_took(partial(in_use.shifts, "rota", BEGIN, end)))
        now.peer.append(_took(partial(peer.at, at)))
        now.anew.append(_took(partial(on_duty, versions, covers, at)))
        now.in_use.append(_took(partial(in_use.on_duty, "rota", at)))
    return [
        *_beside(f"a year of {len(PEOPLE)} people, {OVERRIDES} overrides", year),
        *_beside("who is on duty now", now),
        *_growing(versions, times),
    ]


@dataclass
class _Times:
    peer: list[float] = field(default_factory=list)
    anew: list[float] = field(default_factory=list)
    in_use: list[float] = field(default_factory=list)


def _beside(what: str, took: _Times) -> list[Row]:
    def times(mine: Sequence[float]) -> list[float]:
        return [one / other for one, other in zip(took.peer, mine, strict=True)]

    return [
        Row(what=f"{what}, recurring-ical-events", samples=took.peer),
        Row(what=f"{what}, Baton, anew", samples=[1000 * each for each in took.anew], unit="µs"),
        Row(what="  times as fast", samples=times(took.anew), unit="×"),
        Row(
            what=f"{what}, Baton, in use",
            samples=[1000 * each for each in took.in_use],
            unit="µs",
        ),
        Row(what="  times as fast", samples=times(took.in_use), unit="×", goal=GOAL),
    ]


def _growing(versions: list[RotaVersion], times: int) -> list[Row]:
    """As many overrides a year, in every length."""
    rows = []
    for years in YEARS:
        covers, end = _overrides(years), BEGIN + years * YEAR
        count = len(shifts(versions, covers, BEGIN, end))
        took = [
            _took(partial(shifts, versions, covers, BEGIN, end)) / count for _ in range(5 * times)
        ]
        samples = [each * 1000 for each in took]
        rows.append(
            Row(what=f"each of {count} shifts in {years} years", samples=samples, unit="µs")
        )
    ratio = rows[-1].median / rows[0].median
    return [
        *rows,
        Row(what="  of the longest to of one year", samples=[ratio], unit="×", goal="about 1"),
    ]


def _took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _rota() -> Rota:
    turning = Rotation(
        every=WEEK, timezone=ZONE, starts=date(2026, 1, 2), time=STARTS.time(), day=4
    )
    return Rota(id="rota", kind=RotaKind.TEAM, rotation=turning, members=PEOPLE)


def _overrides(years: int) -> list[Override]:
    """Half a day each, spread evenly."""
    apart = YEAR / OVERRIDES
    return [
        Override(
            person=PEOPLE[number % len(PEOPLE)],
            start=BEGIN + number * apart,
            end=BEGIN + number * apart + timedelta(hours=12),
            made_at=BEGIN + timedelta(seconds=number),
        )
        for number in range(OVERRIDES * years)
    ]


def _calendar() -> Calendar:
    """Each person's week as an event that recurs every seventh one, each override as an event."""
    calendar = Calendar()
    for number, person in enumerate(PEOPLE):
        event = _event(person, person, STARTS + number * WEEK, STARTS + (number + 1) * WEEK)
        event.add("rrule", {"freq": "weekly", "interval": len(PEOPLE)})
        calendar.add_component(event)
    for number, cover in enumerate(_overrides(1)):
        calendar.add_component(_event(f"cover-{number}", cover.person, cover.start, cover.end))
        turn = (cover.start - STARTS) // WEEK
        person = PEOPLE[turn % len(PEOPLE)]
        begun = STARTS + turn * WEEK
        before = _event(person, person, begun, cover.start)
        before.add("recurrence-id", begun)
        calendar.add_component(before)
        rest = _event(f"rest-{number}", person, cover.end, begun + WEEK)
        calendar.add_component(rest)
    calendar.add_missing_timezones()
    return Calendar.from_ical(calendar.to_ical())


def _event(uid: str, summary: str, start: datetime, end: datetime) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("summary", summary)
    event.add("dtstart", start)
    event.add("dtend", end)
    return event
