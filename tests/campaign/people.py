"""Random companies, and who is paged in them at random and at awkward instants: never the wrong
person, by a slow reading of product.md 1, 2, 4, 11, 21 and 23 that shares nothing with the rules.

These are decisions, not whole pages: the pages that the state machine's flows make are held
against the same rules, edits of the file included, in `tests.campaign machine`.
"""

import argparse
import multiprocessing
import os
import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.rules import routing
from app.rules.organisation import (
    Organisation,
    Override,
    Rota,
    RotaKind,
    Rotation,
    Severity,
    Tour,
    WorkingHours,
)
from app.rules.rota import RotaVersion
from app.rules.routing import Schedule
from tests.campaign.report import Finding, at_least, exactly, told
from tests.rules.company import company, hours, person, rota, service, team
from tests.rules.test_rota_properties import ZONES, Walked, walk, wall

DECISIONS, SHORT = 1_000_000, 6_000
A_COMPANY = 2_000
"""Decisions in one company."""
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
MEMBERS = [f"e{n}" for n in range(4)]
VOLUNTEERS = [f"v{n}" for n in range(6)]
MANAGERS = [f"m{n}" for n in range(4)]
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
WINDOW = 300
"""Days in which pages happen: both changes of the clocks lie in them."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--decisions", type=int, help=f"so many ({DECISIONS:,})")
    parser.add_argument("--seed", type=int, default=1, help="of the first company")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)


def run(options: argparse.Namespace) -> Sequence[Finding]:
    wanted = options.decisions or (SHORT if options.short else DECISIONS)
    seeds = range(options.seed, options.seed + -(-wanted // A_COMPANY))
    figures: Counter[str] = Counter()
    for course in _courses(seeds, 1 if options.short else options.workers):
        figures += course.figures
        for line in course.wrong[:3]:
            print(line, flush=True)
    return [
        at_least("decisions of who is paged", figures["decisions"], wanted),
        *(told(f"  {each}", figures[each]) for each in KINDS),
        exactly("wrong people in tier 1", figures["wrong primary"], 0),
        exactly("wrong people or order in tier 2", figures["wrong managers"], 0),
    ]


KINDS = ("in working hours", "out of hours", "by an override", "nobody on the rota", "at an edge")


@dataclass
class Course:
    figures: Counter[str]
    wrong: list[str]


def _courses(seeds: Sequence[int], workers: int) -> Sequence[Course]:
    if workers == 1:
        return [decide(seed) for seed in seeds]
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(decide, seeds, chunksize=4))


def decide(seed: int) -> Course:
    """One company's decisions."""
    chance = random.Random(seed)
    town = Town(chance)
    figures: Counter[str] = Counter()
    wrong: list[str] = []
    for _ in range(A_COMPANY):
        at, edge = town.instant(chance)
        route = routing.who(town.org, town.schedule, "store", Severity.P1, at)
        primary, kind = town.primary(at)
        managers = town.managers(at, primary)
        figures += Counter(["decisions", kind])
        figures["at an edge"] += edge
        figures["by an override"] += town.is_covered(at)
        if [each.person for each in route.primary] != ([primary] if primary else []):
            figures["wrong primary"] += 1
            wrong.append(f"company {seed}, {at}: tier 1 is {route.primary}, not {primary}")
        if [each.person for each in route.managers] != managers:
            figures["wrong managers"] += 1
            wrong.append(f"company {seed}, {at}: tier 2 is {route.managers}, not {managers}")
    return Course(figures, wrong)


