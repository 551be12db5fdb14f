"""Every boundary of a rota is handed over once: through twenty years of changing clocks, with
processes that die in the middle of a transaction, two replicas at once, and late starts."""

import argparse
import contextlib
import random
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import event, select

from app.delivery.waits import WaitFailed, answer_next
from app.flows.change_pager import is_pager_posted, post_pager
from app.flows.hand_over import is_planned, plan_handover
from app.flows.kinds import Kind
from app.flows.kit import Kit
from app.flows.standing import StandingOrders
from app.organisation.apply import apply
from app.organisation.example import example_text
from app.organisation.in_force import parse_applied
from storage import effects
from storage.effects import Lane
from storage.engine import open_engine
from storage.migrate import migrate
from storage.tables import effects as effect_rows
from storage.tables import handovers
from tests.campaign.kill.world import memory
from tests.campaign.report import Finding, exactly, told

ZONES = ("Australia/Lord_Howe", "Europe/Dublin", "America/Los_Angeles", "Pacific/Apia")
FIRST = date(2010, 1, 1)
"""A Friday; two years before Apia left out a whole day."""
YEARS = 20
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SHORT = {"1d": timedelta(days=24), "1w": timedelta(weeks=12)}
"""So long a stretch of each rotation the suite looks at, around a change of clocks."""
SHORT_FIRST = {
    "Australia/Lord_Howe": date(2026, 3, 20),
    "Europe/Dublin": date(2026, 3, 13),
    "America/Los_Angeles": date(2026, 10, 16),
    "Pacific/Apia": date(2011, 12, 9),
}
CLOCKS = {"1d": time(2, 30), "1w": time(2, 15)}
"""In the hour that summer time takes away and gives back in most of these zones."""
DIES, OUTAGE, TOGETHER = 0.6, 0.05, 0.1
"""How often: a process dies at a wait, all of them are down for a while, both work at once."""
MOST_STATEMENTS = 40
LONGEST_TOUR = timedelta(weeks=520)
TRIES = 50


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--years", type=int, default=YEARS, help=f"how many ({YEARS})")
    parser.add_argument("--zone", choices=ZONES, help="only this one")
    parser.add_argument("--every", choices=tuple(CLOCKS), help="only this rotation")
    parser.add_argument("--seed", type=int, default=1)


def run(options: argparse.Namespace) -> Sequence[Finding]:
    seen = Seen()
    for zone in ZONES if options.zone is None else (options.zone,):
        for every in CLOCKS if options.every is None else (options.every,):
            first, until = _stretch(options, zone, every)
            with memory(options.database) as (url, _):
                story = Story(url, zone, every, first, seed=options.seed, seen=seen)
                story.live(until)
    return [
        told("boundaries", seen.boundaries),
        told("processes that died in a transaction", seen.kills),
        told("outages over boundaries", seen.outages),
        told("instants at which both replicas worked", seen.together),
        exactly("boundaries missed or doubled", seen.wrong, 0),
        exactly("posts not asked for once", seen.posts, 0),
        exactly("letters asked for twice", seen.letters, 0),
    ]


def _stretch(options: argparse.Namespace, zone: str, every: str) -> tuple[date, datetime]:
    first = SHORT_FIRST[zone] if options.short else FIRST
    span = SHORT[every] if options.short else options.years * timedelta(days=365.25)
    return first, datetime.combine(first, time(12), UTC) + span


@dataclass
class Seen:
    """What was met, and what was wrong."""

    boundaries: int = 0
    kills: int = 0
    outages: int = 0
    together: int = 0
    wrong: int = 0
    posts: int = 0
    letters: int = 0


class Killed(Exception):
    """The process is gone; what its transaction wrote is not."""


@dataclass
class Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


