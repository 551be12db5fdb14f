"""The replicas, each a process out of the nursery, and the world around them."""

import asyncio
import contextlib
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from sqlalchemy import text

from app.demo.workspace.running import Workspace
from storage.engine import open_engine
from tests.campaign.kill.company import Company
from tests.campaign.kill.phones import Phones, phones
from tests.campaign.kill.world import KEY, furnish
from tests.campaign.replicas.balancer import Balancer
from tests.crash.nursery import Nursery
from tests.wire.stage import MANIFEST, free_port

REPLICAS = 3
PATIENCE = 90.0


@dataclass(frozen=True, kw_only=True)
class Size:
    """`woken` of the races are P1s with a channel each: Slack lets one make 20 a minute."""

    races: int
    woken: int
    troubles: int
    lease: float
    load: float
    """P1s a second while replicas die, freeze and end."""

    @property
    def services(self) -> int:
        """More than the load can need; each P1 has one of its own."""
        return self.woken + int(self.load * (self.lease + 4) * self.troubles) + 50


@dataclass
class Replica:
    """One process, and where it listens."""

    port: int
    environment: Mapping[str, str]
    lease: float
    nursery: Nursery
    log: Path
    pid: int | None = None

    async def start(self) -> None:
        own = {**self.environment, "BATON_BIND": f"127.0.0.1:{self.port}"}
        self.pid = await self.nursery.start(["never", str(self.lease)], own, log=self.log)

    def signal(self, number: int) -> None:
        assert self.pid is not None
        os.kill(self.pid, number)

    async def ended(self) -> int:
        """Its exit code, once it has ended."""
        assert self.pid is not None
        code = await self.nursery.ended(self.pid)
        self.pid = None
        return code

    async def listening(self) -> None:
        end = time.monotonic() + PATIENCE
        while not await _is_open(self.port):
            assert time.monotonic() < end, f"a replica does not listen; {self.told()[-2000:]}"
            await asyncio.sleep(0.02)

    def told(self) -> str:
        return self.log.read_text(encoding="utf-8")


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
    mode: str
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

    async def type(self, who: str, command: str) -> bool:
        """A slash command of somebody in Slack; True when it was answered."""
        word, _, rest = command.partition(" ")
        body = {"user": who, "channel": "engineering", "command": word, "text": rest}
        url = f"{self.workspace.url}/_workspace/act/command"
        async with self.http.post(url, json=body) as answer:
            return bool((await answer.json()).get("ok"))

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

    def told(self, words: str) -> int:
        """How often the replicas wrote this to their logs."""
        return sum(each.told().count(words) for each in self.replicas)


@contextlib.asynccontextmanager
async def fleet(
    url: str, folder: Path, size: Size, chance: random.Random, *, mode: str
) -> AsyncIterator[Fleet]:
    """Replicas that listen, in a furnished world. In mode `http` Slack sends its requests to a
    balancer before them; in mode `socket` each has connections of its own."""
    week, made_at = timedelta(days=7), datetime.now(UTC)
    company = Company(services=size.services, turn=week, wait="60m", made=made_at)
    (folder / "baton.toml").write_text(company.file(), encoding="utf-8")
    async with (
        Balancer.serving() as balancer,
        Workspace.running(
            manifest=MANIFEST,
            rate_limits=False,
            push=f"{balancer.url}/slack/events" if mode == "http" else "",
        ) as workspace,
        phones(KEY, chance) as ledger,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http,
        _nursery() as nursery,
    ):
        environment = _environment(url, folder, workspace, mode)
        token = furnish({**environment, "BATON_BIND": "127.0.0.1:0"}, ledger.port)
        replicas = [
            Replica(free_port(), environment, size.lease, nursery, folder / f"log-{number}")
            for number in range(REPLICAS)
        ]
        balancer.ports = [each.port for each in replicas]
        await asyncio.gather(*(each.start() for each in replicas))
        await asyncio.gather(*(each.listening() for each in replicas))
        yield Fleet(url, replicas, workspace, ledger, company, http, token, chance, mode)


def _environment(url: str, folder: Path, workspace: Workspace, mode: str) -> dict[str, str]:
    way_in = (
        {"SLACK_SIGNING_SECRET": workspace.signing_secret}
        if mode == "http"
        else {"SLACK_APP_TOKEN": workspace.app_token}
    )
    return {
        "BATON_DATABASE_URL": url,
        "BATON_ORGANISATION": str(folder / "baton.toml"),
        "BATON_ADMIN_BIND": "127.0.0.1:0",
        "BATON_PUBLIC_URL": "http://127.0.0.1:1",
        "BATON_SECRET_KEY": KEY,
        "BATON_SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        **way_in,
    }


@contextlib.asynccontextmanager
async def _nursery() -> AsyncIterator[Nursery]:
    """It kills whoever lives when it closes, frozen or not."""
    opened = await Nursery.opened()
    try:
        yield opened
    finally:
        await opened.close()


async def _is_open(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
