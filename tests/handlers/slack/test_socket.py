"""Socket Mode stays connected, whatever Slack does to its connections."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.chat.blocks import compose
from app.chat.client import Chat
from app.demo.workspace import Workspace
from app.flows import record
from handlers.slack.connection import Connection
from handlers.slack.self_ping import SIGN, SelfPing
from handlers.slack.socket import MOST_MISSED, SocketMode
from tests.flows.test_tell import fire
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


# ── connected, and nothing arrives ────────────────────────────────────────────────────────────
@asynccontextmanager
async def suspicious(
    wire: Wire, ping: Callable[[], Awaitable[bool]] | None = None, *, silence: float = 0.5
) -> AsyncIterator[SocketMode]:
    """Socket Mode that doubts after half a second, in the place of the wire's own."""
    await wire.link.stop()
    link = SocketMode(
        wire.bolt,
        wire.workspace.app_token,
        chat=wire.chat,
        ping=ping or SelfPing(wire.bench.kit, wire.chat).ping,
        silence=silence,
        echo_wait=1.0,
    )
    link.start()
    try:
        await wire.soon(lambda: link.status().connected == 2)
        yield link
    finally:
        await link.stop()


async def a_card(wire: Wire) -> None:
    number = fire(wire.bench)
    room = await wire.room(number)
    posted = await wire.chat.post(room, compose(["The card"]), key=f"card:{number}")
    wire.bench.do(record.post_stands, f"card:{number}", channel=room, ts=posted.ts, incident=number)


def signs(wire: Wire) -> list[str]:
    """What the bot did with reactions, in order."""
    calls = wire.workspace.state.calls
    return [call.method for call in calls if call.method.startswith("reactions.")]


async def test_silence_is_doubted_with_a_sign_that_is_taken_back(wire: Wire) -> None:
    await a_card(wire)
    async with suspicious(wire) as link:
        held = set(map(id, wire.workspace.sockets.connections))
        await wire.soon(lambda: len(signs(wire)) >= 2)
        await wire.soon(lambda: link.status().last_envelope)
        assert not link.status().deaf
        assert set(map(id, wire.workspace.sockets.connections)) == held
    reactions = [
        message.reactions
        for channel in wire.workspace.state.channels.values()
        for message in channel.messages.values()
    ]
    assert not any(SIGN in each for each in reactions)


async def test_while_something_comes_no_sign_is_given(wire: Wire) -> None:
    await a_card(wire)
    async with suspicious(wire, silence=2.0):
        for _ in range(10):
            await wire.type("ana", "/oncall")
            await asyncio.sleep(0.3)
        assert signs(wire) == []


async def test_connections_that_stand_and_carry_nothing_are_replaced_one_after_the_other(
    wire: Wire,
) -> None:
    await a_card(wire)
    async with suspicious(wire) as link:
        mute = list(wire.workspace.sockets.connections)
        await pull(wire, "sockets/drop", how="mute")
        await wire.soon(lambda: link.status().deaf, within=10)
        assert "does not arrive" in str(link.status().problem)
        fewest = 2
        while any(line in wire.workspace.sockets.connections for line in mute):
            fewest = min(fewest, len(wire.workspace.sockets.connections))
            await asyncio.sleep(0.01)
        assert fewest >= 1, "never both at once"
        await wire.soon(lambda: not link.status().deaf, within=10)
        assert link.status().problem is None


async def test_the_one_of_two_that_is_always_passed_over_is_replaced(wire: Wire) -> None:
    async def never() -> bool:
        return False

    async with suspicious(wire, never) as link:
        bad = wire.workspace.sockets.connections[0]
        bad.mute = True
        await asyncio.sleep(0.6)
        # What goes down the mute one is lost; nobody waits for its acknowledgement.
        commands = [
            asyncio.create_task(wire.act("command", "ana", channel="#engineering", command="/inc"))
            for _ in range(2 * MOST_MISSED + 2)
        ]
        await wire.soon(lambda: bad not in wire.workspace.sockets.connections, within=12)
        await wire.soon(lambda: link.status().connected == 2)
        await asyncio.gather(*commands)


async def test_without_a_card_there_is_no_sign_and_no_harm(wire: Wire) -> None:
    async with suspicious(wire, silence=0.1) as link:
        await asyncio.sleep(0.5)
        assert signs(wire) == []
        assert (link.status().deaf, link.status().connected) == (False, 2)
