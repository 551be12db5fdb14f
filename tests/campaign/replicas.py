"""Three Batons on one PostgreSQL: races for the same alert, kill -9 and SIGSTOP in mid-page."""

import argparse
import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from sqlalchemy import text

from app.demo.workspace.running import Workspace
from storage.engine import open_engine
from tests.campaign.kill.company import Company
from tests.campaign.kill.phones import Phones, phones
from tests.campaign.kill.world import KEY, furnish, memory
from tests.campaign.report import Finding, at_most, exactly, told
from tests.wire.stage import MANIFEST, free_port

REPLICAS = 3
AT_ONCE = 8
"""Races that run at the same time."""
MOST_WAITING = 30
"""Senders that wait for an answer; more would only measure this machine."""
PATIENCE = 90.0
GRACE = 5.0
"""Seconds beyond the lease within which a page must have been taken over."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """`woken` of the races are P1s with a channel each: Slack lets one make 20 a minute."""

    races: int
    woken: int
    troubles: int
    lease: float
    load: float
    """P1s a second while replicas die and freeze."""


LONG = Size(races=10_000, woken=40, troubles=40, lease=10.0, load=2.0)
SHORT = Size(races=40, woken=4, troubles=3, lease=4.0, load=4.0)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--races", type=int, help=f"how many ({LONG.races:,})")
    parser.add_argument("--troubles", type=int, help=f"kills and freezes ({LONG.troubles})")
    parser.add_argument("--seed", type=int, default=1, help="of every chance in it")


def run(options: argparse.Namespace) -> Sequence[Finding]:
    size = SHORT if options.short else LONG
    size = Size(
        races=options.races or size.races,
        woken=size.woken,
        troubles=options.troubles or size.troubles,
        lease=size.lease,
        load=size.load,
    )
    return asyncio.run(_all(size, random.Random(options.seed)))


async def _all(size: Size, chance: random.Random) -> Sequence[Finding]:
    with memory("postgresql") as (url, folder):
        async with fleet(url, folder, size, chance) as here:
            found = await races(here, size)
            return [*found, *await troubles(here, size)]


@dataclass
class Replica:
    """One process, and where it listens."""

    port: int
    environment: Mapping[str, str]
    lease: float
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.crash.child", "never", str(self.lease)),
            env={**os.environ, **self.environment, "BATON_BIND": f"127.0.0.1:{self.port}"},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)


@dataclass
class Sent:
    """A P1 that was answered 2xx, and when."""

    incident: int
    at: datetime


@dataclass
class Fleet:
    """The replicas, and the world around them."""

    url: str
    replicas: list[Replica]
    workspace: Workspace
    phones: Phones
    company: Company
    http: aiohttp.ClientSession
    token: str
    chance: random.Random
    sent: list[Sent] = field(default_factory=list)

    async def post(self, replica: Replica, alarm: str) -> int | None:
        """The incident's number as the answer tells it; None when there was no 2xx."""
        body = {"alarm": alarm, "title": f"{alarm} fired", "fingerprint": alarm}
        url = f"http://127.0.0.1:{replica.port}/v1/alerts/generic"
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            async with self.http.post(url, json=body, headers=headers) as answer:
                if answer.status != 200:
                    return None
                return int((await answer.json())["incidents"][0].removeprefix("INC-"))
        except (aiohttp.ClientError, TimeoutError):
            return None

    async def post_until_taken(self, alarm: str) -> None:
        """As a sender does: to one address after the other, until one of them took it."""
        while True:
            for replica in self.chance.sample(self.replicas, len(self.replicas)):
                number = await self.post(replica, alarm)
                if number is not None:
                    self.sent.append(Sent(number, datetime.now(UTC)))
                    return
            await asyncio.sleep(0.05)

    async def listening(self) -> None:
        for each in self.replicas:
            end = time.monotonic() + PATIENCE
            while not await _is_open(each.port):
                assert time.monotonic() < end, "a replica does not listen"
                await asyncio.sleep(0.05)

    def rows(self, query: str) -> list[tuple[int, ...]]:
        """Straight from the database."""
        database = open_engine(self.url, connections=1)
        try:
            with database.read.begin() as tx:
                return [tuple(row) for row in tx.execute(text(query))]
        finally:
            database.dispose()

    async def channels(self) -> Counter[str]:
        """How many channels each incident has in Slack."""
        async with self.http.get(f"{self.workspace.url}/_workspace/state") as answer:
            state = await answer.json()
        names = [each["name"] for each in state["channels"] if each["name"].startswith("inc-")]
        return Counter(name.split("-")[1] for name in names)


async def races(here: Fleet, size: Size) -> Sequence[Finding]:
    """The same new alert to all replicas at one instant, again and again."""
    places = asyncio.Semaphore(AT_ONCE)
    refused: list[str] = []
    named: dict[str, set[int]] = {}

    async def race(number: int) -> None:
        alarm = f"Late{number}" if number < size.woken else f"Race{number}"
        async with places:
            found = await asyncio.gather(*(here.post(each, alarm) for each in here.replicas))
        refused.extend(alarm for each in found if each is None)
        named[alarm] = {each for each in found if each is not None}

    began = time.monotonic()
    await asyncio.gather(*(race(number) for number in range(size.races)))
    took = time.monotonic() - began
    await _until(lambda: _rang(here, size.woken))
    await _until(lambda: _opened(here, size.woken))
    [(incidents, alerts, doubled)] = here.rows(
        "SELECT (SELECT count(*) FROM incidents WHERE source = 'generic'),"
        " (SELECT count(*) FROM alerts WHERE source = 'generic'),"
        " (SELECT count(*) FROM (SELECT 1 FROM incidents WHERE source = 'generic'"
        " GROUP BY trouble HAVING count(*) > 1) AS twice)"
    )
    channels = await here.channels()
    return [
        told("races for the same new alert, to three replicas at once", size.races),
        told("answers a second", REPLICAS * size.races / took),
        exactly("answers other than 2xx", len(refused), 0),
        exactly("incidents", incidents, size.races),
        exactly("alerts stored", alerts, size.races),
        exactly("troubles with two incidents", doubled, 0),
        exactly("races whose answers named two", sum(len(s) > 1 for s in named.values()), 0),
        exactly("P1s with other than one channel", _other_than_one(channels, size.woken), 0),
        exactly("pages for them", len(here.phones.copies), size.woken),
    ]


