"""Socket Mode stays connected, whatever Slack does to its connections."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.chat.client import Chat
from app.demo.workspace import Workspace
from handlers.slack.connection import Connection
from handlers.slack.socket import SocketMode
from tests.handlers.slack.wire import Wire, open_wire
from tests.kit import Bench

pytestmark = pytest.mark.anyio


@pytest.fixture
async def wire(bench: Bench) -> AsyncIterator[Wire]:
    async with open_wire(bench, "socket") as opened:
        yield opened


async def pull(wire: Wire, lever: str, **facts: Any) -> None:
    async with wire.hands.post(f"{wire.workspace.url}/_workspace/{lever}", json=facts) as answer:
        assert answer.status == 200, await answer.text()


async def test_there_are_two_connections_and_the_status_says_so(wire: Wire) -> None:
    status = wire.link.status()
    assert (status.mode, status.connected, status.problem) == ("socket", 2, None)
    assert status.last_envelope is None
    await wire.type("ana", "/oncall")
    assert wire.link.status().last_envelope is not None


@pytest.mark.parametrize("how", ["close", "abort", "refresh", "warning", "half_open"])
async def test_a_lost_connection_is_replaced(wire: Wire, how: str) -> None:
    await pull(wire, "sockets/drop", how=how)
    await wire.answers_again()


async def test_a_refused_address_is_not_tried_for_ever(wire: Wire) -> None:
    await pull(wire, "sockets/drop", how="refuse_next")
    await pull(wire, "sockets/drop", how="close")
    await wire.answers_again(within=15)


async def test_it_comes_back_after_slack_was_dark(wire: Wire) -> None:
    await pull(wire, "dark", on=True)
    await wire.soon(lambda: wire.link.status().connected == 0, within=8)
    assert "cannot be reached" in str(
        await wire.soon(lambda: wire.link.status().problem, within=10)
    )
    await pull(wire, "dark", on=False)
    await wire.answers_again(within=20)
    assert wire.link.status().problem is None


async def test_a_wrong_bot_token_is_a_sentence_and_nothing_stops(bench: Bench) -> None:
    async with Workspace.running() as workspace:
        chat = Chat("xoxb-wrong", base_url=workspace.api_url)
        link = SocketMode(None, workspace.app_token, chat=chat)  # type: ignore[arg-type]
        link.start()
        async with asyncio.timeout(3):
            while link.status().problem is None:
                await asyncio.sleep(0.01)
        assert "SLACK_BOT_TOKEN" in str(link.status().problem)
        await link.stop()
        await chat.close()


async def test_a_wrong_app_token_is_a_sentence(bench: Bench) -> None:
    async with Workspace.running() as workspace:
        chat = Chat(workspace.bot_token, base_url=workspace.api_url)
        link = SocketMode(None, "xapp-wrong", chat=chat)  # type: ignore[arg-type]
        link.start()
        async with asyncio.timeout(3):
            while link.status().problem is None:
                await asyncio.sleep(0.01)
        assert "SLACK_APP_TOKEN" in str(link.status().problem)
        await link.stop()
        await chat.close()


async def test_starting_without_slack_returns_at_once_and_stops_at_once() -> None:
    chat = Chat("xoxb-none", base_url="http://127.0.0.1:9/api/")
    link = SocketMode(None, "xapp-none", chat=chat)  # type: ignore[arg-type]
    started = time.monotonic()
    link.start()
    assert time.monotonic() - started < 0.1
    await asyncio.sleep(0.2)
    await link.stop()
    assert time.monotonic() - started < 2
    await chat.close()


async def test_stopping_takes_less_than_two_seconds(wire: Wire) -> None:
    started = time.monotonic()
    await wire.link.stop()
    assert time.monotonic() - started < 2
    assert wire.link.status().connected == 0


async def test_a_jump_of_the_wall_clock_replaces_nothing_and_silence_does(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    line = Connection(
        wire.chat.client,
        wire.workspace.app_token,
        ping_interval=0.2,
        monotonic=lambda: now,
        hear=None,  # type: ignore[arg-type]
    )
    await line.dial()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    await asyncio.sleep(0.5)
    assert line.is_alive()
    monkeypatch.undo()
    await pull(wire, "sockets/drop", how="half_open")
    line.is_alive()
    now += 0.9
    assert not line.is_alive(), "four pings without an answer"
    await line.close(1)
