"""Socket Mode, frame by frame."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import anyio
import pytest

from app.demo.workspace import Workspace
from tests.demo.workspace import slack_facts
from tests.demo.workspace.conftest import Hands, user_id

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
HERE = {"user": "ana", "channel": "#engineering"}


class App:
    """Speaks Socket Mode by hand."""

    def __init__(self, session: aiohttp.ClientSession, workspace: Workspace) -> None:
        self.session, self.workspace = session, workspace

    async def ticket_url(self) -> str:
        headers = {"Authorization": f"Bearer {self.workspace.app_token}"}
        url = f"{self.workspace.api_url}apps.connections.open"
        async with self.session.post(url, headers=headers) as response:
            answer: Json = await response.json()
        assert slack_facts.strange_keys("apps.connections.open", answer) == []
        ticket_url: str = answer["url"]
        return ticket_url

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        url = await self.ticket_url()
        async with self.session.ws_connect(url, autoping=False) as socket:
            yield socket


@pytest.fixture
def app(session: aiohttp.ClientSession, workspace: Workspace) -> App:
    return App(session, workspace)


async def frame(socket: aiohttp.ClientWebSocketResponse) -> Json:
    received: Json = await socket.receive_json(timeout=10)
    return received


async def acknowledge(socket: aiohttp.ClientWebSocketResponse, envelope: Json, **said: Any) -> None:
    await socket.send_json({"envelope_id": envelope["envelope_id"], **said})


async def test_hello_comes_first(app: App) -> None:
    async with app.connected() as socket:
        hello = await frame(socket)
    assert hello["type"] == "hello"
    assert hello["num_connections"] == 1
    assert hello["connection_info"]["app_id"] == app.workspace.state.app.id


async def test_a_ticket_opens_one_connection_only(app: App) -> None:
    url = await app.ticket_url()
    async with app.session.ws_connect(url) as socket:
        await frame(socket)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await app.session.ws_connect(url)


async def test_a_ticket_grows_old(app: App, hands: Hands) -> None:
    url = await app.ticket_url()
    await hands.post("clock", advance=60)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await app.session.ws_connect(url)


async def test_the_next_connection_can_be_refused_and_the_one_after_is_not(
    app: App, hands: Hands
) -> None:
    await hands.post("sockets/drop", how="refuse_next")
    with pytest.raises(aiohttp.WSServerHandshakeError):
        async with app.connected():
            pass
    async with app.connected() as socket:
        assert (await frame(socket))["type"] == "hello"


async def test_the_bot_token_opens_no_connection(app: App) -> None:
    headers = {"Authorization": f"Bearer {app.workspace.bot_token}"}
    url = f"{app.workspace.api_url}apps.connections.open"
    async with app.session.post(url, headers=headers) as response:
        assert (await response.json())["error"] == "not_allowed_token_type"


async def test_a_ping_comes_back_with_its_own_words(app: App) -> None:
    async with app.connected() as socket:
        await frame(socket)
        await socket.ping(b"sdk-ping-pong:123.4")
        pong = await socket.receive(timeout=5)
    assert (pong.type, pong.data) == (aiohttp.WSMsgType.PONG, b"sdk-ping-pong:123.4")


async def test_events_are_sent_in_the_order_they_happened(app: App, hands: Hands) -> None:
    async with app.connected() as socket:
        await frame(socket)
        for number in range(4):
            await hands.act("message", **HERE, text=f"{number}")
        texts = []
        for _ in range(4):
            envelope = await frame(socket)
            await acknowledge(socket, envelope)
            texts.append(envelope["payload"]["event"]["text"])
    assert texts == ["0", "1", "2", "3"]


async def test_an_event_comes_in_slacks_wrapping(app: App, hands: Hands) -> None:
    async with app.connected() as socket:
        await frame(socket)
        await hands.act("message", **HERE, text="Hello")
        envelope = await frame(socket)
        await acknowledge(socket, envelope)
    assert envelope["type"] == "events_api"
    assert envelope["accepts_response_payload"] is False
    assert (envelope["retry_attempt"], envelope["retry_reason"]) == (0, "")
    outer = envelope["payload"]
    assert outer["type"] == "event_callback"
    assert outer["event_id"].startswith("Ev")
    assert outer["authorizations"][0]["is_bot"] is True
    assert outer["event"]["user"] == user_id(app.workspace, "ana")


async def test_an_unacknowledged_event_comes_again_with_its_id(app: App, hands: Hands) -> None:
    async with app.connected() as socket:
        await frame(socket)
        await hands.act("message", **HERE, text="Hello")
        first = await frame(socket)
        again = await frame(socket)
        await acknowledge(socket, again)
    assert (again["retry_attempt"], again["retry_reason"]) == (1, "timeout")
    assert again["payload"]["event_id"] == first["payload"]["event_id"]
    assert again["envelope_id"] != first["envelope_id"]


async def test_what_happened_without_a_connection_comes_as_a_retry(app: App, hands: Hands) -> None:
    await hands.act("message", **HERE, text="Anybody there?")
    async with app.connected() as socket:
        await frame(socket)
        envelope = await frame(socket)
        await acknowledge(socket, envelope)
    assert envelope["retry_attempt"] == 1


async def test_after_a_minute_and_after_five_it_is_tried_a_last_time(
    app: App, hands: Hands
) -> None:
    await hands.act("message", **HERE, text="Anybody there?")
    for _ in range(3):
        await anyio.sleep(0.05)
        await hands.post("clock", advance=400)
    await anyio.sleep(0.05)
    async with app.connected() as socket:
        await frame(socket)
        with pytest.raises(TimeoutError):
            await socket.receive_json(timeout=0.3)
    attempts = [d.attempt for d in app.workspace.state.deliveries]
    assert attempts == [0, 1, 2, 3]


async def test_a_command_is_answered_in_the_acknowledgement(app: App, hands: Hands) -> None:
    async with app.connected() as socket:
        await frame(socket)
        async with anyio.create_task_group() as tasks:
            answers: list[Json] = []

            async def type_it() -> None:
                answers.append(await hands.act("command", **HERE, command="/say", text="hi"))

            tasks.start_soon(type_it)
            envelope = await frame(socket)
            assert envelope["accepts_response_payload"] is True
            await acknowledge(socket, envelope, payload={"text": "Hello"})
    assert answers == [{"ok": True, "response": {"text": "Hello"}}]


async def test_a_command_needs_a_connection(hands: Hands) -> None:
    answer = await hands.act("command", **HERE, command="/say", text="hi")
    assert answer == {"ok": False, "response": None, "error": "dispatch_failed"}


async def test_each_envelope_goes_to_one_connection(app: App, hands: Hands) -> None:
    async with app.connected() as one, app.connected() as two:
        await frame(one)
        assert (await frame(two))["num_connections"] == 2
        await hands.act("message", **HERE, text="a")
        await hands.act("message", **HERE, text="b")
        texts = set()
        for socket in (one, two):
            envelope = await frame(socket)
            await acknowledge(socket, envelope)
            texts.add(envelope["payload"]["event"]["text"])
    assert texts == {"a", "b"}


async def test_an_acknowledgement_may_come_on_another_connection(app: App, hands: Hands) -> None:
    async with app.connected() as one:
        await frame(one)
        await hands.act("message", **HERE, text="a")
        envelope = await frame(one)
        async with app.connected() as two:
            await frame(two)
            await one.close()
            await acknowledge(two, envelope)
            with anyio.fail_after(2):
                while app.workspace.state.deliveries[-1].status != "acked":
                    await anyio.sleep(0.01)


async def test_the_eleventh_connection_is_sent_away(app: App) -> None:
    sockets = [await app.session.ws_connect(await app.ticket_url()) for _ in range(11)]
    assert (await frame(sockets[9]))["type"] == "hello"
    farewell = await frame(sockets[10])
    assert (farewell["type"], farewell["reason"]) == ("disconnect", "too_many_websockets")
    for socket in sockets:
        await socket.close()


@pytest.mark.parametrize(
    ("how", "reason"), [("refresh", "refresh_requested"), ("link_disabled", "link_disabled")]
)
async def test_slack_says_goodbye_before_it_closes(
    app: App, hands: Hands, how: str, reason: str
) -> None:
    async with app.connected() as socket:
        await frame(socket)
        await hands.post("sockets/drop", how=how)
        assert (await frame(socket))["reason"] == reason
        assert (await socket.receive(timeout=5)).type == aiohttp.WSMsgType.CLOSE


async def test_a_warning_leaves_the_connection_open(app: App, hands: Hands) -> None:
    async with app.connected() as socket:
        await frame(socket)
        await hands.post("sockets/drop", how="warning")
        assert (await frame(socket))["reason"] == "warning"
        await hands.act("message", **HERE, text="still here")
        await acknowledge(socket, await frame(socket))


async def test_a_half_open_connection_swallows_everything(app: App, hands: Hands) -> None:
    async with app.connected() as socket:
        await frame(socket)
        await hands.post("sockets/drop", how="half_open")
        await hands.act("message", **HERE, text="lost")
        await socket.ping(b"are you there")
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.3)


async def test_an_unknown_way_to_drop_is_refused_with_the_known_ones(hands: Hands) -> None:
    assert "half_open" in await hands.wrong("sockets/drop", how="gently")
