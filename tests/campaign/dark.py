"""Hours of a fast clock without Slack, and its return: every P1 is paged, acknowledged and
escalated on time, and then everything stands in Slack once. The same story with Slack beside it."""

import argparse
import asyncio
import heapq
import itertools
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from app.build import Parts, make_parts
from app.chat.limits import Limits
from app.chat.reach import Reach
from app.delivery.comeback import Comeback
from app.demo.workspace.running import Workspace
from app.flows.acknowledge import acknowledge
from app.flows.admit import LinkCaller, Operator
from app.flows.contact import add_contact
from app.flows.hand_over import plan_handover
from app.flows.know_people import ask_directory
from app.flows.progress import progress
from app.flows.receive_alerts import receive_alerts
from app.flows.resolve import resolve
from app.flows.work import Work
from app.organisation.apply import apply
from app.organisation.example import example_text
from app.paging.targets import read_target
from app.rules import routing
from app.rules.alert import Alert, AlertState, Delivery
from app.rules.ladder import Method
from app.rules.organisation import Severity
from storage import effects
from storage.effects import Lane
from storage.engine import open_engine
from storage.migrate import migrate
from tests.campaign.report import Finding, at_most, exactly, told
from tests.kit import SetClock
from tests.wire.stage import MANIFEST, settings_for
from tests.wire.trouble import key_of, service

PEOPLE = ("ana", "ben", "chi", "mia", "noor")
BOUNDARY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Friday 18:00 in Dublin: the volunteers hand over, and owners go home."""
ANSWERS_AFTER = timedelta(minutes=1)
STEP = timedelta(minutes=5)
"""Both waits of the example's escalation."""
EXPIRES = timedelta(minutes=60)
WORKS_EVERY = timedelta(minutes=45)
LATE = timedelta(seconds=2)
BACK_WITHIN = 120
"""Seconds of the fast clock that everything has to stand in Slack after its return."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """How the people of a P1 behave: so many stay silent before one answers; then it is worked
    on, or resolved after a while, or forgotten until the acknowledgement expires."""

    silent: int = 0
    resolves_after: timedelta | None = None
    forgets: bool = False


COURSES = (
    Course(),
    Course(silent=1, resolves_after=timedelta(minutes=30)),
    Course(silent=2, resolves_after=timedelta(minutes=30)),
    Course(resolves_after=timedelta(minutes=20)),
    Course(forgets=True),
)

Ring = tuple[int, str, datetime]
"""Which P1 of the story rang on whose phone, and when."""


@dataclass
class Told:
    """What a run left behind."""

    rings: list[Ring] = field(default_factory=list)
    expected: list[Ring] = field(default_factory=list)
    acknowledged: int = 0
    refused: int = 0
    channels: Counter[int] = field(default_factory=Counter)
    announcements: Counter[int] = field(default_factory=Counter)
    open: set[int] = field(default_factory=set)
    handovers: int = 0
    handover_posts: int = 0
    back: float = 0.0


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hours", type=float, default=17.0, help="without Slack (17)")
    parser.add_argument("--every", type=float, default=6.0, help="minutes between two P1s (6)")


def run(options: argparse.Namespace) -> Sequence[Finding]:
    """The story twice, in the dark and with Slack."""
    hours, every = (3.0, 15.0) if options.short else (options.hours, options.every)
    dark = asyncio.run(_story(hours, every, dark=True))
    well = asyncio.run(_story(hours, every, dark=False))
    return [*_of_the_dark(dark), *_against(dark, well)]


def _of_the_dark(found: Told) -> list[Finding]:
    missing, late = _compared(found.expected, found.rings)
    wanted = {number for number, _, _ in found.expected}
    return [
        told("P1s", len(wanted)),
        told("rings by phone", len(found.rings)),
        exactly("expected rings that never came", missing, 0),
        at_most("a ring was late by at most", late, LATE.total_seconds(), "s"),
        told("acknowledged by link", found.acknowledged),
        exactly("acknowledgements refused", found.refused, 0),
        exactly("open P1s without a channel", len(found.open - set(found.channels)), 0),
        at_most("channels of one P1", max(found.channels.values(), default=0), 1),
        exactly("P1s not announced once", sum(found.announcements[n] != 1 for n in wanted), 0),
        exactly("handovers", found.handovers, 1),
        exactly("handover posts", found.handover_posts, 1),
        at_most("all stood after Slack's return within", found.back, BACK_WITHIN, "s"),
    ]


def _against(dark: Told, well: Told) -> list[Finding]:
    """I17: removing Slack from the world changes no page's time by more than two seconds."""
    missing, late = _compared(well.rings, dark.rings)
    more, early = _compared(dark.rings, well.rings)
    worst = max(late, early)
    return [
        exactly("rings with Slack that the dark lacks", missing, 0),
        exactly("rings of the dark that Slack lacks", more, 0),
        at_most("a ring's time differs by at most", worst, LATE.total_seconds(), "s"),
    ]


