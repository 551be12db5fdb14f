"""Forms and choices, as the app hears of them over Slack's Python framework."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import anyio
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from app.demo.workspace import Workspace
from tests.demo.workspace.app_under_test import FORM, Notes, bolt_app
from tests.demo.workspace.conftest import Hands, channel_id, user_id

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
HERE = {"user": "ana", "channel": "#engineering"}


class Stage:
    def __init__(self, workspace: Workspace, app: AsyncApp, notes: Notes, hands: Hands) -> None:
        self.workspace, self.app, self.notes, self.hands = workspace, app, notes, hands

    async def open(self, view: Json) -> str:
        world, ana = self.workspace.world, user_id(self.workspace, "ana")
        trigger = world.triggers.issue(ana, world.now())
        opened = await self.app.client.views_open(trigger_id=trigger, view=view)
        view_id: str = opened["view"]["id"]
        return view_id

    async def submit(self, view_id: str, values: Json) -> Json:
        return await self.hands.act("submit", user="ana", view_id=view_id, values=values)


@pytest.fixture
async def stage(session: aiohttp.ClientSession) -> AsyncIterator[Stage]:
    async with Workspace.running() as workspace:
        app, notes = bolt_app(workspace)
        handler = AsyncSocketModeHandler(app, workspace.app_token)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        with anyio.fail_after(5):
            while not workspace.sockets.connections:
                await anyio.sleep(0.01)
        yield Stage(workspace, app, notes, Hands(session, workspace))
        await handler.close_async()  # type: ignore[no-untyped-call]


def written(text: str) -> Json:
    return {"what": {"what": {"type": "plain_text_input", "value": text}}}


async def test_slack_itself_asks_for_what_is_missing(stage: Stage) -> None:
    view_id = await stage.open(FORM)
    answer = await stage.submit(view_id, {})
    assert answer["response_action"] == "errors"
    assert list(answer["errors"]) == ["what"]
    assert stage.notes.forms == []


async def test_the_app_may_complain_and_the_form_stays(stage: Stage) -> None:
    stage.notes.answer = {"response_action": "errors", "errors": {"what": "Say more."}}
    view_id = await stage.open(FORM)
    answer = await stage.submit(view_id, written("x"))
    assert answer == {"ok": True, "response_action": "errors", "errors": {"what": "Say more."}}
    assert view_id in stage.workspace.state.views


async def test_the_app_may_show_another_form_in_its_place(stage: Stage) -> None:
    changed = FORM | {"title": {"type": "plain_text", "text": "Another"}}
    stage.notes.answer = {"response_action": "update", "view": changed}
    view_id = await stage.open(FORM)
    await stage.submit(view_id, written("x"))
    view = stage.workspace.state.views[view_id]
    assert view["title"]["text"] == "Another"
    assert view["state"]["values"]["what"]["what"]["value"] == "x"  # same ids: the input survives


async def test_the_app_may_push_a_form_and_clear_them_all(stage: Stage) -> None:
    stage.notes.answer = {"response_action": "push", "view": FORM}
    first = await stage.open(FORM)
    await stage.submit(first, written("x"))
    stack = stage.workspace.state.stacks[user_id(stage.workspace, "ana")]
    assert len(stack) == 2
    stage.notes.answer = {"response_action": "clear"}
    await stage.submit(stack[-1], written("x"))
    assert stage.workspace.state.views == {}


async def test_a_form_the_app_answers_wrongly_stays_open(stage: Stage) -> None:
    stage.notes.answer = {"response_action": "update", "view": FORM | {"title": None}}
    view_id = await stage.open(FORM)
    answer = await stage.submit(view_id, written("x"))
    assert (answer["ok"], answer["error"]) == (False, "invalid_arguments")
    assert view_id in stage.workspace.state.views


async def test_closing_all_tells_of_every_form_that_asked(stage: Stage) -> None:
    stage.notes.answer = {"response_action": "push", "view": FORM}
    first = await stage.open(FORM)
    await stage.submit(first, written("x"))
    top = stage.workspace.state.stacks[user_id(stage.workspace, "ana")][-1]
    await stage.hands.act("close", user="ana", view_id=top, is_cleared=True)
    assert [c["view"]["id"] for c in stage.notes.closed] == [top, first]
    assert all(c["is_cleared"] for c in stage.notes.closed)


async def test_every_kind_of_input_starts_with_its_own_value(stage: Stage) -> None:
    ana = user_id(stage.workspace, "ana")
    options = [{"text": {"type": "plain_text", "text": n}, "value": n} for n in ("a", "b")]
    elements: list[Json] = [
        {"type": "static_select", "options": options, "initial_option": options[1]},
        {"type": "multi_static_select", "options": options},
        {"type": "users_select", "initial_user": ana},
        {"type": "checkboxes", "options": options, "initial_options": options[:1]},
        {"type": "datepicker", "initial_date": "2026-03-29"},
        {"type": "timepicker"},
        {"type": "datetimepicker", "initial_date_time": 1_774_746_000},
        {"type": "number_input", "is_decimal_allowed": False, "initial_value": "5"},
    ]
    blocks = [
        {
            "type": "input",
            "optional": True,
            "block_id": element["type"],
            "label": {"type": "plain_text", "text": "x"},
            "element": element | {"action_id": "a"},
        }
        for element in elements
    ]
    view_id = await stage.open(FORM | {"blocks": blocks})
    await stage.submit(view_id, {})
    values = stage.notes.forms[0]["view"]["state"]["values"]
    flat = {block: next(iter(actions.values())) for block, actions in values.items()}
    assert flat["static_select"]["selected_option"]["value"] == "b"
    assert flat["multi_static_select"]["selected_options"] == []
    assert flat["users_select"]["selected_user"] == ana
    assert [o["value"] for o in flat["checkboxes"]["selected_options"]] == ["a"]
    assert flat["datepicker"]["selected_date"] == "2026-03-29"
    assert flat["timepicker"]["selected_time"] is None
    assert flat["datetimepicker"]["selected_date_time"] == 1_774_746_000
    assert flat["number_input"]["value"] == "5"


async def test_a_choice_on_a_message_comes_with_its_option_and_the_state(stage: Stage) -> None:
    seen: list[Json] = []

    @stage.app.action("choose")
    async def on_choose(ack: Any, body: Json) -> None:
        seen.append(body)
        await ack()

    options = [{"text": {"type": "plain_text", "text": n}, "value": n} for n in ("P1", "P2")]
    select = {"type": "static_select", "action_id": "choose", "options": options}
    said = await stage.app.client.chat_postMessage(
        channel="#engineering",
        text="Severity",
        blocks=[{"type": "actions", "block_id": "row", "elements": [select]}],
    )
    click = {**HERE, "ts": said["ts"], "action_id": "choose"}
    assert (await stage.hands.act("click", **click, selected_option="P2"))["ok"]
    assert seen[0]["actions"][0]["selected_option"]["text"]["text"] == "P2"
    chosen = seen[0]["state"]["values"]["row"]["choose"]["selected_option"]
    assert chosen["value"] == "P2"
    refused = await stage.hands.wrong("act/click", **click, selected_option="P9")
    assert "P9" in refused


async def test_a_click_on_what_is_not_there_is_refused_in_a_sentence(stage: Stage) -> None:
    room = channel_id(stage.workspace, "#engineering")
    ts = (await stage.hands.act("message", **HERE, text="x"))["ts"]
    sentence = await stage.hands.wrong(
        "act/click", user="ana", channel=room, ts=ts, action_id="ghost"
    )
    assert "ghost" in sentence
    assert "no view" in await stage.hands.wrong("act/submit", user="ana", view_id="V0")