class Town:
    """A random company, with each rota walked turn by turn from its start."""

    def __init__(self, chance: random.Random) -> None:
        self.hours = _hours(chance)
        self.rotas = {each.id: each for each in (_team(chance), _pool(chance), _tier(chance))}
        self.marked = sorted(chance.sample(MANAGERS, chance.randint(1, 4)))
        people = [
            person(name, manager=name in self.marked) for name in (*MEMBERS, *VOLUNTEERS, *MANAGERS)
        ]
        self.org: Organisation = company(
            people=people,
            teams=[team("store", MEMBERS, self.hours, "store")],
            services=[service("store", "store")],
            rotas=list(self.rotas.values()),
        )
        self.made = {name: _made(chance, each) for name, each in self.rotas.items()}
        self.schedule = Schedule(
            {
                name: ((RotaVersion(each, None),), (*each.overrides, *self.made[name]))
                for name, each in self.rotas.items()
            }
        )
        self.walked = {name: _walk(each) for name, each in self.rotas.items()}
        self._days: dict[date, tuple[datetime, datetime]] = {}
        self._edges = self._all_edges()

    def instant(self, chance: random.Random) -> tuple[datetime, bool]:
        """Half of them at an edge, or within an instant of one."""
        if chance.random() < 0.5:
            return chance.choice(self._edges) + chance.choice((-1, 0, 1)) * INSTANT, True
        return FIRST + chance.random() * WINDOW * DAY, False

    def primary(self, at: datetime) -> tuple[str | None, str]:
        working = self.is_working(at)
        found = self.on_duty("store" if working else "volunteers", at)
        kind = "in working hours" if working else "out of hours"
        return found, kind if found else "nobody on the rota"

    def managers(self, at: datetime, primary: str | None) -> list[str]:
        """The one on duty, then in turn; who was relieved comes last; never tier 1."""
        turn, duty = self.turn("managers", at), self.on_duty("managers", at)
        members = list(self.rotas["managers"].members)
        begin = members.index(turn) if turn else 0
        order = [*members[begin:], *members[:begin]]
        if self._cover("managers", at) is not None and duty is not None:
            rest = [each for each in order if each not in (duty, turn)]
            order = [duty, *rest, *([turn] if turn and turn != duty else [])]
        marked = [each for each in order if each in self.marked] or [
            each for each in MANAGERS if each in self.marked
        ]
        return [each for each in marked if each != primary] or marked

    def on_duty(self, name: str, at: datetime) -> str | None:
        cover = self._cover(name, at)
        return cover.person if cover is not None else self.turn(name, at)

    def is_covered(self, at: datetime) -> bool:
        return self._cover("store" if self.is_working(at) else "volunteers", at) is not None

    def turn(self, name: str, at: datetime) -> str | None:
        walked = self.walked[name]
        last = bisect_right(walked, at, key=lambda each: each.start) - 1
        return walked[last].person if last >= 0 else None

    def is_working(self, at: datetime) -> bool:
        """Half-open; a night belongs to the day on which it begins."""
        today = at.astimezone(self.hours.timezone).date()
        return any(
            start <= at < end
            for start, end in (self._working_day(today + n * DAY) for n in (-2, -1, 0, 1))
        )

    def _working_day(self, day: date) -> tuple[datetime, datetime]:
        if day not in self._days:
            self._days[day] = self._walk_day(day)
        return self._days[day]

    def _walk_day(self, day: date) -> tuple[datetime, datetime]:
        start = wall(day, self.hours.start, self.hours.timezone)
        if day.weekday() not in self.hours.days or day in self.hours.holidays:
            return start, start
        last = day + DAY if self.hours.end < self.hours.start else day
        return start, wall(last, self.hours.end, self.hours.timezone)

    def _cover(self, name: str, at: datetime) -> Override | None:
        """The one made last; the file's lose against people's."""
        everything = (*self.rotas[name].overrides, *self.made[name])
        best: Override | None = None
        for each in everything:
            if each.start <= at < each.end and _rank(each) >= _rank(best):
                best = each
        return best

    def _all_edges(self) -> list[datetime]:
        found = [each.start for walked in self.walked.values() for each in walked]
        for each in self.rotas.values():
            for cover in (*each.overrides, *self.made[each.id]):
                found += [cover.start, cover.end]
        for n in range(WINDOW):
            found += self._working_day(FIRST.date() + n * DAY)
        return [each for each in found if FIRST <= each < FIRST + WINDOW * DAY]