def _compared(wanted: Sequence[Ring], rings: Sequence[Ring]) -> tuple[int, float]:
    """How many rings are missing, and by how many seconds the others came late at most."""
    left: dict[tuple[int, str], list[datetime]] = {}
    for number, person, at in rings:
        left.setdefault((number, person), []).append(at)
    missing, late = 0, 0.0
    for number, person, at in wanted:
        near = [each for each in left.get((number, person), ()) if abs(each - at) < STEP / 2]
        if not near:
            missing += 1
            continue
        nearest = min(near, key=lambda each: abs(each - at))
        left[number, person].remove(nearest)
        late = max(late, abs((nearest - at).total_seconds()))
    return missing, late


# ── the story ─────────────────────────────────────────────────────────────────────────────────
async def _story(hours: float, every: float, *, dark: bool) -> Told:
    start = BOUNDARY - timedelta(hours=hours) * 2 / 3
    count = int(hours * 60 / every)
    with tempfile.TemporaryDirectory(prefix="baton-dark-") as folder:
        async with _stage(Path(folder), start, count) as here:
            await here.ready()
            await here.dark(on=dark)
            for number in range(count):
                here.later(start + timedelta(minutes=every) * number, here.fire, number)
            await here.until(start + timedelta(hours=hours))
            await here.dark(on=False)
            await here.come_back()
            return await here.told()


Deed = Callable[..., Any]


