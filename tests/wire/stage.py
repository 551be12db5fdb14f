"""The whole thing on a real wire: Baton, a local workspace as Slack, and alerts over HTTP."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from app import build
from app.build import Baton
from app.demo.workspace.running import Workspace
from app.flows.admit import Operator
from app.flows.contact import add_contact
from app.flows.intake_token import new_token
from app.flows.kit import Clock, host_clock
from app.organisation.example import example_text
from app.paging.targets import read_target
from app.rules.ladder import Method
from app.settings import Settings
from storage import people

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
PATIENCE = 30.0
"""Seconds until something that should happen counts as not happening."""


@dataclass(repr=False)
class Stage:
    """One Baton on one workspace, and hands to act with."""

    workspace: Workspace
    baton: Baton
    http: aiohttp.ClientSession
    token: str

    @property
    def intake(self) -> str:
        return f"http://{self.baton.bound[0]}"

    @property
    def admin(self) -> str:
        return f"http://{self.baton.bound[1]}"

    async def alert(self, source: str = "generic", **facts: Any) -> Mapping[str, Any]:
        """Send an alert as its sender would; the answer's body."""
        body = {"alarm": "EltLate", "title": "Nightly load is late", **facts}
        async with self.http.post(
            f"{self.intake}/v1/alerts/{source}",
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
        ) as answer:
            assert answer.status == 200, await answer.text()
            told: Mapping[str, Any] = await answer.json()
            return told

    async def act(self, deed: str, **facts: Any) -> Mapping[str, Any]:
        """Act as a person of the workspace."""
        url = f"{self.workspace.url}/_workspace/act/{deed}"
        async with self.http.post(url, json=facts) as answer:
            told: Mapping[str, Any] = await answer.json()
            return told

    async def command(self, user: str, channel: str, text: str) -> str:
        """Type `/inc …` or `/oncall …`; the private answer's text."""
        command, _, rest = text.partition(" ")
        told = await self.act("command", user=user, channel=channel, command=command, text=rest)
        assert told["ok"], told
        response = told.get("response") or {}
        return str(response.get("text", ""))

    async def state(self) -> Mapping[str, Any]:
        async with self.http.get(f"{self.workspace.url}/_workspace/state") as answer:
            told: Mapping[str, Any] = await answer.json()
            return told

    async def channel(self, name: str) -> Mapping[str, Any] | None:
        state = await self.state()
        return next((each for each in state["channels"] if each["name"] == name), None)

    async def direct(self, handle: str) -> list[Mapping[str, Any]]:
        """The messages of the direct conversation between Baton and a person; each says where."""
        state = await self.state()
        user = next(each["id"] for each in state["users"] if each["name"] == handle)
        bot = state["app"]["bot_user_id"]
        for each in state["channels"]:
            if each["is_im"] and set(each["members"]) == {user, bot}:
                return [{**message, "channel": each["id"]} for message in each["messages"]]
        return []

    async def rung_in_slack(self, handle: str) -> list[Mapping[str, Any]]:
        """Those of `direct` that are pages: letters about the rota name no incident."""
        return [each for each in await self.direct(handle) if "INC-" in each["text"]]

    async def press(self, user: str, message: Mapping[str, Any], action: str) -> None:
        """Press a button of a message that `direct` gave."""
        told = await self.act(
            "click", user=user, channel=message["channel"], ts=message["ts"], action_id=action
        )
        assert told["ok"], told

    async def messages(self, channel: str) -> list[str]:
        found = await self.channel(channel)
        return [each["text"] for each in found["messages"]] if found else []

    async def said(self, channel: str, words: str) -> bool:
        """Whether a message in the channel has these words."""
        return any(words in text for text in await self.messages(channel))

    async def phone(self, handle: str) -> list[Mapping[str, Any]]:
        """What a person's phone shows, oldest first."""
        state = await self.state()
        return list(state["phones"].get(handle, []))

    async def until(self, what: Callable[[], Any], *, within: float = PATIENCE) -> Any:
        """Wait until an async look gives something true; its value."""
        end = time.monotonic() + within
        while True:
            found = await what()
            if found:
                return found
            if time.monotonic() > end:
                raise AssertionError(f"it did not happen within {within} s: {what}")
            await asyncio.sleep(0.03)


def settings_for(
    workspace: Workspace,
    database_url: str,
    organisation: Path,
    *,
    mode: str = "socket",
    **more: str,
) -> Settings:
    """Settings of a Baton that listens on free ports and speaks to the workspace."""
    told = {
        "BATON_DATABASE_URL": database_url,
        "BATON_ORGANISATION": str(organisation),
        "BATON_BIND": "127.0.0.1:0",
        "BATON_ADMIN_BIND": "127.0.0.1:0",
        "BATON_SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        **more,
    }
    if mode == "socket":
        told["SLACK_APP_TOKEN"] = workspace.app_token
    else:
        told["SLACK_SIGNING_SECRET"] = workspace.signing_secret
    return Settings.read(told)


@contextlib.asynccontextmanager
async def staged(
    database_url: str,
    folder: Path,
    *,
    clock: Clock = host_clock,
    organisation: str | None = None,
    mode: str = "socket",
    phones: bool = True,
    **more: str,
) -> AsyncIterator[Stage]:
    """A running Baton on a running workspace, with a phone for everybody in the file."""
    file = folder / "baton.toml"
    file.write_text(organisation or example_text(), encoding="utf-8")
    port = free_port()
    push = f"http://127.0.0.1:{port}/slack/events" if mode == "http" else ""
    async with (
        Workspace.running(manifest=MANIFEST, push=push, rate_limits=False) as workspace,
        aiohttp.ClientSession() as http,
    ):
        more = {"BATON_BIND": f"127.0.0.1:{port}", **more}
        more.setdefault("BATON_PUBLIC_URL", f"http://127.0.0.1:{port}")
        settings = settings_for(workspace, database_url, file, mode=mode, **more)
        async with build.running(settings, clock=clock) as baton:
            token = await baton.parts.kit.do(new_token, "generic")
            stage = Stage(workspace=workspace, baton=baton, http=http, token=token)
            if phones:
                for name in ("ana", "ben", "chi", "mia", "noor"):
                    await give_phone(stage, name)
            await stage.until(lambda: knows_people(stage))
            yield stage


async def give_phone(stage: Stage, name: str) -> None:
    """A push contact method to the workspace's phone, added as the operator would."""
    host = stage.workspace.url.removeprefix("http://")
    seal = stage.baton.parts.seal
    await stage.baton.parts.kit.do(
        add_contact,
        f"{name}@acme.test",
        method=Method.PUSH,
        target=read_target(Method.PUSH, f"ntfy://{host}/phone-{name}", trusted=True),
        by=Operator(),
        seal=seal,
    )


async def knows_people(stage: Stage) -> bool:
    from_slack = await stage.baton.parts.kit.read(lambda work: len(people.list_all(work.tx)))
    return bool(from_slack)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
