"""The fast clock: what is due, what people do, and what is measured on the way."""

import functools
import heapq
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.build import Parts, make_parts
from app.flows.acknowledge import acknowledge
from app.flows.admit import LinkCaller, Operator
from app.flows.audit_state import recount
from app.flows.close import add_follow_up, close, set_root_cause
from app.flows.contact import add_contact
from app.flows.finding import Finding
from app.flows.forget import forget
from app.flows.hand_over import plan_handover
from app.flows.progress import progress
from app.flows.receive_together import Told, receive_together
from app.flows.resolve import resolve
from app.flows.work import Refused, Work
from app.organisation.apply import apply
from app.organisation.example import example_text
from app.paging.targets import read_target
from app.rules import rota
from app.rules.alert import Alert, AlertState, Delivery
from app.rules.ladder import Method
from app.setting_values import Secret
from app.settings import Settings
from handlers.canary import Canaries
from handlers.sealing import Sealing
from handlers.watchman import Watchman
from handlers.web.intake.door import Door
from storage import effects
from storage.effects import Lane
from storage.engine import open_engine
from storage.migrate import migrate
from tests.campaign.soak.phones import Phones, phones
from tests.campaign.soak.samples import Sample, growth, middle, part, sample
from tests.kit import SetClock
from tests.wire.trouble import service

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
PEOPLE = ("ana", "ben", "chi", "mia", "noor")
SERVICES = 12
NOISE = 300
"""Alerts that wake nobody, of thirty alarms; they fire, repeat, and clear."""
MINUTE = timedelta(minutes=1)
STEP = 5
"""Minutes between two deliveries: each has the alerts of so many, in several bodies."""
BODIES = 4
P1_EVERY = 120
"""Minutes between two P1s, on average."""
RESTART = timedelta(days=2, hours=7)
SAMPLES = timedelta(hours=3)
AUDITS = timedelta(minutes=30)
CANARY = timedelta(minutes=5)


@dataclass
class Soaked:
    """What a run left behind."""

    days: float = 0.0
    alerts: int = 0
    p1s: int = 0
    rings: int = 0
    acknowledged: int = 0
    expired: int = 0
    restarts: int = 0
    audits: int = 0
    findings: list[str] = field(default_factory=list)
    lost: int = 0
    handovers_missing: int = 0
    canaries_lost: int = 0
    unanswered: int = 0
    forgotten: int = 0
    wal_mb: float = 0.0
    database_mb: float = 0.0
    memory_before_mb: float = 0.0
    memory_after_mb: float = 0.0
    memory_growth: float = 0.0
    handles_growth: float = 0.0
    growth_middle_mb: float = 0.0
    growth_end_mb: float = 0.0
    growth_ratio: float = 0.0


Deed = Callable[..., Awaitable[None]]


async def soak(folder: Path, *, days: float, alerts: int, keep: float) -> Soaked:
    """So many days, and what they left behind."""
    end = START + timedelta(days=days)
    async with _stage(folder, alerts=alerts, keep=timedelta(days=keep)) as here:
        await here.ready()
        while here.clock.now < end:
            await here.step()
        await here.end()
        return here.found


