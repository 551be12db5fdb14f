"""Baton's door for Slack with a real workspace before it, over either transport."""

import asyncio
import contextlib
import json
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import uvicorn
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from sqlalchemy import select
from starlette.applications import Starlette

from app.chat.blocks import compose
from app.chat.client import Chat, Posted
from app.demo.workspace import Workspace
from app.demo.workspace.values import Message
from app.flows import record
from app.flows.know_people import know_people
from app.paging.seal import Seal
from handlers.slack.app import make_bolt
from handlers.slack.http_mode import HttpMode
from handlers.slack.later import Later
from handlers.slack.socket import SocketMode
from storage.tables import incidents
from tests.kit import Bench

MANIFEST = Path(__file__).parents[3] / "manifest.yml"
SECRET = "signing-secret-of-the-tests"
KEY = "a-key-for-tests-only-0123456789abcdef"


@dataclass
class Wire:
    """People act in the workspace, Baton answers; what both did can be looked at."""

    bench: Bench
    workspace: Workspace
    chat: Chat
    bolt: AsyncApp
    link: SocketMode | HttpMode
    later: Later
    hands: aiohttp.ClientSession

    async def act(self, deed: str, user: str, **facts: Any) -> dict[str, Any]:
        url = f"{self.workspace.url}/_workspace/act/{deed}"
        async with self.hands.post(url, json={"user": user, **facts}) as answer:
            told: dict[str, Any] = await answer.json()
            return told

    async def type(self, user: str, line: str, channel: str = "#engineering") -> str:
        """What somebody is told in private after a slash command."""
        command, _, text = line.partition(" ")
        told = await self.act("command", user, channel=channel, command=command, text=text)
        assert told["ok"], told
        response = told["response"]
        return str(response.get("text", "")) if isinstance(response, dict) else str(response or "")

    async def dispatch(self, body: dict[str, Any]) -> str:
        """Hand Bolt a payload as it came from Slack; the text it answers."""
        request = AsyncBoltRequest(mode="socket_mode", body=body)
        answer = await self.bolt.async_dispatch(request)
        assert answer.status == 200, answer.body
        if not answer.body:
            return ""
        try:
            return str(json.loads(answer.body).get("text", ""))
        except ValueError:
            return str(answer.body)

    async def press(self, user: str, action: str, value: str, *, trigger: str = "") -> int:
        """A press that no message of ours backs, as a forger or a redelivery would send it."""
        body = {
            "type": "block_actions",
            "user": {"id": self.slack_id(user), "team_id": self.workspace.state.team.id},
            "team": {"id": self.workspace.state.team.id},
            "trigger_id": trigger or secrets.token_hex(8),
            "container": {"type": "message"},
            "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": value}],
        }
        await self.dispatch(body)
        return 200

    async def trigger(self, user: str) -> str:
        """A trigger id that is good for three seconds."""
        world = self.workspace.world
        return world.triggers.issue(self.slack_id(user), world.now())

    async def press_in_view(self, user: str, action: str) -> None:
        view = await self.view(user)
        told = await self.act("click", user, view_id=view["id"], action_id=action)
        assert told["ok"], told

    async def choose(self, user: str, action: str, value: str) -> None:
        """Choose an option in the form on top."""
        view = await self.view(user)
        told = await self.act(
            "click", user, view_id=view["id"], action_id=action, selected_option=value
        )
        assert told["ok"], told

    async def soon_view(self, user: str, part: str) -> dict[str, Any]:
        """The form on top, once it says so."""
        state = self.workspace.state
        account = self.slack_id(user)

        def look() -> dict[str, Any] | None:
            stack = state.stacks.get(account)
            view = state.views[stack[-1]] if stack else None
            return view if view and part in str(view["blocks"]) else None

        found: dict[str, Any] = await self.soon(look)
        return found

    async def send_view(
        self, user: str, view: dict[str, Any], *, trigger: str = "", **texts: Any
    ) -> dict[str, Any]:
        """Submit a form as somebody, whether or not it is theirs."""
        body = {
            "type": "view_submission",
            "user": {"id": self.slack_id(user), "team_id": self.workspace.state.team.id},
            "team": {"id": self.workspace.state.team.id},
            "trigger_id": trigger or secrets.token_hex(8),
            "view": view | {"state": {"values": _values(texts)}},
        }
        answer = await self.bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        told: dict[str, Any] = json.loads(answer.body or "{}")
        return told

    async def our_post(self, channel: str) -> Posted:
        return await self.chat.post(channel, compose(["Something of ours"]), key="ours")

    async def answers_again(self, *, within: float = 10.0) -> None:
        """Wait until both connections stand and somebody gets an answer; at first Slack may
        still send what it has down a dead one."""
        async with asyncio.timeout(within):
            while True:
                await asyncio.sleep(0.1)
                told = await self.act("command", "ana", channel="#engineering", command="/oncall")
                if told["ok"] and self.link.status().connected == 2:
                    return

    async def quiet(self) -> None:
        """Wait until every event that was sent is acknowledged."""
        await asyncio.sleep(0.1)
        deliveries = self.workspace.state.deliveries
        await self.soon(lambda: all(each.acked_ms is not None for each in deliveries))

    async def click(self, user: str, message: Message, action: str, **facts: Any) -> None:
        channel = next(
            c for c in self.workspace.state.channels.values() if message.ts in c.messages
        )
        told = await self.act(
            "click", user, channel=channel.id, ts=message.ts, action_id=action, **facts
        )
        assert told["ok"], told

    async def view(self, user: str) -> dict[str, Any]:
        """The form on top of what somebody has open."""
        state = self.workspace.state
        account = state.user_called(user)
        assert account is not None
        stack = await self.soon(lambda: state.stacks.get(account.id))
        return state.views[stack[-1]]

    async def submit(self, user: str, **texts: Any) -> dict[str, Any]:
        """Fill in the form on top; a text for a block, or a whole value."""
        view = await self.view(user)
        return await self.act("submit", user, view_id=view["id"], values=_values(texts))

    def private(self, user: str) -> list[Message]:
        """Everything that only this person was shown, oldest first."""
        account = self.workspace.state.user_called(user)
        assert account is not None
        return [
            message
            for channel in self.workspace.state.channels.values()
            for message in channel.messages.values()
            if message.ephemeral_to == account.id
        ]

    async def told(self, user: str, part: str) -> Message:
        """Wait for a private message that says so."""

        def newest() -> Message | None:
            return next((m for m in reversed(self.private(user)) if part in m.text), None)

        found: Message = await self.soon(newest)
        return found

    async def soon(self, look: Callable[[], Any], *, within: float = 15.0) -> Any:
        """What `look` finds, once it finds something."""
        async with asyncio.timeout(within):
            while not (found := look()):
                await asyncio.sleep(0.01)
        return found

    async def room(self, number: int) -> str:
        """The incident's channel, made as delivery would make it."""
        made = await self.chat.create_channel(f"inc-{number}")
        self.bench.do(record.channel_made, number, channel_id=made.id, name=made.name)
        return made.id

    def incident(self, number: int = 1) -> Any:
        with self.bench.database.read.begin() as tx:
            return tx.execute(select(incidents).where(incidents.c.id == number)).one()

    def count(self, table: Any) -> int:
        with self.bench.database.read.begin() as tx:
            return len(tx.execute(select(table)).all())

    def slack_id(self, user: str) -> str:
        account = self.workspace.state.user_called(user)
        assert account is not None
        return account.id


