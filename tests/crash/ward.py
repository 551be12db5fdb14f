"""A Baton as a process of its own, which dies and is started again, in a world that stays."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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
from tests.crash.company import PEOPLE, organisation
from tests.crash.nursery import Born, Nursery
from tests.wire.stage import MANIFEST, free_port

ROOT = Path(__file__).parents[2]
LEASE = "2"
PATIENCE = 40.0
COMPILES = {"PYTHONDONTWRITEBYTECODE": ""}
"""An older tree is a temporary one: what its first process compiled is there for the next."""
KEY = "a key for tests only and of no worth to anybody"


@dataclass(repr=False)
class Ward:
    """The world around a Baton: its workspace, phones and database outlive it."""

    workspace: Workspace
    http: aiohttp.ClientSession
    environment: Mapping[str, str]
    port: int
    token: str
    folder: Path
    nursery: Nursery
    process: asyncio.subprocess.Process | Born | None = None

    async def start(self, point: str = "never", *marks: str, code: Path = ROOT) -> None:
        """Start a Baton that dies at `point`; ready when its intake answers.

        `code` is the tree that it is made of: an older version, for example. `marks` are the
        child's; what this tree's logs is in `log`.
        """
        if code == ROOT:
            given = [point, LEASE, *marks]
            self.process = await self.nursery.born(given, self.environment, log=self.log)
        else:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.crash.child", point, LEASE, *marks),
                env={**os.environ, **self.environment, **COMPILES},
                cwd=code,
                stderr=asyncio.subprocess.DEVNULL,
            )
        await self.until(self._listens)

    @property
    def log(self) -> Path:
        """What it logged, in all of its lives."""
        return self.folder / "baton.log"

    def beside(self) -> "Ward":
        """A place for a second Baton on the same database, with a port of its own."""
        port = free_port()
        own = {
            "BATON_BIND": f"127.0.0.1:{port}",
            "BATON_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        return replace(self, port=port, environment={**self.environment, **own}, process=None)

    async def kill(self) -> None:
        """SIGKILL, from outside."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def died(self) -> None:
        """Wait until it has killed itself."""
        assert self.process is not None
        code = await asyncio.wait_for(self.process.wait(), PATIENCE)
        assert code == -signal.SIGKILL, f"it ended with {code} and not by its own hand"

    async def froze(self) -> None:
        """Wait until it has stopped itself."""
        assert self.process is not None
        state = Path(f"/proc/{self.process.pid}/stat")

        async def is_stopped() -> bool:
            return state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "T"

        await self.until(is_stopped)

    def wake(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await asyncio.wait_for(self.process.wait(), PATIENCE)

    async def send(self, fingerprint: str = "one", **more: str) -> bool:
        """Send the alert as a sender would; True when it was answered 2xx."""
        return await self.status(fingerprint, **more) == 200

    async def status(self, fingerprint: str = "one", **more: str) -> int:
        """What the sender is answered; 0 for no answer."""
        body = {"alarm": "EltLate", "title": "Nightly load is late", "fingerprint": fingerprint}
        try:
            async with self.http.post(
                f"http://127.0.0.1:{self.port}/v1/alerts/generic",
                json={**body, **more},
                headers={"Authorization": f"Bearer {self.token}"},
            ) as answer:
                if answer.status == 503:
                    assert answer.headers["Retry-After"], "a sender is told to repeat it"
                return answer.status
        except aiohttp.ClientError:
            return 0

    async def send_until_taken(self) -> None:
        await self.until(self.send)

    async def send_nonsense(self) -> bool:
        """Send what nobody can read; True when it was kept."""
        url = f"http://127.0.0.1:{self.port}/v1/alerts/generic"
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            async with self.http.post(url, data=b"\x00 no JSON", headers=headers) as answer:
                return answer.status == 202
        except aiohttp.ClientError:
            return False

    async def acknowledge(self, act: str = "acknowledge") -> bool:
        """Press a button on Chi's phone; True when the answer came."""
        pages = await self.phone("chi")
        link = pages[0]["actions"][0]["url"] if pages[0].get("actions") else pages[0]["click"]
        # One of several processes rang; their public address leads to any that lives.
        link = f"http://127.0.0.1:{self.port}{urlsplit(link).path}"
        try:
            async with self.http.post(link, data={"act": act}) as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def phone(self, handle: str) -> list[Mapping[str, Any]]:
        return list((await self.state())["phones"].get(handle, []))

    async def rung(self) -> Counter[str]:
        """How often each phone rang."""
        phones = (await self.state())["phones"]
        return Counter({handle: len(pages) for handle, pages in phones.items() if pages})

    async def posts(self) -> Counter[str]:
        """How often each of our posts stands in Slack, by the key in its metadata."""
        found: Counter[str] = Counter()
        for channel in (await self.state())["channels"]:
            for message in channel["messages"]:
                key = (message.get("metadata") or {}).get("event_payload", {}).get("key")
                if key:
                    found[key] += 1
        return found

    async def channels(self) -> list[str]:
        state = await self.state()
        return [each["name"] for each in state["channels"] if each["name"].startswith("inc-")]

    async def state(self) -> Mapping[str, Any]:
        async with self.http.get(f"{self.workspace.url}/_workspace/state") as answer:
            told: Mapping[str, Any] = await answer.json()
            return told

    async def until(self, look: Any, *, within: float = PATIENCE) -> Any:
        """Wait until an async look gives something true."""
        end = asyncio.get_running_loop().time() + within
        while not (found := await look()):
            assert asyncio.get_running_loop().time() < end, f"not within {within} s: {look}"
            await asyncio.sleep(0.05)
        return found

    async def _listens(self) -> bool:
        try:
            async with self.http.get(f"http://127.0.0.1:{self.port}/") as answer:
                return answer.status == 404
        except aiohttp.ClientError:
            assert self.process is not None
            return self.process.returncode is not None


@contextlib.asynccontextmanager
async def ward(
    nursery: Nursery,
    database_url: str,
    folder: Path,
    *,
    wait: str = "3s",
    turn: str = "1w",
    change: Mapping[str, str] | None = None,
    code: Path = ROOT,
) -> AsyncIterator[Ward]:
    """A world with an empty Baton in it, not started yet: organisation, phones and a token.

    `change` edits the organisation file; `code` is the tree whose commands furnish it.
    """
    port, text = free_port(), organisation(wait=wait, turn=turn)
    for old, new in (change or {}).items():
        assert old in text, old
        text = text.replace(old, new)
    (folder / "baton.toml").write_text(text, encoding="utf-8")
    async with (
        Workspace.running(manifest=MANIFEST, rate_limits=False) as workspace,
        aiohttp.ClientSession() as http,
    ):
        environment = {
            "BATON_DATABASE_URL": database_url,
            "BATON_ORGANISATION": str(folder / "baton.toml"),
            "BATON_BIND": f"127.0.0.1:{port}",
            "BATON_ADMIN_BIND": "127.0.0.1:0",
            "BATON_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "BATON_SECRET_KEY": KEY,
            "BATON_SLACK_API_URL": workspace.api_url,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": workspace.app_token,
        }
        token = furnish(environment, workspace.url.removeprefix("http://"), code=code)
        made = Ward(workspace, http, environment, port, token, folder, nursery)
        try:
            yield made
        finally:
            await made.stop()


def furnish(environment: Mapping[str, str], phones: str, *, code: Path) -> str:
    """The intake token; an older version furnishes its own database."""
    if code == ROOT:
        return _furnish(environment, phones)
    order = "import json, sys; from tests.crash.ward import _furnish as furnish; "
    order += "print(furnish(json.loads(sys.argv[1]), sys.argv[2]))"
    done = subprocess.run(
        [sys.executable, "-c", order, json.dumps(environment), phones],
        env={**os.environ, **COMPILES},
        cwd=code,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def _furnish(environment: Mapping[str, str], phones: str) -> str:
    """What an operator does on the command line before the first start; the intake token."""
    settings = Settings.read(environment)
    database = open_engine(settings.database_url.reveal())
    with database.write.begin() as tx:
        text = settings.organisation.read_text(encoding="utf-8")
        parts = make_parts(settings, database)
        apply(tx, text, now=parts.kit.clock(), by="test")
    for name in PEOPLE:
        target = read_target(Method.PUSH, f"ntfy://{phones}/phone-{name}", trusted=True)
        parts.kit.do_now(
            add_contact,
            None,
            f"{name}@acme.test",
            method=Method.PUSH,
            target=target,
            seal=parts.seal,
            by=Operator(),
        )
    token = parts.kit.do_now(new_token, None, "generic")
    parts.kit.close()
    database.dispose()
    return token
