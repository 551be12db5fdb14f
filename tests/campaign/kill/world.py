"""The world around the Baton that is killed: it outlives every one of them."""

import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from app.build import make_parts
from app.demo.workspace.running import Workspace
from app.flows.admit import Operator
from app.flows.contact import add_contact
from app.flows.intake_token import new_token
from app.organisation.apply import apply
from app.paging.targets import read_target
from app.rules.ladder import Method
from app.settings import Settings
from storage.engine import open_engine
from storage.migrate import migrate
from tests.campaign.kill.company import PEOPLE, Company
from tests.campaign.kill.people import People, Senders
from tests.campaign.kill.phones import Phones, phones
from tests.crash.nursery import Nursery
from tests.postgres import Server
from tests.wire.stage import MANIFEST, free_port

KEY = "a key for tests only and of no worth to anybody"
LEASE = "2"
"""Seconds; on PostgreSQL a dead Baton's claims are taken over after it, on SQLite at the start."""
PATIENCE = 30.0


@dataclass(repr=False)
class World:
    """`start`, `kill` and `start` again; `kills` are the instants at which one died."""

    company: Company
    workspace: Workspace
    phones: Phones
    senders: Senders
    people: People
    environment: Mapping[str, str]
    nursery: Nursery
    folder: Path
    port: int
    marks: tuple[str, ...]
    kills: list[datetime] = field(default_factory=list)
    pid: int | None = None

    async def start(self) -> float:
        """A Baton out of the nursery; returns when (monotonic), at once."""
        began = time.monotonic()
        self.pid = await self.nursery.start(
            ["never", LEASE, "unhurried", *self.marks], self.environment, log=self.folder / "log"
        )
        return began

    async def kill(self) -> None:
        """SIGKILL, from outside, wherever it is just now."""
        assert self.pid is not None
        os.kill(self.pid, signal.SIGKILL)
        self.kills.append(datetime.now(UTC))
        code = await self.nursery.ended(self.pid)
        assert code == -signal.SIGKILL, f"it had ended by itself, with {code}; see {self.log_tail}"
        self.pid = None

    async def stop(self) -> None:
        """SIGTERM, and everything ends in its own time."""
        if self.pid is not None:
            os.kill(self.pid, signal.SIGTERM)
            await self.nursery.ended(self.pid)
            self.pid = None

    @contextlib.asynccontextmanager
    async def cold(self) -> "AsyncIterator[float]":
        """The command itself, with all its imports, for the block; then it is killed, too."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app", "run"),
            env={**os.environ, **self.environment, **self._compiled},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            yield time.monotonic()
        finally:
            process.kill()
            self.kills.append(datetime.now(UTC))
            await process.wait()

    @property
    def _compiled(self) -> Mapping[str, str]:
        """As on any machine where Baton has run before: what it imports is compiled."""
        return {
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self.folder / "compiled"),
        }

    async def listens(self) -> None:
        """Until its port is open."""
        end = time.monotonic() + PATIENCE
        while not await _is_open(self.port):
            assert time.monotonic() < end, f"it does not listen; {self.log_tail}"
            await asyncio.sleep(0.005)

    @property
    def log_tail(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")[-2000:]


@contextlib.asynccontextmanager
async def world(
    database_url: str,
    folder: Path,
    *,
    services: int,
    more: int,
    seed: int,
    marks: tuple[str, ...] = (),
) -> AsyncIterator[World]:
    """A world with an empty, furnished Baton in it that was not started yet.

    `more` services are there of which the senders send nothing by themselves.
    """
    chance, port = random.Random(seed), free_port()
    address = f"http://127.0.0.1:{port}"
    company = Company(
        services=services + more, turn=timedelta(seconds=10), wait="6s", made=datetime.now(UTC)
    )
    (folder / "baton.toml").write_text(company.file(), encoding="utf-8")
    async with (
        Workspace.running(manifest=MANIFEST, rate_limits=False) as workspace,
        phones(KEY, chance) as ledger,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http,
    ):
        environment = {
            "BATON_DATABASE_URL": database_url,
            "BATON_ORGANISATION": str(folder / "baton.toml"),
            "BATON_BIND": f"127.0.0.1:{port}",
            "BATON_ADMIN_BIND": "127.0.0.1:0",
            "BATON_PUBLIC_URL": address,
            "BATON_SECRET_KEY": KEY,
            "BATON_SLACK_API_URL": workspace.api_url,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": workspace.app_token,
        }
        token = furnish(environment, ledger.port)
        url = f"{address}/v1/alerts/generic"
        made = World(
            company=company,
            workspace=workspace,
            phones=ledger,
            senders=Senders(http, url, token, services, chance),
            people=People(http, address, chance),
            environment=environment,
            nursery=await Nursery.opened(),
            folder=folder,
            port=port,
            marks=marks,
        )
        ledger.heard = made.people.hear
        try:
            yield made
        finally:
            made.senders.tasks.cancel()
            made.people.tasks.cancel()
            await made.nursery.close()


def furnish(environment: Mapping[str, str], phones: int) -> str:
    """What an operator does on the command line before the first start; the intake token."""
    settings = Settings.read(environment)
    url = settings.database_url.reveal()
    migrate(url)
    database = open_engine(url)
    parts = make_parts(settings, database)
    with database.write.begin() as tx:
        text = settings.organisation.read_text(encoding="utf-8")
        apply(tx, text, now=parts.kit.clock(), by="campaign")
    for name in PEOPLE:
        target = read_target(Method.PUSH, f"ntfy://127.0.0.1:{phones}/{name}", trusted=True)
        person = f"{name}@acme.test"
        parts.kit.do_now(
            add_contact,
            None,
            person,
            method=Method.PUSH,
            target=target,
            seal=parts.seal,
            by=Operator(),
        )
    token = parts.kit.do_now(new_token, None, "generic")
    parts.kit.close()
    database.dispose()
    return token


@contextlib.contextmanager
def memory(kind: str) -> Iterator[tuple[str, Path]]:
    """An empty database of its own, SQLite or PostgreSQL, and a folder, until the block's end."""
    with tempfile.TemporaryDirectory(prefix="baton-kill-") as name:
        folder = Path(name)
        if kind == "sqlite":
            yield f"sqlite:///{folder / 'baton.db'}", folder
            return
        server = Server(Path(tempfile.mkdtemp(prefix="baton-pg-")))
        server.create()
        server.start()
        try:
            yield server.create_database("baton"), folder
        finally:
            server.remove()


async def _is_open(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