def _values(given: Mapping[str, Any]) -> dict[str, Any]:
    """By block, as Slack sends them: a text stands for a filled-in line."""
    return {
        block: {"value": {"type": "plain_text_input", "value": each}}
        if isinstance(each, str)
        else each
        for block, each in given.items()
    }


@contextlib.asynccontextmanager
async def open_wire(bench: Bench, transport: str) -> AsyncIterator[Wire]:
    """Both sides running; gone at the end of the block."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        push = f"http://127.0.0.1:{place.getsockname()[1]}/slack/events"
        async with (
            Workspace.running(
                manifest=MANIFEST,
                push=push if transport == "http" else "",
                signing_secret=SECRET,
                rate_limits=False,
            ) as workspace,
            aiohttp.ClientSession() as hands,
        ):
            chat, later = Chat(workspace.bot_token, base_url=workspace.api_url), Later()
            bolt = make_bolt(bench.kit, chat, seal=Seal(KEY), later=later)
            await chat.who_am_i()
            bench.do(know_people, await chat.accounts())
            async with _linked(transport, bolt, chat, workspace, place) as link:
                yield Wire(bench, workspace, chat, bolt, link, later, hands)
            await later.close()
            await chat.close()


@contextlib.asynccontextmanager
async def _linked(
    transport: str, bolt: AsyncApp, chat: Chat, workspace: Workspace, place: socket.socket
) -> AsyncIterator[SocketMode | HttpMode]:
    link: SocketMode | HttpMode
    if transport == "socket":
        link = SocketMode(bolt, workspace.app_token, chat=chat, ping_interval=0.5)
        server, serving = None, None
    else:
        link = HttpMode(bolt, SECRET, chat=chat)
        config = uvicorn.Config(Starlette(routes=link.routes()), log_level="critical")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[place]))
    link.start()
    wanted = 2 if transport == "socket" else 1
    async with asyncio.timeout(20):
        while link.status().connected < wanted:
            await asyncio.sleep(0.01)
    try:
        yield link
    finally:
        await link.stop()
        if server is not None and serving is not None:
            server.should_exit = True
            await serving