class Replica:
    """A process on the database, which may die before any of its statements."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._clock = clock
        self.database = open_engine(url, connections=3)
        self.deaths = 0
        self._left: int | None = None
        for engine in (self.database.write, self.database.swift, self.database.read):
            event.listen(engine, "before_cursor_execute", self._count)
        self.kit = self._new_kit()

    def die_after(self, statements: int | None) -> None:
        self._left = statements

    def work(self) -> bool:
        """Everything that is due, and what the tick looks at; False when it died."""
        try:
            while self.kit.do_now(answer_next) is not None:
                pass
            for look, do in ((is_planned, plan_handover), (is_pager_posted, post_pager)):
                if not self.kit._read_now(look):
                    self.kit.do_now(do)
        except (Killed, WaitFailed) as end:
            if isinstance(end, WaitFailed) and not isinstance(end.__cause__, Killed):
                raise
            self.kit.close()
            self.kit = self._new_kit()
            self._left = None
            return False
        return True

    def close(self) -> None:
        self.kit.close()
        self.database.dispose()

    def _new_kit(self) -> Kit:
        return Kit(self.database, StandingOrders(parse_applied), clock=self._clock)

    def _count(self, *_: Any) -> None:
        if self._left is None:
            return
        self._left -= 1
        if self._left < 0:
            self.deaths += 1
            raise Killed


class Story:
    """One rota in one zone, from its first turn on."""

    def __init__(
        self, url: str, zone: str, every: str, first: date, *, seed: int, seen: Seen
    ) -> None:
        self._zone, self._every, self._first, self._seen = ZoneInfo(zone), every, first, seen
        self._chance = random.Random(f"{zone} {every} {seed}")
        begins = boundaries(first, every, self._zone, first + 3 * DAY)[0]
        self._clock = Clock(begins + MINUTE)
        migrate(url)
        with contextlib.closing(Replica(url, self._clock)) as maker:
            text = organisation(zone, every, first)
            with maker.database.write.begin() as tx:
                apply(tx, text, now=self._clock.now, by="campaign")
        self._replicas = [Replica(url, self._clock) for _ in range(2)]

    def live(self, until: datetime) -> None:
        """From wait to wait, as whoever lives then does."""
        since = self._clock.now
        self._work()
        while (due := self._next()) is not None and due <= until:
            self._clock.now = max(due, self._clock.now)
            if self._chance.random() < OUTAGE:
                self._clock.now += self._chance.choice((3, 30, 80)) * timedelta(hours=1)
                self._seen.outages += 1
            self._work()
        self._check(since)
        for replica in self._replicas:
            self._seen.kills += replica.deaths
            replica.close()

    def _next(self) -> datetime | None:
        with self._replicas[0].database.read.begin() as tx:
            return effects.next_due(tx, [Lane.WAIT]).get(Lane.WAIT)

    def _work(self) -> None:
        """One or both of them; whoever dies is followed by its next process."""
        for replica in self._replicas:
            if self._chance.random() < DIES:
                replica.die_after(self._chance.randrange(MOST_STATEMENTS))
        if self._chance.random() < TOGETHER:
            self._seen.together += 1
            threads = [threading.Thread(target=each.work) for each in self._replicas]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        for replica in self._chance.sample(self._replicas, 2):
            for _ in range(TRIES):
                if replica.work():
                    break
            replica.die_after(None)

    def _check(self, since: datetime) -> None:
        """Against what the wall clock of the zone says by itself."""
        wanted = [
            at
            for at in boundaries(self._first, self._every, self._zone, self._clock.now.date() + DAY)
            if since < at <= self._clock.now
        ]
        with self._replicas[0].database.read.begin() as tx:
            made = Counter(row.boundary for row in tx.execute(select(handovers)))
            numbers = {row.id for row in tx.execute(select(handovers.c.id))}
            rows = tx.execute(select(effect_rows.c.kind, effect_rows.c.key, effect_rows.c.revision))
            asked = [tuple(row) for row in rows]
        posts = {key: times for kind, key, times in asked if kind == Kind.HANDOVER}
        self._seen.boundaries += len(wanted)
        self._seen.wrong += sum(made[at] != 1 for at in wanted) + len(set(made) - set(wanted))
        self._seen.posts += len(set(posts) ^ {f"handover:{number}" for number in numbers})
        self._seen.posts += sum(times != 1 for times in posts.values())
        self._seen.letters += sum(
            times > (2 if "handover_draft" in key else 1)  # it is rewritten once it is posted
            for kind, key, times in asked
            if kind == Kind.LETTER
        )


def boundaries(first: date, every: str, zone: ZoneInfo, until: date) -> list[datetime]:
    """When the clocks of the zone show the rotation's time: told by them alone, minute by minute
    where they leave some out."""
    step, day = DAY if every == "1d" else 7 * DAY, first
    found: list[datetime] = []
    while day <= until:
        wall = datetime.combine(day, CLOCKS[every])
        while (at := _instant(wall, zone)) is None:
            wall += MINUTE
        if not found or found[-1] != at:
            found.append(at)
        day += step
    return found


def _instant(wall: datetime, zone: ZoneInfo) -> datetime | None:
    """The first instant at which they show it; None for a time that is left out."""
    at = wall.replace(tzinfo=zone).astimezone(UTC)
    return at if at.astimezone(zone).replace(tzinfo=None) == wall else None


def organisation(zone: str, every: str, first: date) -> str:
    """The example with another rotation out of hours, and tours one after the other."""
    text = example_text()
    day = 'day = "fri", ' if every == "1w" else ""
    begins = first - 7 * DAY
    more = "".join(
        f'[[rota.tour]]\nperson = "{name}@acme.test"\nfrom = "{begins + n * LONGEST_TOUR}"\n'
        f'weeks = {LONGEST_TOUR.days // 7}\naccepted_on = "{first}"\n\n'
        for n in (1, 2)
        for name in ("ana", "chi")
    )
    tour = f'from = "{begins}"\nweeks = {LONGEST_TOUR.days // 7}'
    changes = (
        (
            'rotation = { every = "1w", day = "fri", time = "18:00", timezone = "Europe/Dublin", '
            'from = "2026-01-02" }\npay',
            f'rotation = {{ every = "{every}", {day}time = "{CLOCKS[every]:%H:%M}", '
            f'timezone = "{zone}", from = "{first}" }}\npay',
        ),
        ('from = "2026-09-04"\nweeks = 26', tour),
        ('from = "2026-09-04"\nweeks = 26', tour),
        ('[[rota]]\nid = "data-infra"', f'{more}[[rota]]\nid = "data-infra"'),
    )
    for was, now in changes:
        assert was in text, was
        text = text.replace(was, now, 1)
    return text
