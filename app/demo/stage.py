"""The demo's stage: Acme's workspace, Baton on SQLite against it, and a phone for everybody."""

import asyncio
import contextlib
import json
import logging
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from app import build
from app.build import Baton
from app.chat.limits import Limits
from app.demo.cast import PAGED, workspace_of
from app.demo.company import LIVED_WITH, Company, company_at
from app.demo.hands import Hands
from app.demo.workspace import saved
from app.demo.workspace.manifest import read_manifest
from app.demo.workspace.running import Workspace
from app.flows.admit import Operator
from app.flows.contact import add_contact
from app.flows.hand_over import plan_handover
from app.flows.intake_token import new_token
from app.flows.kit import host_clock
from app.flows.work import Work
from app.organisation.apply_file import apply_file
from app.paging.targets import read_target
from app.rules.ladder import Method
from app.settings import Settings
from storage import effects
from storage.effects import Lane, Outcome

log = logging.getLogger("baton.demo")

HOST = "127.0.0.1"
DEMO = Operator(name="demo")
MANIFEST = Path(__file__).parents[2] / "manifest.yml"
PHONE = "ntfy://{host}/phone-{name}"
CALM_WITHIN = 15.0
"""Seconds after which the stage goes on although something is still being said."""


@dataclass
class Stage:
    """Everything that runs. Baton and the workspace share one clock, which can be moved."""

    folder: Path
    company: Company
    workspace: Workspace
    baton: Baton
    hands: Hands

    @property
    def file(self) -> Path:
        return self.folder / "baton.toml"

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.workspace.world.clock.now(), UTC)

    async def move_to(self, at: datetime) -> None:
        """Move the shared clock on to `at`, and stop on the way wherever something is due."""
        while True:
            await self.calm()
            left = at - self.now()
            if left <= timedelta(0):
                return
            due = await self.baton.parts.kit.read(_next_due)
            if due is not None and due < at:
                left = max(due - self.now(), timedelta(0))
            self.workspace.world.clock.advance(left.total_seconds())

    async def calm(self) -> None:
        """Wait until nothing is due and nothing is being said."""
        try:
            await asyncio.wait_for(self._calm(), CALM_WITHIN)
        except TimeoutError:
            log.warning("something is still due after %s s; the demo goes on", CALM_WITHIN)

    async def live_with(self, wait: str) -> None:
        """Put the organisation file in force with another wait."""
        self.file.write_text(self.company.file(wait), encoding="utf-8")
        database = self.baton.parts.database
        await asyncio.to_thread(apply_file, self.file, database, by="demo")

    def keep_workspace(self) -> None:
        """Save the workspace beside the database."""
        _write_workspace(self.folder, saved.save(self.workspace.state))

    async def _calm(self) -> None:
        delivery = self.baton.parts.delivery
        while True:
            await delivery.look()
            if not await self.baton.parts.kit.read(_is_busy):
                return
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def staged(folder: Path, *, port: int) -> AsyncIterator[Stage]:
    """The stage as it was some days ago; gone at the end, but for what lies in `folder`.

    `port` is the browser page's; where it is taken, any free one is.
    """
    company = company_at(host_clock())
    began = company.began.timestamp()
    state = workspace_of(company, read_manifest(MANIFEST), began)
    (folder / "baton.toml").write_text(company.file(LIVED_WITH), encoding="utf-8")
    async with (
        Workspace.running(
            port=free_port(port),
            manifest=MANIFEST,
            company=_write_workspace(folder, saved.save(state)),
            rate_limits=False,
        ) as workspace,
        aiohttp.ClientSession() as http,
    ):
        clock = workspace.world.clock
        clock.advance(began - clock.now())
        settings = _settings(folder, workspace, free_port(port + 1 if port else 0))
        async with build.running(
            settings,
            clock=lambda: datetime.fromtimestamp(clock.now(), UTC),
            limits=Limits(clock=clock.now),
        ) as baton:
            intake = f"http://{baton.bound[0]}/v1/alerts/generic"
            token = await baton.parts.kit.do(new_token, "generic", name="demo", by=DEMO)
            hands = Hands(http, workspace.state, workspace.url, intake, token)
            stage = Stage(folder, company, workspace, baton, hands)
            await _make_ready(stage)
            yield stage


async def _make_ready(stage: Stage) -> None:
    """Everybody is known and has a phone, the next handover has its wait, Slack is connected."""
    parts, host = stage.baton.parts, stage.workspace.url.removeprefix("http://")
    for name in PAGED:
        phone = PHONE.format(host=host, name=name)
        await parts.kit.do(
            add_contact,
            f"{name}@acme.test",
            method=Method.PUSH,
            target=read_target(Method.PUSH, phone, trusted=True),
            by=DEMO,
            seal=parts.seal,
        )
    await parts.kit.do(plan_handover)
    while not stage.workspace.sockets.connections:
        await asyncio.sleep(0.01)
    await stage.calm()


def _settings(folder: Path, workspace: Workspace, port: int) -> Settings:
    """Baton's settings, all of them: nothing is taken from the environment."""
    return Settings.read(
        {
            "BATON_DATABASE_URL": f"sqlite:///{folder / 'baton.db'}",
            "BATON_ORGANISATION": str(folder / "baton.toml"),
            "BATON_BIND": f"{HOST}:{port}",
            "BATON_ADMIN_BIND": f"{HOST}:0",
            "BATON_PUBLIC_URL": f"http://{HOST}:{port}",
            "BATON_SLACK_API_URL": workspace.api_url,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": workspace.app_token,
        }
    )


def free_port(wanted: int) -> int:
    """The wanted port, or any free one where it is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError, OverflowError):
                probe.bind((HOST, port))
                found: int = probe.getsockname()[1]
                return found
    raise OSError(f"no port of {HOST} is free")


def _write_workspace(folder: Path, body: object) -> Path:
    path = folder / "workspace.json"
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    return path


def _next_due(work: Work) -> datetime | None:
    return min(effects.next_due(work.tx, list(Lane)).values(), default=None)


def _is_busy(work: Work) -> bool:
    """Something is due, or is being said: claimed, and not recorded yet."""
    due = _next_due(work)
    claimed = any(outcome == Outcome.CLAIMED for _, outcome in effects.count(work.tx))
    return claimed or (due is not None and due <= work.now)
