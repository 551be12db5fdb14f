"""The straight way leads to the same listener as Bolt's own."""

import json
import re
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse

from app.chat import actions
from handlers.slack.direct import DirectBolt, what_is_asked

pytestmark = pytest.mark.anyio
WHO = {"user": {"id": "UANA", "team_id": "T1"}, "team": {"id": "T1"}, "trigger_id": "1.1.a"}


def command(name: str, text: str) -> dict[str, Any]:
    return {"command": name, "text": text, "user_id": "UANA", "team_id": "T1", "trigger_id": "1.1"}


def press(action: str, value: str = "1") -> dict[str, Any]:
    pressed = {"type": "button", "action_id": action, "block_id": "b", "value": value}
    return {"type": "block_actions", "actions": [pressed], **WHO}


def form(callback: str) -> dict[str, Any]:
    return {"type": "view_submission", "view": {"callback_id": callback, "type": "modal"}, **WHO}


def shortcut(callback: str, kind: str = "shortcut") -> dict[str, Any]:
    return {"type": kind, "callback_id": callback, **WHO}


def request(body: dict[str, Any]) -> AsyncBoltRequest:
    return AsyncBoltRequest(mode="socket_mode", body=body)


@pytest.mark.parametrize(
    "body",
    [
        command("/inc", "help"),
        command("/oncall", "help"),
        command("/other", "help"),
        press(f"{actions.LINK}_runbook"),
        press(actions.FOLLOW_QUIETLY, "no number"),
        press(f"{actions.RUN_COMMAND}:1", "inc list"),
        press("nobody's"),
        form(actions.NOTE_FORM),
        form("nobody's"),
        shortcut("nobody's"),
        shortcut("nobody's", "message_action"),
    ],
    ids=str,
)
async def test_the_answer_is_the_one_of_bolts_own_way(
    bolt: DirectBolt, body: dict[str, Any]
) -> None:
    assert what_is_asked(body) is not None
    straight = await bolt.async_dispatch(request(body))
    around: BoltResponse = await AsyncApp.async_dispatch(bolt, request(body))
    assert (straight.status, straight.body) == (around.status, around.body)
    assert straight.status == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"command": 7},
        {"type": "block_actions"},
        {"type": "block_actions", "actions": []},
        {"type": "block_actions", "actions": [{"action_id": None}]},
        {"type": "view_submission", "view": None},
        {"type": "event_callback", "event": {"type": "message"}},
    ],
    ids=str,
)
def test_what_has_no_known_shape_is_left_to_bolt(body: dict[str, Any]) -> None:
    assert what_is_asked(body) is None


async def test_a_name_goes_before_a_pattern_and_patterns_go_in_order() -> None:
    bolt = DirectBolt(signing_secret="", request_verification_enabled=False, token="xoxb-none")
    bolt.action("exact")(answering("by name"))
    bolt.action(re.compile("ex"))(answering("the first pattern"))
    bolt.action(re.compile("e"))(answering("the second pattern"))
    told = [(await bolt.async_dispatch(request(press(each)))).body for each in ("exact", "ex", "e")]
    assert told == ["by name", "the first pattern", "the second pattern"]


def answering(text: str) -> Any:
    async def listener(ack: AsyncAck) -> None:
        await ack(text)

    return listener


async def test_a_listener_that_raises_is_an_error_that_slack_tells(
    bolt: DirectBolt, caplog: pytest.LogCaptureFixture
) -> None:
    @bolt.command("/broken")
    async def on_command(ack: AsyncAck, body: dict[str, Any]) -> None:
        raise ValueError("broken")

    answer = await bolt.async_dispatch(request(command("/broken", "")))
    assert answer.status == 500
    assert "A listener failed." in caplog.text


async def test_somebody_unknown_is_refused_on_this_way_too(bolt: DirectBolt) -> None:
    body = command("/inc", "list")
    body["user_id"] = "UNOBODY"
    answer = await bolt.async_dispatch(request(body))
    assert "I do not know your Slack account" in json.loads(answer.body)["text"]
