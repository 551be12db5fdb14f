"""Everything the machine moves: a database, replicas, phones, Slack, a clock, a company."""

import asyncio
import functools
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

from app.chat.client import Account
from app.flows.admit import Operator
from app.flows.contact import add_contact
from app.flows.hand_over import plan_handover
from app.flows.know_people import know_people
from app.flows.slack_is_back import slack_is_back
from app.flows.standing import StandingOrders
from app.organisation import apply as applying
from app.organisation.apply import apply
from app.paging.targets import Target
from app.rules.ladder import Method
from storage.effects import Lane
from storage.engine import open_engine
from storage.migrate import migrate
from storage.tables import metadata
from tests.campaign.machine.eye import Eye, instant
from tests.campaign.machine.memory import in_memory
from tests.campaign.machine.replica import PHONES, SEAL, SLACK, Replica, Speech, parse, read_once
from tests.campaign.machine.town import EVERYBODY, START, File, Town, alias, guise, mail
from tests.campaign.machine.wire import (
    Heard,
    Mode,
    Phones,
    Slack,
    Wire,
    Workspace,
    phone_trouble,
    slack_trouble,
)
from tests.kit import account

REPLICAS = 2
LEASE = timedelta(seconds=10)
"""Nobody else begins what somebody speaks for so long (reliability.md 2.4)."""
SKEW = timedelta(milliseconds=300)
"""How far the replicas' clocks are apart; they go by the database's."""
ROOMS = ("engineering", "on-call", "data-infra", "web")
WAYS = (Method.PUSH, Method.VOICE)
"""What everybody has at the start; the voice follows a minute later."""


class Broken(AssertionError):
    """An invariant does not hold."""


def hold(holds: bool, law: str, *about: object) -> None:
    if not holds:
        raise Broken(f"{law}: {' '.join(map(_plain, about))}")


def _plain(value: object) -> str:
    return str(dict(value)) if isinstance(value, sqlite3.Row) else str(value)


@contextmanager
def remembering() -> Iterator[None]:
    """`apply` reads each file once, as the replicas do."""
    with mock.patch.object(applying, "read", lambda text, source: read_once(text)):
        yield


class Place:
    """The database of a run of the machine, put back to its beginning for each example: one in
    memory, or the one at `url` through Baton's own engine."""

    def __init__(self, url: str | None = None) -> None:
        self._live: sqlite3.Connection | None = None
        if url is None:
            self._live = _migrated()
            self.database = in_memory(self._live)
        else:
            self.database = open_engine(url, connections=3)
        self.eye = Eye(self.database, self._live)
        self.loop = asyncio.new_event_loop()
        self.now = START
        self.replicas = [
            Replica(self.database, clock=lambda: self.now, skew=number * SKEW, loop=self.loop)
            for number in range(REPLICAS)
        ]
        self._furnish()
        self._template: sqlite3.Connection | None = None
        if self.database.dialect == "sqlite":
            self._template = sqlite3.connect(":memory:")
            with self._file() as live:
                live.backup(self._template)

    def reset(self) -> None:
        """As on the first day."""
        self.now = START
        for replica in self.replicas:
            replica.crash()
        self.eye.forget()
        if self._template is not None:
            with self._file() as live:
                self._template.backup(live)
            return
        with self.database.write.begin() as tx:
            # The audit log takes no changes; its guard is set aside for this once.
            tx.exec_driver_sql("SET LOCAL session_replication_role = replica")
            names = ", ".join(table.name for table in metadata.sorted_tables)
            tx.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
        self._furnish()

    def close(self) -> None:
        for replica in self.replicas:
            replica.crash()
            replica.kit.close()
        self.eye.close()
        self.database.dispose()
        self.loop.close()

    @contextmanager
    def _file(self) -> Iterator[sqlite3.Connection]:
        if self._live is not None:
            yield self._live
        else:
            with closing(sqlite3.connect(str(self.database.path))) as live:
                yield live

    def _furnish(self) -> None:
        with self.database.write.begin() as tx:
            apply(tx, File().text(), now=START + guise.shift, by="machine")
        kit = self.replicas[0].kit
        kit.orders = StandingOrders(parse)
        people = [account(alias(name)) for name in EVERYBODY]
        people += [account("gus", guest=True), account("dot", deactivated=True)]
        kit.do_now(know_people, None, people)
        kit.do_now(plan_handover, None)  # the first tick
        for name in EVERYBODY:
            for method in WAYS:
                target = Target(url=f"phone:{mail(name)}:{method}", hint="…01")
                kit.do_now(
                    add_contact, None, mail(name), method=method, target=target, seal=SEAL,
                    by=Operator(),
                )  # fmt: skip