async def troubles(here: Fleet, size: Size) -> Sequence[Finding]:
    """P1s without end, while one replica after the other is killed or frozen."""
    before = len(here.phones.copies)
    ended = asyncio.Event()
    sending = asyncio.create_task(_send(here, size, ended))
    try:
        counted = await _trouble(here, size)
    finally:
        ended.set()
    await sending
    await _until(lambda: _all_rang(here))
    return _of_troubles(here, size, before, counted)


async def _trouble(here: Fleet, size: Size) -> Counter[str]:
    """Kill and freeze in turn; how often each."""
    counted = Counter[str]()
    for number in range(size.troubles):
        victim = here.chance.choice(here.replicas)
        await asyncio.sleep(here.chance.uniform(0.1, 1.0))
        if number % 2:
            counted["freezes"] += 1
            victim.signal(signal.SIGSTOP)
            await asyncio.sleep(size.lease + here.chance.uniform(0.5, 2.0))
            victim.signal(signal.SIGCONT)
        else:
            counted["kills"] += 1
            victim.signal(signal.SIGKILL)
            assert victim.process is not None
            await victim.process.wait()
            await asyncio.sleep(here.chance.uniform(0, size.lease))
            await victim.start()
            await here.listening()
    return counted


def _of_troubles(here: Fleet, size: Size, before: int, counted: Counter[str]) -> Sequence[Finding]:
    copies = here.phones.copies[before:]
    first: dict[int, datetime] = {}
    for copy in copies:
        first.setdefault(copy.incident, copy.at)
    late = [(first[each.incident] - each.at).total_seconds() for each in here.sent]
    right = here.company.on_duty(datetime.now(UTC))
    return [
        told("kill -9 of a replica", counted["kills"]),
        told("replicas frozen and woken", counted["freezes"]),
        told("P1s accepted meanwhile", len(here.sent)),
        exactly("… without a page", sum(each.incident not in first for each in here.sent), 0),
        at_most("latest page after its 2xx", max(late), size.lease + GRACE, "s"),
        exactly("pages to wrong people", sum(c.phone != right for c in here.phones.copies), 0),
        at_most("extra copies", len(copies) - len(first), size.troubles),
    ]


async def _send(here: Fleet, size: Size, ended: asyncio.Event) -> None:
    number = size.woken
    async with asyncio.TaskGroup() as sending:
        waiting = set[asyncio.Task[None]]()
        while not ended.is_set():
            if len(waiting) < MOST_WAITING:
                task = sending.create_task(here.post_until_taken(f"Late{number}"))
                waiting.add(task)
                task.add_done_callback(waiting.discard)
                number += 1
            await asyncio.sleep(here.chance.expovariate(size.load))


def _other_than_one(channels: Counter[str], wanted: int) -> int:
    return abs(wanted - len(channels)) + sum(number != 1 for number in channels.values())


async def _rang(here: Fleet, wanted: int) -> bool:
    return len(here.phones.copies) >= wanted


async def _all_rang(here: Fleet) -> bool:
    rung = {copy.incident for copy in here.phones.copies}
    return all(each.incident in rung for each in here.sent)


async def _opened(here: Fleet, wanted: int) -> bool:
    return len(await here.channels()) >= wanted


async def _until(look: Callable[[], Awaitable[bool]]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if await look():
            return
        await asyncio.sleep(0.1)


async def _is_open(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@contextlib.asynccontextmanager
async def fleet(url: str, folder: Path, size: Size, chance: random.Random) -> AsyncIterator[Fleet]:
    """Replicas that listen, in a furnished world."""
    services = size.woken + int(size.load * (size.lease + 12) * size.troubles * 2) + 50
    made_at = datetime.now(UTC)
    company = Company(services=services, turn=timedelta(days=7), wait="60m", made=made_at)
    (folder / "baton.toml").write_text(company.file(), encoding="utf-8")
    async with (
        Workspace.running(manifest=MANIFEST, rate_limits=False) as workspace,
        phones(KEY, chance) as ledger,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http,
    ):
        environment = {
            "BATON_DATABASE_URL": url,
            "BATON_ORGANISATION": str(folder / "baton.toml"),
            "BATON_ADMIN_BIND": "127.0.0.1:0",
            "BATON_PUBLIC_URL": "http://127.0.0.1:1",
            "BATON_SECRET_KEY": KEY,
            "BATON_SLACK_API_URL": workspace.api_url,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": workspace.app_token,
        }
        token = furnish({**environment, "BATON_BIND": "127.0.0.1:0"}, ledger.port)
        replicas = [Replica(free_port(), environment, size.lease) for _ in range(REPLICAS)]
        here = Fleet(url, replicas, workspace, ledger, company, http, token, chance)
        try:
            await asyncio.gather(*(each.start() for each in replicas))
            await here.listening()
            yield here
        finally:
            for each in replicas:
                if each.process is not None and each.process.returncode is None:
                    each.signal(signal.SIGCONT)
                    each.signal(signal.SIGTERM)
            await asyncio.gather(*(each.process.wait() for each in replicas if each.process))