@dataclass
class Here:
    """Baton's flows and delivery on a clock that jumps from one thing that is due to the next."""

    clock: SetClock
    parts: Parts
    workspace: Workspace
    http: aiohttp.ClientSession
    found: Told = field(default_factory=Told)
    incidents: dict[int, int] = field(default_factory=dict)
    _later: list[tuple[datetime, int, Deed, tuple[Any, ...]]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=itertools.count)
    _read: Counter[str] = field(default_factory=Counter)
    _rung: dict[int, list[str]] = field(default_factory=dict)
    _answered: Counter[int] = field(default_factory=Counter)

    def later(self, at: datetime, deed: Deed, *given: Any) -> None:
        """Somebody does this then."""
        heapq.heappush(self._later, (at, next(self._order), deed, given))

    async def ready(self) -> None:
        """Everybody has a phone, and Slack's directory is read."""
        host = self.workspace.url.removeprefix("http://")
        for name in PEOPLE:
            target = read_target(Method.PUSH, f"ntfy://{host}/phone-{name}", trusted=True)
            how: dict[str, Any] = {"method": Method.PUSH, "target": target}
            how |= {"by": Operator(), "seal": self.parts.seal}
            await self.parts.kit.do(add_contact, f"{name}@acme.test", **how)
        await self.parts.kit.do(ask_directory)
        await self.parts.kit.do(plan_handover)
        await self.parts.delivery.drain()

    async def dark(self, *, on: bool) -> None:
        url = f"{self.workspace.url}/_workspace/dark"
        async with self.http.post(url, json={"on": on}) as answer:
            assert answer.status == 200

    async def until(self, end: datetime) -> None:
        """Everything that is due until then, each at its time."""
        while True:
            due = await self.parts.kit.read(_next_due)
            moments = [end, *(at for at, *_ in self._later[:1]), *([due] if due else [])]
            self.clock.now = max(self.clock.now, min(moments))
            if self.clock.now >= end:
                return
            await self._now()

    async def _now(self) -> None:
        await self._speak()
        while self._later and self._later[0][0] <= self.clock.now:
            _, _, deed, given = heapq.heappop(self._later)
            await deed(*given)
            await self._speak()

    async def _speak(self) -> None:
        assert self.parts.delivery.comeback is not None
        await self.parts.delivery.comeback.look()
        await self.parts.delivery.drain()
        for name, rang in self.workspace.state.phones.items():
            for push in rang[self._read[name] :]:
                self._hear(name, push.title)
            self._read[name] = len(rang)

    def _hear(self, name: str, title: str) -> None:
        """A phone rang; its person, or one of those after them, will answer."""
        _, found, rest = title.partition("Trouble ")
        if not found:
            return
        number = int(rest.split(" ", 1)[0].rstrip("…"))
        self.found.rings.append((number, name, self.clock.now))
        rung = self._rung.setdefault(number, [])
        is_new = name not in rung
        rung += [name] * is_new
        silent = COURSES[number % len(COURSES)].silent
        if (is_new and len(rung) == silent + 1) or self._answered[number]:
            self.later(self.clock.now + ANSWERS_AFTER, self.answer, number, name)

    # ── what people do ────────────────────────────────────────────────────────────────────────
    async def fire(self, number: int) -> None:
        alert = Alert(
            alarm=f"Late{number}",
            fingerprint=f"f{number}",
            state=AlertState.FIRING,
            title=f"Trouble {number} in the dark",
        )
        delivery = Delivery(source="generic", body=b"{}")
        received = await self.parts.kit.do(receive_alerts, delivery, [alert])
        self.incidents[number] = received.attached[0]
        self.found.expected += await self.parts.kit.read(_expected, number)

    async def answer(self, number: int, name: str) -> None:
        """Press the link's button."""
        course, incident = COURSES[number % len(COURSES)], self.incidents[number]
        by = LinkCaller(person=f"{name}@acme.test", incident=incident)
        done = await self.parts.kit.do(acknowledge, incident, by=by)
        taken = done.by == by.person and done.incident.acknowledged_at == self.clock.now
        self.found.acknowledged += taken
        self.found.refused += not taken
        self._answered[number] += 1
        if course.resolves_after is not None:
            self.later(self.clock.now + course.resolves_after, self.finish, number, by)
        elif not course.forgets or self._answered[number] > 1:
            self.later(self.clock.now + WORKS_EVERY, self.work_on, number, by)
        else:
            again = self.clock.now + EXPIRES
            self.later(again, self.expect_again, number, again)

    async def work_on(self, number: int, by: LinkCaller) -> None:
        await self.parts.kit.do(progress, self.incidents[number], by.person)
        self.later(self.clock.now + WORKS_EVERY, self.work_on, number, by)

    async def finish(self, number: int, by: LinkCaller) -> None:
        await self.parts.kit.do(resolve, self.incidents[number], by=by)

    async def expect_again(self, number: int, at: datetime) -> None:
        """Whoever has tier 1 when the acknowledgement expires is rung anew."""
        person = await self.parts.kit.read(_tier_one, number)
        self.found.expected.append((number, person, at))

    # ── afterwards ────────────────────────────────────────────────────────────────────────────
    async def come_back(self) -> None:
        """Second by second, while everything that waits for Slack is said."""
        for second in range(BACK_WITHIN + 1):
            if await self.parts.kit.read(_waiting):
                self.found.back = second + 1
            self.clock.forward(seconds=1)
            await self._speak()

    async def told(self) -> Told:
        """What stands in Slack, and what is remembered."""
        numbers = {incident: number for number, incident in self.incidents.items()}
        async with self.http.get(f"{self.workspace.url}/_workspace/state") as answer:
            channels: Sequence[Mapping[str, Any]] = (await answer.json())["channels"]
        for channel in channels:
            kind, _, rest = channel["name"].partition("-")
            if kind == "inc":
                self.found.channels[numbers[int(rest.partition("-")[0])]] += 1
            for key in map(key_of, channel["messages"]):
                kind, _, which = key.partition(":")
                if kind == "announcement":
                    self.found.announcements[numbers[int(which)]] += 1
                self.found.handover_posts += kind == "handover"
        still, self.found.handovers = await self.parts.kit.read(_open_and_handovers)
        self.found.open = {numbers[each] for each in still}
        return self.found