@functools.cache
def _empty() -> bytes:
    """A database with nothing in it but its tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "baton.db"
        migrate(f"sqlite:///{path}")
        with closing(sqlite3.connect(path)) as made:
            return made.serialize()


def _migrated() -> sqlite3.Connection:
    live = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    live.deserialize(_empty())
    live.execute("PRAGMA foreign_keys = ON")
    return live


class World:
    """One example's course; `step` counts what was done in it."""

    def __init__(self, place: Place, *, slack: bool = True) -> None:
        place.reset()
        self.place = place
        self.eye = place.eye
        self.step = 0
        self.town = Town()
        self.town.apply(File(), START)
        self.latest = START
        """The latest instant that any clock ever showed."""
        self.drift = timedelta(0)
        """How far clocks were set back, in all: waits are that much longer."""
        self.phones = Wire(lambda: place.now, phone_trouble)
        self.slack = Wire(lambda: place.now, slack_trouble)
        self.away: set[str] = set()
        self.workspace = Workspace(ROOMS, self._accounts)
        self.heard: list[Heard] = []
        self.speeches: dict[int, list[Speech]] = defaultdict(list)
        self._rounds = 0
        self.broken: list[Broken] = []
        self.open: list[Speech] = []
        self.said: set[tuple[int, int]] = set()
        """Effects with the fence under which they were said."""
        self.last_beat: datetime | None = None
        self.with_slack = slack
        self._ring = Phones(self.phones, self._rings)
        for replica in self.replicas:
            self.start(replica)

    @property
    def now(self) -> datetime:
        return self.place.now

    @property
    def replicas(self) -> list[Replica]:
        return self.place.replicas

    @property
    def awake(self) -> list[Replica]:
        return [each for each in self.replicas if each.awake]

    def start(self, replica: Replica) -> None:
        chat = Slack(self.workspace, self.slack, replica) if self.with_slack else None
        replica.start(self, self._ring.of(replica), chat)

    def thaw(self, replica: Replica, mode: Mode) -> None:
        """It goes on where it stood, and hears what became of its calls."""
        replica.frozen = False
        for wire in (self.phones, self.slack):
            for call in list(wire.hanging):
                if call.replica is replica and not call.answered.done():
                    call.answered.set_result(mode)
        replica.settle()

    # ── what is seen of the replicas ──────────────────────────────────────────────────────────
    def begins(self, speech: Speech) -> None:
        """Nobody begins what somebody else speaks under a lease, or what is said and recorded."""
        before = self.speeches[speech.effect.id]
        for other in before:
            self.must_hold(
                other.end is not None
                or not other.replica.awake
                or other.since + LEASE <= speech.since + 2 * SKEW,
                "I13: two speak one effect at once",
                speech.effect.key,
            )
        before.append(speech)
        self.open.append(speech)

    def must_hold(self, holds: bool, law: str, *about: object) -> None:
        """`hold` for whoever is called by Baton, which survives what goes wrong there."""
        try:
            hold(holds, law, *about)
        except Broken as broken:
            self.broken.append(broken)

    def ends(self, speech: Speech) -> None:
        self.open.remove(speech)
        if speech.end == "said":
            self.said.add((speech.effect.id, speech.effect.fence))

    def _rings(self, key: str, person: str, method: Method, done: bool, repeat: bool) -> None:
        self._must_ring(key, person)
        told = Heard(
            step=self.step,
            at=self.now,
            key=key,
            person=person,
            method=method,
            heard=done,
            repeat=repeat,
        )
        self.heard.append(told)

    def _must_ring(self, key: str, person: str) -> None:
        """I4: no attempt is started for an escalation that was answered before. An offer may end
        without an answer while it rings: the incident expires, or the pager moves on."""
        if not key.startswith("ring:"):
            return
        [row] = self.eye.rows(
            "SELECT p.person, p.state, e.state AS escalation, e.boundary, i.state AS incident"
            " FROM pages p"
            " JOIN escalations e ON e.id = p.escalation JOIN incidents i ON i.id = p.incident"
            f" WHERE p.id = {int(key.split(':')[1])}"
        )
        self.must_hold(row["person"] == person, "I7: somebody else's phone rang", key, person)
        ringing = row["state"] == row["escalation"] == "ringing"
        offered = row["boundary"] is not None and row["escalation"] == "ended"
        wanted = (ringing or offered) and row["incident"] in OPEN
        self.must_hold(wanted, "I4: rung after the answer", key, row)

    # ── time ──────────────────────────────────────────────────────────────────────────────────
    def forward(self, to: datetime) -> None:
        """Time passes, and whoever waits for an answer gives up when it is time."""
        asleep = [each for each in self.replicas if not each.awake]
        for wire in (self.phones, self.slack):
            for call in sorted(wire.overdue(to, asleep), key=lambda each: each.since):
                self.place.now = max(self.now, call.since + timedelta(seconds=5))
                if not call.answered.done():
                    call.answered.set_result(Mode.LOST)
                    self.replicas[0].settle()
        self.place.now = max(to, self.now)
        self.latest = max(self.latest, self.now + SKEW)

    def back(self, by: timedelta) -> None:
        """The clock is set back. How long somebody has been speaking is no matter of the clock:
        whoever waits for an answer gives up when so much time has passed (app.flows.elapsed)."""
        self.place.now -= by
        self.drift += by
        for wire in (self.phones, self.slack):
            for call in wire.hanging:
                call.since -= by
        for speech in self.open:
            speech.since -= by

    def next_due(self, *lanes: Lane) -> datetime | None:
        """When the next thing of these lanes, or of any, is to be done."""
        names = ", ".join(f"'{lane}'" for lane in lanes or self._lanes)
        [row] = self.eye.rows(
            "SELECT min(CASE WHEN outcome = 'claimed' THEN lease_until ELSE due END) AS due"
            f" FROM effects WHERE lane IN ({names}) AND outcome IN ('due', 'unknown', 'claimed')"
        )
        return instant(row["due"]) if row["due"] else None

    # ── the end ───────────────────────────────────────────────────────────────────────────────
    def mend(self) -> None:
        """All faults off: everything runs, answers and is listened to."""
        self.phones.mode = self.slack.mode = Mode.UP
        for wire in (self.phones, self.slack):
            for call in wire.hanging:
                if not call.answered.done():
                    call.answered.set_result(Mode.LOST)
        for replica in self.replicas:
            replica.frozen = False
        self.replicas[0].settle()
        for replica in self.replicas:
            if not replica.alive:
                self.start(replica)
        if self.with_slack:
            self.replicas[0].do(slack_is_back)

    def serve(self) -> bool:
        """One round of everything that is due now, by each replica in turn; False when there was
        nothing."""
        self._rounds += 1
        replica = self.awake[self._rounds % len(self.awake)]
        replica.tick()
        done = 0
        for lane in self._lanes:
            due = self.next_due(lane)
            if due is not None and due <= self.now:
                done += replica.answer_waits() if lane is Lane.WAIT else replica.take(lane)
        return bool(done)

    @property
    def _lanes(self) -> Sequence[Lane]:
        return (Lane.WAIT, *PHONES, *(SLACK if self.with_slack else ()))

    def _accounts(self) -> list[Account]:
        found = [account(alias(name), deactivated=name in self.away) for name in EVERYBODY]
        return [*found, account("gus", guest=True), account("dot", deactivated=True)]


OPEN = ("triggered", "acknowledged")