@dataclass
class Here:
    """One Baton on a clock that jumps, its people, and what was measured."""

    folder: Path
    clock: SetClock
    phones: Phones
    alerts: int
    keep: timedelta
    found: Soaked = field(default_factory=Soaked)
    samples: list[Sample] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(3))
    _later: list[tuple[datetime, int, Deed, tuple[Any, ...]]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=itertools.count)
    _firing: set[int] = field(default_factory=set)
    _dues: dict[str, datetime] = field(default_factory=dict)
    _heard: Counter[int] = field(default_factory=Counter)

    @property
    def database(self) -> Path:
        return self.folder / "baton.db"

    # ── Baton itself ──────────────────────────────────────────────────────────────────────────
    def open(self) -> None:
        self.engine = open_engine(f"sqlite:///{self.database}")
        settings = Settings(
            database_url=Secret(f"sqlite:///{self.database}"),
            organisation=self.folder / "baton.toml",
            secret_key=Secret("soak" * 8),
        )
        self.parts: Parts = make_parts(settings, self.engine, clock=self.clock)
        self.kit = self.parts.kit
        self.door = Door(self.kit, max_bytes=1 << 20)
        self.canaries = Canaries(self.kit, self.door.take_canary, every=CANARY)
        self.watchman = Watchman(self.kit)
        self.sealing = Sealing(self.kit)

    async def close(self) -> None:
        await self.parts.delivery.stop(within=1)
        self.parts.gateway.close()
        self.kit.close()
        self.engine.dispose()

    async def ready(self) -> None:
        """Everybody has a phone."""
        self.open()
        for name in PEOPLE:
            target = read_target(Method.PUSH, self.phones.target(name), trusted=True)
            how: dict[str, Any] = {"method": Method.PUSH, "target": target}
            how |= {"by": Operator(), "seal": self.parts.seal}
            await self.kit.do(add_contact, f"{name}@acme.test", **how)
        await self.kit.do(plan_handover)
        await self.watchman.look()

    # ── the clock ─────────────────────────────────────────────────────────────────────────────
    async def step(self) -> None:
        """Everything of some minutes, each thing at its time; then what comes in at their end."""
        end = self.clock.now + STEP * MINUTE
        while True:
            due = await self.kit.read(_next_due)
            moments = [end, *(at for at, *_ in self._later[:1]), *([due] if due else [])]
            self.clock.now = max(self.clock.now, min(moments))
            if self.clock.now >= end:
                break
            await self._now()
        await self._take_in()
        await self._now()
        await self._duties()

    async def _now(self) -> None:
        await self._speak()
        while self._later and self._later[0][0] <= self.clock.now:
            _, _, deed, given = heapq.heappop(self._later)
            try:
                await deed(*given)
            except Refused:
                continue  # somebody was quicker, or it is over
            await self._speak()

    async def _speak(self) -> None:
        due = await self.kit.read(_next_due)
        if due is None or due > self.clock.now:
            return
        await self.parts.delivery.drain()
        for person, incident in self.phones.rung():
            self.found.rings += 1
            self._hear(person, incident)

    async def _duties(self) -> None:
        await self.canaries()
        await self._speak()
        if self._is_due("audit", AUDITS):
            await self._audit()
        if self._is_due("seal", timedelta(hours=1)):
            await self.sealing()
        if self._is_due("forget", timedelta(hours=1)):
            await self._forget()
        if self._is_due("sample", SAMPLES):
            day = (self.clock.now - START) / timedelta(days=1)
            self.samples.append(sample(day, self.database))
        if self._is_due("restart", RESTART):
            await self.close()
            self.open()
            self.found.restarts += 1

    def _is_due(self, what: str, every: timedelta) -> bool:
        due = self._dues.setdefault(what, self.clock.now + every)
        if self.clock.now < due:
            return False
        self._dues[what] = self.clock.now + every
        return True

    async def _audit(self) -> None:
        found = await self.watchman.look()
        self.found.audits += 1
        self.found.findings += [f"{self.clock.now}: {each.sentence}" for each in found]

    async def _forget(self) -> None:
        since: int | None = 0
        while True:
            done = await self.kit.do(forget, keep=self.keep, since=since or 0)
            self.found.forgotten += done.rows
            since = done.next_effect
            if since is None and not done.bodies_left:
                return

    # ── what comes in ─────────────────────────────────────────────────────────────────────────
    async def _take_in(self) -> None:
        found = [self._noise() for _ in range(self.alerts * STEP)]
        if self.chance.randrange(P1_EVERY) < STEP:
            number = self.chance.randrange(SERVICES)
            found[0] = _alert(f"Late{number}", f"late-{number}", f"Loader {number} is late")
        parts = (found[start::BODIES] for start in range(BODIES))
        bodies = [
            Told(delivery=Delivery(source="generic", body=_body(each)), alerts=each)
            for each in parts
            if each
        ]
        await self.kit.do(receive_together, bodies)
        self.found.alerts += len(found)

    def _noise(self) -> Alert:
        """Half of what fires is a repeat; in the end it clears."""
        number = self.chance.randrange(NOISE)
        over = number in self._firing and self.chance.random() < 0.3
        (self._firing.discard if over else self._firing.add)(number)
        state = AlertState.RESOLVED if over else AlertState.FIRING
        return _alert(f"Noise{number % 30}", f"noise-{number}", f"Noise {number}", state=state)

    # ── what people do ────────────────────────────────────────────────────────────────────────
    def later(self, deed: Deed, *given: Any, minutes: float) -> None:
        at = self.clock.now + timedelta(minutes=minutes)
        heapq.heappush(self._later, (at, next(self._order), deed, given))

    def _hear(self, person: str, incident: int) -> None:
        """Most people answer after a while; some do not hear it, and the next ones are rung."""
        self._heard[incident] += 1
        if self.chance.random() < 0.7:
            self.later(self.answer, person, incident, minutes=self.chance.uniform(0.3, 9))

    async def answer(self, person: str, incident: int) -> None:
        by = LinkCaller(person=f"{person}@acme.test", incident=incident)
        done = await self.kit.do(acknowledge, incident, by=by)
        if not done.first:
            return
        self.found.acknowledged += 1
        if self.chance.random() < 0.15:
            return  # forgotten, until it expires and rings anew
        self.later(self.work_on, by, minutes=self.chance.uniform(5, 40))

    async def work_on(self, by: LinkCaller) -> None:
        await self.kit.do(progress, by.incident, by.person)
        if self.chance.random() < 0.4:
            self.later(self.work_on, by, minutes=self.chance.uniform(5, 40))
        else:
            self.later(self.finish, by, minutes=self.chance.uniform(1, 60))

    async def finish(self, by: LinkCaller) -> None:
        await self.kit.do(resolve, by.incident, by=by)
        self._heard.pop(by.incident, None)
        self.later(self.close_it, by.incident, minutes=60 * self.chance.uniform(1, 30))

    async def close_it(self, incident: int) -> None:
        await self.kit.do(set_root_cause, incident, "the disk was full", by=Operator())
        none = functools.partial(add_follow_up, none_because=True)
        await self.kit.do(none, incident, "nothing is left", by=Operator())
        await self.kit.do(close, incident, by=Operator())

    # ── afterwards ────────────────────────────────────────────────────────────────────────────
    async def end(self) -> None:
        """Quiet for five minutes; then everything is looked at once more."""
        self.alerts = 0
        for _ in range(5):
            end = self.clock.now + MINUTE
            self.clock.now = end
            await self._now()
        await self._audit()
        await self.canaries()
        await self.parts.delivery.drain()
        found = self.found
        found.days = (self.clock.now - START) / timedelta(days=1)
        missing: tuple[Finding, ...] = await self.kit.read(recount)
        found.findings += [each.sentence for each in missing]
        found.lost = len(missing)
        found.handovers_missing = await self.kit.read(_missing_handovers)
        for name, query in COUNTS.items():
            setattr(found, name, await self.kit.read(_number, query))
        self._measure()
        await self.close()

    def _measure(self) -> None:
        found, samples = self.found, self.samples
        found.wal_mb = max((each.wal for each in samples), default=0.0)
        found.database_mb = self.database.stat().st_size / 2**20
        if not samples:
            return
        before, after = part(samples, 0.3, 0.5), part(samples, 0.8, 1.0)
        found.memory_before_mb = middle(before, "memory")
        found.memory_after_mb = middle(after, "memory")
        found.memory_growth = 100 * (found.memory_after_mb / found.memory_before_mb - 1)
        found.handles_growth = middle(after, "handles") - middle(before, "handles")
        found.growth_middle_mb = growth(part(samples, 0.4, 0.7))
        found.growth_end_mb = growth(part(samples, 0.7, 1.0))
        if found.growth_middle_mb:
            found.growth_ratio = found.growth_end_mb / found.growth_middle_mb