@asynccontextmanager
async def _stage(folder: Path, start: datetime, services: int) -> AsyncIterator[Here]:
    """No doors and no ticker: this campaign is the ticker. Slack's limits are a thousand times as
    wide, because they are kept by a clock that nobody can push forward."""
    clock = SetClock(now=start)
    text = example_text() + "\n".join(map(service, range(services)))
    file, url = folder / "baton.toml", f"sqlite:///{folder / 'baton.db'}"
    file.write_text(text, encoding="utf-8")
    migrate(url)
    database = open_engine(url)
    with database.write.begin() as tx:
        apply(tx, text, now=start - timedelta(days=30), by="campaign")
    async with (
        Workspace.running(manifest=MANIFEST, rate_limits=False) as workspace,
        aiohttp.ClientSession() as http,
    ):
        settings = settings_for(workspace, url, file)
        limits = Limits(lambda: time.monotonic() * 1000)
        parts = make_parts(settings, database, clock=clock, limits=limits)
        assert parts.chat is not None

        def monotonic() -> float:
            return (clock.now - start).total_seconds()

        parts.chat.reach = Reach(monotonic)
        parts.delivery.comeback = Comeback(parts.kit, parts.chat, monotonic=monotonic)
        try:
            yield Here(clock=clock, parts=parts, workspace=workspace, http=http)
        finally:
            await parts.delivery.stop(within=1)
            await parts.chat.close()
            parts.gateway.close()
            parts.kit.close()
            database.dispose()


# ── looks ─────────────────────────────────────────────────────────────────────────────────────
def _next_due(work: Work) -> datetime | None:
    """When the next phone rings or the next wait ends."""
    found = effects.next_due(work.tx, [Lane.WAIT, Lane.PAGE])
    return min(found.values(), default=None)


def _expected(work: Work, number: int) -> list[Ring]:
    """Who is to be rung for a P1 that fires now, worked out from the rules alone."""
    course, at = COURSES[number % len(COURSES)], work.now
    route = routing.who(work.org, work.schedule, f"loader-{number}", Severity.P1, at)
    rings = [(number, _handle(route.primary[0].person), at)]
    for round in range(1, course.silent + 1):
        then = at + round * STEP
        chosen = routing.managers_for_round(
            work.org, work.schedule, then, round, frozenset(route.tier_one)
        )
        rings += [(number, _handle(each.person), then) for each in chosen]
    return rings


def _tier_one(work: Work, number: int) -> str:
    route = routing.who(work.org, work.schedule, f"loader-{number}", Severity.P1, work.now)
    return _handle(route.primary[0].person)


def _handle(person: str) -> str:
    return person.partition("@")[0]


def _waiting(work: Work) -> bool:
    """Whether anything that is due is still to be said in Slack."""
    found = effects.next_due(work.tx, [Lane.CHAT, Lane.ROOM, Lane.DIRECT])
    return any(at <= work.now + timedelta(minutes=10) for at in found.values())


def _open_and_handovers(work: Work) -> tuple[list[int], int]:
    opened = work.tx.exec_driver_sql(
        "SELECT id FROM incidents WHERE state IN ('triggered', 'acknowledged')"
    )
    made = work.tx.exec_driver_sql("SELECT count(*) FROM handovers").scalar()
    return [row[0] for row in opened], int(made or 0)
