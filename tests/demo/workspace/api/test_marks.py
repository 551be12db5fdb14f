"""Pins, bookmarks, reactions."""

import pytest

from tests.demo.workspace.conftest import Hands, Slack, channel_id

pytestmark = pytest.mark.anyio


async def message(slack: Slack) -> dict[str, str]:
    answer = await slack.call("chat.postMessage", channel="#engineering", text="Card")
    return {"channel": answer["channel"], "timestamp": answer["ts"]}


async def test_a_message_is_pinned_once(slack: Slack) -> None:
    where = await message(slack)
    await slack.call("pins.add", **where)
    assert await slack.refused("pins.add", **where) == "already_pinned"
    pins = await slack.call("pins.list", channel=where["channel"])
    assert [i["message"]["text"] for i in pins["items"]] == ["Card"]
    await slack.call("pins.remove", **where)
    assert await slack.refused("pins.remove", **where) == "not_pinned"


async def test_what_slack_itself_wrote_cannot_be_pinned(slack: Slack) -> None:
    room = (await slack.call("conversations.create", name="inc-1"))["channel"]["id"]
    joined = (await slack.history(room))[0]
    refused = await slack.refused("pins.add", channel=room, timestamp=joined["ts"])
    assert refused == "not_pinnable"


async def test_pinning_needs_membership_and_a_message(slack: Slack, hands: Hands) -> None:
    room = channel_id(slack.workspace, "#random")
    ts = (await hands.act("message", user="ana", channel=room, text="x"))["ts"]
    assert await slack.refused("pins.add", channel=room, timestamp=ts) == "not_in_channel"
    where = await message(slack) | {"timestamp": "1.000001"}
    assert await slack.refused("pins.add", **where) == "message_not_found"
    assert await slack.refused("pins.add", **where | {"timestamp": "x"}) == "bad_timestamp"


async def test_a_reaction_is_given_once_a_person(slack: Slack, hands: Hands) -> None:
    where = await message(slack)
    await slack.call("reactions.add", **where, name=":eyes:")
    assert await slack.refused("reactions.add", **where, name="eyes") == "already_reacted"
    room, ts = where["channel"], where["timestamp"]
    await hands.act("react", user="ana", channel=room, ts=ts, name="eyes")
    shown = await slack.call("reactions.get", **where)
    assert shown["message"]["reactions"][0]["count"] == 2
    await slack.call("reactions.remove", **where, name="eyes")
    assert await slack.refused("reactions.remove", **where, name="eyes") == "no_reaction"


async def test_bookmarks_are_links_and_at_most_a_hundred(slack: Slack) -> None:
    room = channel_id(slack.workspace, "#engineering")
    mark = {"channel_id": room, "title": "Runbook", "type": "link"}
    add = "bookmarks.add"
    assert await slack.refused(add, **mark, link="ftp://x") == "invalid_link"
    wrong = mark | {"type": "folder"}
    assert await slack.refused(add, **wrong, link="https://x.test") == "invalid_bookmark_type"
    await slack.call(add, **mark, link="https://x.test")
    bookmarks = slack.workspace.state.channels[room].bookmarks
    bookmarks.extend(bookmarks[:1] * 99)
    assert await slack.refused(add, **mark, link="https://x.test") == "too_many_bookmarks"
