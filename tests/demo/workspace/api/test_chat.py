"""The app's messages."""

from typing import Any

import aiohttp
import anyio
import pytest

from app.demo.workspace import Workspace
from tests.demo.workspace.app_under_test import BUTTON
from tests.demo.workspace.conftest import Hands, Slack, channel_id, user_id

pytestmark = pytest.mark.anyio
MANIFEST: dict[str, Any] = {"oauth_config": {"scopes": {"bot": ["chat:write"]}}}


async def posted(slack: Slack, **content: Any) -> dict[str, str]:
    answer = await slack.call("chat.postMessage", channel="#engineering", **content)
    return {"channel": answer["channel"], "ts": answer["ts"]}


async def test_a_message_stands_in_the_history_as_it_was_posted(slack: Slack) -> None:
    where = await posted(slack, text="Hello", blocks=BUTTON)
    last = (await slack.history(where["channel"]))[-1]
    assert last["text"] == "Hello"
    assert last["bot_id"] == slack.workspace.state.app.bot_id
    assert last["blocks"][0]["elements"][0]["action_id"] == "press"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({}, "no_text"),
        ({"text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
        ({"text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"text": "x", "metadata": {"event_type": 1}}, "invalid_metadata_schema"),
        ({"text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"text": "x", "blocks": [{"type": "nothing"}]}, "invalid_blocks"),
    ],
)
async def test_a_message_slack_would_not_take(
    slack: Slack, content: dict[str, Any], code: str
) -> None:
    assert await slack.refused("chat.postMessage", channel="#engineering", **content) == code


async def test_what_is_wrong_with_blocks_is_said_with_its_place(slack: Slack) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
    answer = await slack.raw("chat.postMessage", channel="#engineering", blocks=blocks)
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]


async def test_text_over_forty_thousand_characters_is_cut(slack: Slack) -> None:
    where = await posted(slack, text="x" * 40_001)
    assert len((await slack.history(where["channel"]))[-1]["text"]) == 40_000


async def test_a_channel_the_app_is_not_in_needs_a_scope(
    session: aiohttp.ClientSession,
) -> None:
    async with Workspace.running(manifest=MANIFEST) as workspace:
        slack = Slack(session, workspace)
        refused = await slack.refused("chat.postMessage", channel="#random", text="x")
    assert refused == "not_in_channel"


async def test_a_private_channel_does_not_exist_for_the_app(slack: Slack) -> None:
    secret = channel_id(slack.workspace, "#managers")
    for name in ("#managers", secret):
        assert await slack.refused("chat.postMessage", channel=name, text="x") == (
            "channel_not_found"
        )


async def test_a_user_id_opens_the_direct_message(slack: Slack) -> None:
    ana = user_id(slack.workspace, "ana")
    first = await slack.call("chat.postMessage", channel=ana, text="Psst")
    second = await slack.call("chat.postMessage", channel=ana, text="Psst again")
    assert first["channel"].startswith("D")
    assert first["channel"] == second["channel"]
    bot = user_id(slack.workspace, "lunchbot")
    assert await slack.refused("chat.postMessage", channel=bot, text="x") == "cannot_dm_bot"
    gone = user_id(slack.workspace, "tom")
    assert await slack.refused("chat.postMessage", channel=gone, text="x") == "channel_not_found"


async def test_a_message_under_another_name_lands_at_slackbot(slack: Slack) -> None:
    ana = user_id(slack.workspace, "ana")
    answer = await slack.call("chat.postMessage", channel=ana, text="Boo", username="Ghost")
    room = slack.workspace.state.channels[answer["channel"]]
    assert set(room.members) == {ana, "USLACKBOT"}


async def test_an_update_without_blocks_removes_them_and_marks_the_edit(slack: Slack) -> None:
    where = await posted(slack, text="One", blocks=BUTTON)
    await slack.call("chat.update", **where, text="Two", blocks=BUTTON)
    with_blocks = (await slack.history(where["channel"]))[-1]
    assert "edited" not in with_blocks
    await slack.call("chat.update", **where, text="Three")
    without = (await slack.history(where["channel"]))[-1]
    assert (without["text"], "blocks" in without, "edited" in without) == ("Three", False, True)


async def test_metadata_is_kept_by_an_update_and_shown_when_asked_for(slack: Slack) -> None:
    key = {"event_type": "card", "event_payload": {"incident": 12}}
    where = await posted(slack, text="Card", metadata=key)
    await slack.call("chat.update", **where, text="Card, newer")
    assert "metadata" not in (await slack.history(where["channel"]))[-1]
    shown = await slack.call(
        "conversations.history", channel=where["channel"], include_all_metadata=True
    )
    assert shown["messages"][0]["metadata"] == key


async def test_an_update_has_a_shorter_limit_and_needs_ones_own_message(
    slack: Slack, hands: Hands
) -> None:
    where = await posted(slack, text="One")
    assert await slack.refused("chat.update", **where, text="x" * 4001) == "msg_too_long"
    said = await hands.act("message", user="ana", channel="#engineering", text="Mine")
    theirs = {"channel": where["channel"], "ts": said["ts"]}
    assert await slack.refused("chat.update", **theirs, text="Ours") == "cant_update_message"
    assert await slack.refused("chat.delete", **theirs) == "cant_delete_message"


async def test_an_archived_channel_takes_neither_posts_nor_edits(slack: Slack) -> None:
    where = await posted(slack, text="One")
    await slack.call("conversations.archive", channel=where["channel"])
    refused = await slack.refused("chat.postMessage", channel=where["channel"], text="Two")
    assert refused == "is_archived"
    assert await slack.refused("chat.update", **where, text="Two") == "is_inactive"


async def test_replies_hang_on_the_parent_even_when_they_answer_a_reply(slack: Slack) -> None:
    where = await posted(slack, text="Parent")
    child = await posted(slack, text="Child", thread_ts=where["ts"])
    await posted(slack, text="Grandchild", thread_ts=child["ts"])
    thread = await slack.call("conversations.replies", **where)
    assert [m["text"] for m in thread["messages"]] == ["Parent", "Child", "Grandchild"]
    assert thread["messages"][0]["reply_count"] == 2
    assert [m["text"] for m in await slack.history(where["channel"])][-1] == "Parent"


async def test_a_private_answer_is_in_no_history_and_only_for_its_reader(
    slack: Slack, hands: Hands
) -> None:
    room, ana = channel_id(slack.workspace, "#engineering"), user_id(slack.workspace, "ana")
    await slack.call("chat.postEphemeral", channel=room, user=ana, text="Only you")
    assert "Only you" not in [m["text"] for m in await slack.history(room)]
    for name, sees in (("ana", True), ("ben", False)):
        seen = await hands.state(f"?as={name}")
        texts = [m["text"] for c in seen["channels"] for m in c["messages"]]
        assert ("Only you" in texts) is sees
    lena = user_id(slack.workspace, "lena")
    refused = await slack.refused("chat.postEphemeral", channel=room, user=lena, text="x")
    assert refused == "user_not_in_channel"


async def test_a_scheduled_message_is_posted_when_its_time_comes(
    slack: Slack, hands: Hands
) -> None:
    soon = int(slack.workspace.world.now()) + 300
    call = {"channel": channel_id(slack.workspace, "#engineering"), "text": "Later"}
    await slack.call("chat.scheduleMessage", **call, post_at=soon)
    broken = {"event_type": "x", "event_payload": {}}
    await slack.call("chat.scheduleMessage", **call, post_at=soon, metadata=broken)
    await hands.post("clock", advance=400)
    await anyio.sleep(0.1)
    texts = [m["text"] for m in await slack.history(call["channel"])]
    assert texts.count("Later") == 1  # Slack never posts the one with metadata


@pytest.mark.parametrize(("seconds", "code"), [(-5, "time_in_past"), (130 * 86400, "time_too_far")])
async def test_a_time_slack_will_not_schedule(slack: Slack, seconds: int, code: str) -> None:
    at = int(slack.workspace.world.now()) + seconds
    refused = await slack.refused(
        "chat.scheduleMessage", channel="#engineering", text="x", post_at=at
    )
    assert refused == code


async def test_posts_in_one_channel_come_at_one_a_second_after_a_burst(
    session: aiohttp.ClientSession, workspace: Workspace
) -> None:
    headers = {"Authorization": f"Bearer {workspace.bot_token}"}
    statuses = []
    for number in range(12):
        async with session.post(
            f"{workspace.api_url}chat.postMessage",
            data={"channel": "#engineering", "text": str(number)},
            headers=headers,
        ) as response:
            statuses.append(response.status)
    assert statuses[:10] == [200] * 10
    assert statuses[-1] == 429