def _rank(cover: Override | None) -> datetime:
    if cover is None:
        return datetime.min.replace(tzinfo=UTC)
    return cover.made_at or datetime.min.replace(tzinfo=UTC)


def _zone(chance: random.Random) -> ZoneInfo:
    return ZoneInfo(chance.choice(ZONES))


def _clock(chance: random.Random) -> time:
    return time(chance.randrange(24), chance.choice((0, 0, 0, 1, 30)))


def _hours(chance: random.Random) -> WorkingHours:
    days = chance.choice((range(5), range(7), chance.sample(range(7), 3)))
    holidays = [FIRST.date() + chance.randrange(WINDOW) * DAY for _ in range(8)]
    start, end = _clock(chance), _clock(chance)
    return hours(_zone(chance), days=days, start=start, end=end, holidays=holidays)


def _rotation(chance: random.Random, every: int, days: frozenset[int] | None = None) -> Rotation:
    return Rotation(
        every=every * DAY,
        timezone=_zone(chance),
        starts=FIRST.date() + chance.randint(-30, 10) * DAY,
        time=_clock(chance),
        day=chance.choice((None, 4)) if every % 7 == 0 else None,
        days=days,
    )


def _team(chance: random.Random) -> Rota:
    days = chance.choice((None, frozenset(range(5))))
    turning = _rotation(chance, chance.choice((1, 1, 2, 3, 7)), days)
    members = chance.sample(MEMBERS, chance.randint(0, 4))
    return rota(members, turning, name="store", overrides=_covers(chance))


def _pool(chance: random.Random) -> Rota:
    turning = _rotation(chance, chance.choice((7, 7, 14, 1)))
    tours = [
        Tour(
            person=name,
            starts=FIRST.date() + chance.randint(-40, 90) * DAY,
            weeks=chance.choice((4, 12, 26)),
            accepted_on=chance.choice((FIRST.date(), FIRST.date(), None)),
        )
        for name in VOLUNTEERS
    ]
    return rota(
        turning=turning,
        name="volunteers",
        kind=RotaKind.VOLUNTEERS,
        tours=tours,
        overrides=_covers(chance),
    )


def _tier(chance: random.Random) -> Rota:
    members = chance.sample(MANAGERS, chance.randint(1, 4))
    turning = _rotation(chance, 7)
    kind = RotaKind.MANAGERS
    return rota(members, turning, name="managers", kind=kind, overrides=_covers(chance))


def _covers(chance: random.Random) -> list[Override]:
    """Of the file: they do not overlap."""
    found, at = [], FIRST + chance.randrange(20) * DAY
    for _ in range(chance.randint(0, 4)):
        length = timedelta(hours=chance.choice((1, 8, 24, 200)))
        anybody = chance.choice([*MEMBERS, *VOLUNTEERS, *MANAGERS])
        found.append(Override(person=anybody, start=at, end=at + length))
        at += length + chance.randrange(60) * DAY
    return found


def _made(chance: random.Random, it: Rota) -> list[Override]:
    """By people: leave, cover and swaps, which may overlap; in the order of their making."""
    found = []
    for n in range(chance.randint(0, 6)):
        start = FIRST + timedelta(hours=chance.randrange(24 * WINDOW))
        length = timedelta(hours=chance.choice((1, 12, 48, 400)))
        anybody = chance.choice([*VOLUNTEERS, *MANAGERS, *MEMBERS])
        made = FIRST - DAY + n * INSTANT
        found.append(Override(person=anybody, start=start, end=start + length, made_at=made))
    return found


def _walk(it: Rota) -> list[Walked]:
    found = []
    for each in walk(it):
        found.append(each)
        if each.start > FIRST + (WINDOW + 2) * DAY:
            return found
    return found