COUNTS = {
    "p1s": "SELECT count(*) FROM incidents WHERE severity = 'P1'",
    "expired": "SELECT count(*) FROM timeline WHERE kind = 'expired'",
    "unanswered": "SELECT count(*) FROM incidents WHERE severity = 'P1' AND state = 'triggered'",
    "canaries_lost": "SELECT count(*) FROM canaries WHERE answered_at IS NULL",
}


def _number(work: Work, query: str) -> int:
    return int(work.tx.execute(text(query)).scalar_one())


def _next_due(work: Work) -> datetime | None:
    """When the next phone rings or the next wait ends."""
    found = effects.next_due(work.tx, [Lane.WAIT, Lane.PAGE])
    return min(found.values(), default=None)


def _missing_handovers(work: Work) -> int:
    """Boundaries since the start that have not exactly one row."""
    name = work.org.out_of_hours_rota
    versions, _ = work.schedule.rotas[name]
    boundaries, at = [], rota.on_duty(versions, (), START).end
    while at < work.now - MINUTE:
        boundaries.append(at)
        at = rota.on_duty(versions, (), at).end
    made = _number(work, "SELECT count(*) FROM handovers")
    return abs(len(boundaries) - made)


def _alert(
    alarm: str, fingerprint: str, title: str, *, state: AlertState = AlertState.FIRING
) -> Alert:
    return Alert(alarm=alarm, fingerprint=fingerprint, state=state, title=title)


def _body(found: list[Alert]) -> bytes:
    return b'{"alerts": [' + b'{"alarm": "an alarm", "title": "some words"}, ' * len(found) + b"]}"


@asynccontextmanager
async def _stage(folder: Path, *, alerts: int, keep: timedelta) -> AsyncIterator[Here]:
    told = example_text() + "\n".join(map(service, range(SERVICES)))
    (folder / "baton.toml").write_text(told, encoding="utf-8")
    migrate(f"sqlite:///{folder / 'baton.db'}")
    engine = open_engine(f"sqlite:///{folder / 'baton.db'}")
    with engine.write.begin() as tx:
        apply(tx, told, now=START - timedelta(days=30), by="campaign")
    engine.dispose()
    async with phones() as made:
        yield Here(folder=folder, clock=SetClock(now=START), phones=made, alerts=alerts, keep=keep)
