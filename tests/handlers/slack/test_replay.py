"""Every door of Slack's remembers what it did: a request that comes again has no second effect."""

import json
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from app.chat import actions
from app.flows.admit import Operator
from app.flows.declare import declare
from app.flows.record import channel_made
from storage.tables import audit, seen_requests, timeline
from tests.kit import Bench

pytestmark = pytest.mark.anyio

WHO: dict[str, Any] = {"user": {"id": "UANA", "team_id": "T1"}, "team": {"id": "T1"}}


def press(action: str, value: str) -> dict[str, Any]:
    button = {"type": "button", "action_id": action, "block_id": "b", "value": value}
    return {
        "type": "block_actions",
        "trigger_id": f"1.{action}",
        "container": {"type": "message"},
        "actions": [button],
    }


def event(kind: str, **facts: Any) -> dict[str, Any]:
    told = {"type": kind, "channel": "CROOM", "user": "UANA", "team": "T1", **facts}
    return {"type": "event_callback", "event_id": f"Ev{kind}", "team_id": "T1", "event": told}


REQUESTS: dict[str, dict[str, Any]] = {
    "a command": {
        "command": "/inc",
        "text": "note INC-1 seen at six",
        "user_id": "UANA",
        "team_id": "T1",
        "channel_id": "C1",
        "trigger_id": "1.command",
    },
    "a press": WHO | press(actions.ACKNOWLEDGE, "1"),
    "a press that runs a command": WHO | press(actions.RUN_COMMAND, "inc note INC-1 seen"),
    "a form": WHO
    | {
        "type": "view_submission",
        "trigger_id": "1.form",
        "view": {
            "type": "modal",
            "callback_id": actions.NOTE_FORM,
            "private_metadata": json.dumps({"incident": 1}),
            "state": {"values": {"text": {"value": {"value": "seen"}}}},
        },
    },
    "a shortcut": WHO
    | {
        "type": "message_action",
        "callback_id": actions.ADD_TO_INCIDENT,
        "trigger_id": "1.shortcut",
        "message": {"text": "it burns"},
        "channel": {"id": "CROOM"},
    },
    "a pin": event("pin_added", channel_id="CROOM", item={"message": {"text": "it burns"}}),
    "a join": event("member_joined_channel"),
}


@pytest.mark.parametrize("request_body", REQUESTS.values(), ids=REQUESTS)
async def test_a_request_that_comes_again_has_no_second_effect(
    bench: Bench, bolt: AsyncApp, request_body: dict[str, Any]
) -> None:
    bench.do(declare, "orders fail", by=Operator())
    bench.do(channel_made, 1, channel_id="CROOM", name="inc-1")
    before, after = counts(bench), []
    for _ in range(3):
        answer = await bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=request_body))
        assert answer.status == 200
        after.append(counts(bench))
    assert after[0] != before
    assert after[1:] == after[:1] * 2
    assert after[0][0] == before[0] + 1


def counts(bench: Bench) -> tuple[int, int, int]:
    """Requests that are remembered, and what was written for them."""
    with bench.database.read.begin() as tx:
        told = (seen_requests, timeline, audit)
        first, second, third = (len(tx.execute(table.select()).all()) for table in told)
    return first, second, third
