"""Modals and Home tabs from the app's side."""

from typing import Any

import pytest

from app.demo.workspace import Workspace
from tests.demo.workspace.app_under_test import FORM
from tests.demo.workspace.conftest import Hands, Slack, user_id

pytestmark = pytest.mark.anyio
Json = dict[str, Any]


def trigger(workspace: Workspace, view_id: str = "") -> str:
    world = workspace.world
    return world.triggers.issue(user_id(workspace, "ana"), world.now(), view_id=view_id)


async def test_a_trigger_opens_one_modal_within_three_seconds(slack: Slack, hands: Hands) -> None:
    token = trigger(slack.workspace)
    await slack.call("views.open", trigger_id=token, view=FORM)
    again = await slack.refused("views.open", trigger_id=token, view=FORM)
    assert again == "exchanged_trigger_id"
    late = trigger(slack.workspace)
    await hands.post("clock", advance=4)
    assert await slack.refused("views.open", trigger_id=late, view=FORM) == "expired_trigger_id"
    assert await slack.refused("views.open", trigger_id="1.2.3", view=FORM) == "invalid_trigger_id"


async def test_three_modals_lie_on_each_other_and_not_four(slack: Slack) -> None:
    workspace = slack.workspace
    first = (await slack.call("views.open", trigger_id=trigger(workspace), view=FORM))["view"]
    for _ in range(2):
        pushed = await slack.call(
            "views.push", trigger_id=trigger(workspace, first["id"]), view=FORM
        )
    assert pushed["view"]["root_view_id"] == first["id"]
    assert pushed["view"]["previous_view_id"] not in (None, first["id"])
    fourth = trigger(workspace, first["id"])
    assert await slack.refused("views.push", trigger_id=fourth, view=FORM) == "push_limit_reached"


async def test_an_old_hash_is_a_conflict(slack: Slack) -> None:
    token = trigger(slack.workspace)
    view = (await slack.call("views.open", trigger_id=token, view=FORM))["view"]
    call = {"view_id": view["id"], "view": FORM, "hash": view["hash"]}
    newer = await slack.call("views.update", **call)
    assert newer["view"]["hash"] != view["hash"]
    assert await slack.refused("views.update", **call) == "hash_conflict"


async def test_an_external_id_finds_a_view_and_is_taken_once(slack: Slack) -> None:
    named = FORM | {"external_id": "mine"}
    await slack.call("views.open", trigger_id=trigger(slack.workspace), view=named)
    await slack.call("views.update", external_id="mine", view=named)
    again = trigger(slack.workspace)
    refused = await slack.refused("views.open", trigger_id=again, view=named)
    assert refused == "duplicate_external_id"
    assert await slack.refused("views.update", external_id="other", view=FORM) == "not_found"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"title": {"type": "plain_text", "text": "x" * 25}}, "/view/title/text"),
        ({"submit": None}, "submit"),
        ({"private_metadata": "x" * 3001}, "/view/private_metadata"),
        ({"blocks": [{"type": "divider"}] * 101}, "/view/blocks"),
        ({"colour": "red"}, "colour"),
        ({"type": "dialog"}, "/view/type"),
    ],
)
async def test_a_view_slack_would_not_take(slack: Slack, change: Json, place: str) -> None:
    token = trigger(slack.workspace)
    answer = await slack.raw("views.open", trigger_id=token, view=FORM | change)
    assert answer["error"] == "invalid_arguments"
    assert place in answer["response_metadata"]["messages"][0]


async def test_a_home_tab_is_one_a_person(slack: Slack, hands: Hands) -> None:
    ana = user_id(slack.workspace, "ana")
    view: Json = {"type": "home", "blocks": [{"type": "divider"}]}
    first = (await slack.call("views.publish", user_id=ana, view=view))["view"]
    second = (await slack.call("views.publish", user_id=ana, view=view))["view"]
    assert first["id"] == second["id"]
    conflict = {"user_id": ana, "view": view, "hash": first["hash"]}
    assert await slack.refused("views.publish", **conflict) == "hash_conflict"
    assert (await hands.state())["homes"][ana]["hash"] == second["hash"]
    refused = await slack.refused("views.publish", user_id="U0NOBODY", view=view)
    assert refused == "invalid_arguments"
