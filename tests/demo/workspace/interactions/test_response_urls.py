"""Answers after the fact: five, within thirty minutes, private unless said otherwise."""

import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from app.demo.workspace import Workspace
from tests.demo.workspace.app_under_test import BUTTON
from tests.demo.workspace.conftest import Hands, Slack, user_id

pytestmark = pytest.mark.anyio
HERE = {"user": "ana", "channel": "#engineering"}
Json = dict[str, Any]


class Told:
    """The app's side of it: the payloads that reached it."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session
        self.payloads: list[str] = []
        self.texts: list[str] = []
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.payloads.append(str(form.get("response_url") or form.get("payload")))
        self.texts.append(str(form.get("text")))
        return web.Response()

    async def answer(self, **body: Any) -> tuple[int, Json]:
        """Answer to the address of the last interaction."""
        found = re.search(r"http://[^\"]+/response/[^\"]+", self.payloads[-1])
        assert found is not None
        async with self.session.post(found.group(), json=body) as response:
            return response.status, await response.json()


@pytest.fixture
async def told(session: aiohttp.ClientSession) -> AsyncIterator[Told]:
    told = Told(session)
    application = web.Application()
    application.router.add_post("/", told.receive)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    told.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield told
    await runner.cleanup()


@pytest.fixture
async def workspace(told: Told) -> AsyncIterator[Workspace]:
    manifest = {
        "features": {"slash_commands": [{"command": "/say", "description": "x"}]},
        "oauth_config": {"scopes": {"bot": ["chat:write", "channels:history"]}},
        "settings": {"event_subscriptions": {"bot_events": []}},
    }
    async with Workspace.running(push=told.url, manifest=manifest) as workspace:
        yield workspace


def messages(workspace: Workspace) -> list[Any]:
    room = workspace.state.channel_called("#engineering")
    assert room is not None
    return list(room.messages.values())


async def test_an_answer_is_private_by_default_and_public_when_said(
    told: Told, hands: Hands
) -> None:
    await hands.act("command", **HERE, command="/say", text="x")
    assert await told.answer(text="Private") == (200, {"ok": True})
    assert await told.answer(text="Public", response_type="in_channel") == (200, {"ok": True})
    private, public = messages(hands.workspace)[-2:]
    assert private.ephemeral_to == user_id(hands.workspace, "ana")
    assert public.ephemeral_to == ""


async def test_an_address_is_good_five_times(told: Told, hands: Hands) -> None:
    await hands.act("command", **HERE, command="/say", text="x")
    for _ in range(5):
        assert (await told.answer(text="x"))[0] == 200
    assert await told.answer(text="x") == (404, {"ok": False, "error": "used_url"})


async def test_an_address_is_good_for_thirty_minutes(told: Told, hands: Hands) -> None:
    await hands.act("command", **HERE, command="/say", text="x")
    await hands.post("clock", advance=1801)
    assert await told.answer(text="x") == (404, {"ok": False, "error": "expired_url"})


async def test_the_message_clicked_on_can_be_replaced_and_deleted(
    told: Told, hands: Hands, slack: Slack
) -> None:
    said = await slack.call("chat.postMessage", channel="#engineering", text="A", blocks=BUTTON)
    await hands.act("click", **HERE, ts=said["ts"], action_id="press")
    await told.answer(text="B", replace_original=True)
    last = messages(hands.workspace)[-1]
    assert (last.ts, last.text, last.blocks) == (said["ts"], "B", None)
    await told.answer(delete_original=True)
    assert said["ts"] not in [m.ts for m in messages(hands.workspace)]


async def test_a_private_answer_can_hold_a_button_and_be_replaced_by_its_click(
    told: Told, hands: Hands
) -> None:
    await hands.act("command", **HERE, command="/say", text="x")
    await told.answer(text="Choose", blocks=BUTTON)
    private = messages(hands.workspace)[-1]
    await hands.act("click", **HERE, ts=private.ts, action_id="press")
    assert '"is_ephemeral": true' in told.payloads[-1]
    assert '"message":' not in told.payloads[-1]
    await told.answer(text="Chosen", replace_original=True)
    assert (private.text, private.ephemeral_to) == ("Chosen", user_id(hands.workspace, "ana"))
    refused = await hands.wrong(
        "act/click", user="ben", channel="#engineering", ts=private.ts, action_id="press"
    )
    assert "ben can see" in refused


async def test_blocks_in_an_answer_are_judged_like_any_others(told: Told, hands: Hands) -> None:
    await hands.act("command", **HERE, command="/say", text="x")
    status, body = await told.answer(blocks=[{"type": "nothing"}])
    assert (status, body["error"]) == (400, "invalid_blocks")


async def test_an_answer_can_go_into_a_thread(told: Told, hands: Hands) -> None:
    parent = await hands.act("message", **HERE, text="Parent")
    await hands.act("command", **HERE, command="/say", text="x")
    await told.answer(text="Below", thread_ts=parent["ts"], response_type="in_channel")
    assert messages(hands.workspace)[-1].thread_ts == parent["ts"]


async def test_only_declared_commands_exist(hands: Hands) -> None:
    assert "not a valid command" in await hands.wrong("act/command", **HERE, command="/nope")


async def test_without_should_escape_the_text_comes_as_it_was_typed(
    told: Told, hands: Hands
) -> None:
    await hands.act("command", **HERE, command="/say", text="hi @ben & co")
    assert told.texts == ["hi @ben & co"]
