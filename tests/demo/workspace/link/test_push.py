"""HTTP push: what leaves for the app's address, and what its answers mean."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import anyio
import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from app.demo.workspace import Workspace
from app.demo.workspace.link.push import HttpPush
from tests.demo.workspace.app_under_test import BUTTON
from tests.demo.workspace.conftest import Hands

pytestmark = pytest.mark.anyio
HERE = {"user": "ana", "channel": "#engineering"}


@dataclass
class Receiver:
    """An address that notes what it receives and answers as it was told to."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    status: int = 200
    answer: str = ""
    no_retry: bool = False

    async def receive(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.headers.append(dict(request.headers))
        extra = {"X-Slack-No-Retry": "1"} if self.no_retry else {}
        return web.Response(status=self.status, text=self.answer, headers=extra)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    application = web.Application()
    application.router.add_post("/", receiver.receive)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield receiver
    await runner.cleanup()


@pytest.fixture
async def workspace(receiver: Receiver) -> AsyncIterator[Workspace]:
    async with Workspace.running(push=receiver.url, signing_secret="a secret") as workspace:
        yield workspace


async def received(receiver: Receiver, number: int) -> None:
    with anyio.fail_after(10):
        while len(receiver.bodies) < number:
            await anyio.sleep(0.01)


async def test_every_request_is_signed_over_its_raw_body(receiver: Receiver, hands: Hands) -> None:
    await hands.act("message", **HERE, text="Grüße & co")
    await received(receiver, 1)
    verifier = SignatureVerifier("a secret")
    assert verifier.is_valid_request(receiver.bodies[0], receiver.headers[0])
    assert not verifier.is_valid_request(receiver.bodies[0] + b" ", receiver.headers[0])


async def test_events_are_json_commands_are_forms_clicks_are_json_in_a_form(
    receiver: Receiver, hands: Hands, slack: Any
) -> None:
    said = await slack.call("chat.postMessage", channel="#engineering", text="B", blocks=BUTTON)
    await received(receiver, 1)
    await hands.act("command", **HERE, command="/say", text="a b")
    await hands.act("click", **HERE, ts=said["ts"], action_id="press")
    event, command, click = receiver.bodies
    assert json.loads(event)["event"]["text"] == "B"
    assert parse_qs(command.decode())["text"] == ["a b"]
    payload = json.loads(parse_qs(click.decode())["payload"][0])
    assert payload["type"] == "block_actions"


async def test_a_plain_answer_to_a_command_is_its_message(receiver: Receiver, hands: Hands) -> None:
    receiver.answer = "Done."
    answer = await hands.act("command", **HERE, command="/say", text="")
    assert answer == {"ok": True, "response": {"text": "Done."}}


async def test_a_failed_event_is_sent_again_with_number_and_reason(
    receiver: Receiver, hands: Hands
) -> None:
    receiver.status = 500
    await hands.act("message", **HERE, text="Hello")
    await received(receiver, 1)
    await anyio.sleep(0.05)
    await hands.post("clock", advance=2)
    await received(receiver, 2)
    again = receiver.headers[1]
    assert again["X-Slack-Retry-Num"] == "1"
    assert again["X-Slack-Retry-Reason"] == "http_error"
    assert "X-Slack-Retry-Num" not in receiver.headers[0]


async def test_an_app_may_ask_not_to_be_told_again(receiver: Receiver, hands: Hands) -> None:
    receiver.status, receiver.no_retry = 500, True
    await hands.act("message", **HERE, text="Hello")
    await received(receiver, 1)
    await anyio.sleep(0.05)
    await hands.post("clock", advance=1000)
    await anyio.sleep(0.1)
    assert len(receiver.bodies) == 1


async def test_an_address_is_good_when_it_sends_the_challenge_back() -> None:
    async def echo(request: web.Request) -> web.Response:
        return web.json_response({"challenge": (await request.json())["challenge"]})

    application = web.Application()
    application.router.add_post("/good", echo)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    for path, good in (("/good", True), ("/bad", False)):
        push = HttpPush(base + path, "a secret")
        assert await push.verify() is good
        await push.close()
    await runner.cleanup()


async def test_nobody_at_the_address_is_a_failed_delivery(session: aiohttp.ClientSession) -> None:
    async with Workspace.running(push="http://127.0.0.1:9/") as workspace:
        answer = await Hands(session, workspace).act("command", **HERE, command="/say", text="")
    assert answer["error"] == "dispatch_failed"
