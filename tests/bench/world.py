"""Baton as a process of its own, as a user starts it, with a workspace, phones and a database."""

import asyncio
import contextlib
import os
import re
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from app.build import make_parts
from app.flows.admit import Operator
from app.flows.contact import add_contact
from app.flows.intake_token import new_token
from app.organisation.apply import apply
from app.paging.targets import read_target
from app.rules.ladder import Method
from app.settings import Settings
from storage.engine import open_engine
from storage.migrate import migrate
from tests.bench.sink import Sink, sink
from tests.bench.wire import Line
from tests.crash.company import PEOPLE, organisation
from tests.wire.stage import MANIFEST, free_port

PATIENCE = 30.0
KEY = "a key for tests only and of no worth to anybody"


@dataclass
class World:
    """A prepared place; `start` starts Baton in it."""

    environment: dict[str, str]
    port: int
    admin: int
    token: str
    sink: Sink
    slack: str
    http: aiohttp.ClientSession
    process: asyncio.subprocess.Process | None = None
    numbers: list[int] = field(default_factory=lambda: [0])

    def next_service(self) -> int:
        """A service that had no trouble yet."""
        self.numbers[0] += 1
        return self.numbers[0] - 1

    def line(self) -> Line:
        return Line(self.port, self.token)

    async def start(self) -> float:
        """Start Baton; returns when (monotonic), at once."""
        started = time.monotonic()
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app", "run"),
            env={**os.environ, **self.environment},
            stderr=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
        )
        return started

    async def ready(self) -> float:
        """When /readyz first says so."""
        return await self._once(self.admin, "/readyz")

    async def takes_alerts(self, body: Any) -> float:
        """When an alert is first answered 2xx."""
        return await self._once(self.port, "/v1/alerts/generic", body)

    async def _once(self, port: int, path: str, body: Any = None) -> float:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                async with Line(port, self.token) as line:
                    status = await (line.post(path, body) if body else line.get(path))
                    if status < 300:
                        return time.monotonic()
            assert self.process is None or self.process.returncode is None, "Baton ended"
            await asyncio.sleep(0.005)
        raise AssertionError(f"{path} was not well within {PATIENCE} s")

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await asyncio.wait_for(self.process.wait(), PATIENCE)

    async def lever(self, verb: str, what: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        async with self.http.request(verb, f"{self.slack}/_workspace/{what}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            told: Mapping[str, Any] = await answer.json()
            return told

    def memory(self) -> float:
        """Baton's resident memory in MB."""
        assert self.process is not None
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


@contextlib.asynccontextmanager
async def world(folder: Path, *, services: int = 200) -> AsyncIterator[World]:
    """A workspace in a process of its own, an empty database, phones that lead to the sink."""
    folder.mkdir(parents=True, exist_ok=True)
    file, port, admin = folder / "baton.toml", free_port(), free_port()
    file.write_text(company(services), encoding="utf-8")
    async with _workspace() as told, sink() as phones, aiohttp.ClientSession() as http:
        environment = {
            "BATON_DATABASE_URL": f"sqlite:///{folder / 'baton.db'}",
            "BATON_ORGANISATION": str(file),
            "BATON_BIND": f"127.0.0.1:{port}",
            "BATON_ADMIN_BIND": f"127.0.0.1:{admin}",
            "BATON_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "BATON_SECRET_KEY": KEY,
            "BATON_SLACK_API_URL": f"{told['address']}/api/",
            "SLACK_BOT_TOKEN": told["SLACK_BOT_TOKEN"],
            "SLACK_APP_TOKEN": told["SLACK_APP_TOKEN"],
        }
        made = World(
            environment=environment,
            port=port,
            admin=admin,
            token=_furnish(environment, phones.port),
            sink=phones,
            slack=told["address"],
            http=http,
        )
        try:
            yield made
        finally:
            await made.stop()


def company(services: int) -> str:
    """A small company with many services; a firing of each is a P1 of its own."""
    return organisation(wait="60m") + "\n".join(
        f"""
[[service]]
id = "loader-{n}"
name = "Loader {n}"
team = "data-infra"

[[service.sla]]
id = "fresh-{n}"
text = "fresh by 07:00"
core = true

[[alarm]]
key = "Late{n}"
service = "loader-{n}"
threatens = "fresh-{n}"
runbook = "https://runbooks.acme.test/late"
action = "Restart it"
proposed_by = "chi@acme.test"
approved_by = "mia@acme.test"
"""
        for n in range(services)
    )


@contextlib.asynccontextmanager
async def _workspace() -> AsyncIterator[dict[str, str]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app", "workspace", "--port", "0"),
        *("--manifest", str(MANIFEST)),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        welcome = (await asyncio.wait_for(process.stdout.readuntil(b"Press"), PATIENCE)).decode()
        told = dict(re.findall(r"(SLACK_\w+) +(\S+)", welcome))
        address = re.search(r"open: (\S+)", welcome)
        assert address is not None, welcome
        yield {**told, "address": address[1]}
    finally:
        process.terminate()
        await process.wait()


def _furnish(environment: Mapping[str, str], phones: int) -> str:
    """What an operator does on the command line before the first start; the intake token."""
    settings = Settings.read(environment)
    migrate(settings.database_url.reveal())
    database = open_engine(settings.database_url.reveal())
    parts = make_parts(settings, database)
    with database.write.begin() as tx:
        text = settings.organisation.read_text(encoding="utf-8")
        apply(tx, text, now=parts.kit.clock(), by="bench")
    for name in PEOPLE:
        target = read_target(Method.PUSH, f"ntfy://127.0.0.1:{phones}/{name}", trusted=True)
        person = f"{name}@acme.test"
        how: dict[str, Any] = {"method": Method.PUSH, "target": target, "seal": parts.seal}
        parts.kit.do_now(add_contact, None, person, by=Operator(), **how)
    token = parts.kit.do_now(new_token, None, "generic")
    parts.kit.close()
    database.dispose()
    return token
