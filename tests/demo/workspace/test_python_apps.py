"""Slack's Python framework and client run on the workspace, over Socket Mode and over HTTP."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import anyio
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from app.demo.workspace import Workspace
from tests.demo.workspace.app_under_test import BUTTON, Notes, bolt_app
from tests.demo.workspace.conftest import Hands, user_id

pytestmark = pytest.mark.anyio
SECRET = "the signing secret of a test"
HERE = {"user": "ana", "channel": "#engineering"}


class Stage:
    """A workspace with an app connected to it, over one of the two transports."""

    def __init__(self, workspace: Workspace, app: AsyncApp, notes: Notes, hands: Hands) -> None:
        self.workspace, self.app, self.notes, self.hands = workspace, app, notes, hands

    async def post(self, **content: Any) -> str:
        answer = await self.app.client.chat_postMessage(channel="#engineering", **content)
        ts: str = answer["ts"]
        return ts


async def until(true: Callable[[], object]) -> None:
    with anyio.fail_after(10):
        while not true():
            await anyio.sleep(0.01)


@pytest.fixture(params=["socket", "http"])
async def stage(
    request: pytest.FixtureRequest, session: aiohttp.ClientSession
) -> AsyncIterator[Stage]:
    if request.param == "socket":
        async with Workspace.running() as workspace:
            app, notes = bolt_app(workspace)
            handler = AsyncSocketModeHandler(app, workspace.app_token)
            await handler.connect_async()  # type: ignore[no-untyped-call]
            await until(lambda: workspace.sockets.connections)
            yield Stage(workspace, app, notes, Hands(session, workspace))
            await handler.close_async()  # type: ignore[no-untyped-call]
        return
    port = await _free_port()
    push = f"http://127.0.0.1:{port}/slack/events"
    async with Workspace.running(push=push, signing_secret=SECRET) as workspace:
        app, notes = bolt_app(workspace, signing_secret=SECRET)
        runner = web.AppRunner(app.web_app("/slack/events"), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield Stage(workspace, app, notes, Hands(session, workspace))
        await runner.cleanup()


async def _free_port() -> int:
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        port: int = listener.extra(anyio.abc.SocketAttribute.local_port)
        return port


async def test_a_command_carries_ids_and_is_answered_privately(stage: Stage) -> None:
    answer = await stage.hands.act("command", **HERE, command="/say", text="hi @ben in #random")
    ben = user_id(stage.workspace, "ben")
    assert f"hi <@{ben}|ben> in <#" in answer["response"]["text"]
    command = stage.notes.commands[0]
    assert command["user_name"] == "ana"
    assert command["channel_name"] == "engineering"
    room = stage.workspace.state.channel_called("#engineering")
    assert room is not None
    shown = list(room.messages.values())[-1]
    assert shown.ephemeral_to == user_id(stage.workspace, "ana")
    assert shown.text.startswith("You said hi")


async def test_a_command_nobody_acknowledges_tells_the_person_so(stage: Stage) -> None:
    answer = await stage.hands.act("command", **HERE, command="/silent", text="")
    # bolt answers 404 after three seconds over HTTP, and nothing at all over a socket
    assert answer["ok"] is False
    assert answer["error"] in ("operation_timeout", "dispatch_failed")


async def test_a_click_opens_a_form_and_the_form_is_sent(stage: Stage) -> None:
    ts = await stage.post(text="A button", blocks=BUTTON)
    assert await stage.hands.act("click", **HERE, ts=ts, action_id="press") == {"ok": True}
    click = stage.notes.actions[0]
    assert click["container"]["message_ts"] == ts
    assert click["message"]["text"] == "A button"
    assert click["actions"][0]["value"] == "1"
    assert click["user"]["id"] == user_id(stage.workspace, "ana")
    view_id = next(iter(stage.workspace.state.views))
    sent = await stage.hands.act("submit", user="ana", view_id=view_id, values=filled("Fire"))
    assert sent == {"ok": True}
    assert stage.workspace.state.views == {}
    assert stage.notes.forms[0]["view"]["state"]["values"]["what"]["what"]["value"] == "Fire"


def filled(text: str) -> dict[str, Any]:
    return {"what": {"what": {"type": "plain_text_input", "value": text}}}


async def test_a_form_closed_by_its_reader_is_told_where_asked(stage: Stage) -> None:
    ts = await stage.post(text="A button", blocks=BUTTON)
    await stage.hands.act("click", **HERE, ts=ts, action_id="press")
    view_id = next(iter(stage.workspace.state.views))
    await stage.hands.act("close", user="ana", view_id=view_id)
    assert stage.notes.closed[0]["view"]["id"] == view_id
    assert stage.notes.closed[0]["is_cleared"] is False


async def test_every_message_reaches_the_app(stage: Stage) -> None:
    for number in range(5):
        await stage.hands.act("message", **HERE, text=f"number {number}")
    await until(lambda: len(stage.notes.events) == 5)
    # bolt handles them at once, so their order here is its own; link/ tests the order sent
    assert {e["text"] for e in stage.notes.events} == {f"number {n}" for n in range(5)}
    assert all(e["channel_type"] == "channel" for e in stage.notes.events)


async def test_an_event_that_fails_comes_again_and_says_why(stage: Stage) -> None:
    stage.notes.broken = True
    await stage.hands.act("message", **HERE, text="once")
    await until(lambda: stage.notes.headers)
    stage.notes.broken = False
    await until(lambda: stage.notes.events)
    assert stage.notes.headers[-1]["x-slack-retry-num"] == ["1"]
    ids = {d.id for d in stage.workspace.state.deliveries if d.type == "event"}
    assert len(ids) == 1


async def test_shortcuts_reach_the_app(stage: Stage) -> None:
    ts = await stage.post(text="Strange numbers")
    assert (await stage.hands.act("shortcut", user="ana", callback_id="declare"))["ok"]
    assert (await stage.hands.act("shortcut", **HERE, callback_id="declare", ts=ts))["ok"]
    anywhere, on_message = stage.notes.shortcuts
    assert anywhere["type"] == "shortcut"
    assert "response_url" not in anywhere
    assert on_message["type"] == "message_action"
    assert on_message["message"]["text"] == "Strange numbers"


async def test_a_home_tab_is_published_and_opened(stage: Stage) -> None:
    ana = user_id(stage.workspace, "ana")
    view = {"type": "home", "blocks": [{"type": "divider"}]}
    await stage.app.client.views_publish(user_id=ana, view=view)
    await stage.hands.act("home", user="ana", tab="home")
    await until(lambda: stage.notes.events)
    assert stage.notes.events[0]["tab"] == "home"
    assert stage.notes.events[0]["view"]["type"] == "home"


async def test_an_external_select_asks_the_app(stage: Stage) -> None:
    select = {
        "type": "external_select",
        "action_id": "pick",
        "placeholder": {"type": "plain_text", "text": "Pick"},
    }
    ts = await stage.post(text="Pick", blocks=[{"type": "actions", "elements": [select]}])
    told = await stage.hands.act("suggest", **HERE, ts=ts, action_id="pick", value="nig")
    assert told["options"][0]["text"]["text"] == "nig"
