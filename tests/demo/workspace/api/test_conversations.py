"""Channels made, filled, renamed and archived by the app."""

import pytest

from tests.demo.workspace.conftest import Hands, Slack, channel_id, user_id

pytestmark = pytest.mark.anyio


async def made(slack: Slack, name: str, **more: object) -> str:
    answer = await slack.call("conversations.create", name=name, **more)
    room: str = answer["channel"]["id"]
    return room


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "invalid_name_required"),
        ("Inc 1", "invalid_name_specials"),
        ("inc.1", "invalid_name_specials"),
        ("x" * 81, "invalid_name_maxlength"),
        ("---", "invalid_name_punctuation"),
        ("random", "name_taken"),
    ],
)
async def test_a_name_slack_would_not_take(slack: Slack, name: str, code: str) -> None:
    assert await slack.refused("conversations.create", name=name) == code


async def test_an_archived_channel_keeps_its_name(slack: Slack) -> None:
    room = await made(slack, "inc-1")
    await slack.call("conversations.archive", channel=room)
    assert await slack.refused("conversations.create", name="inc-1") == "name_taken"
    assert await slack.refused("conversations.archive", channel=room) == "already_archived"
    await slack.call("conversations.unarchive", channel=room)
    assert await slack.refused("conversations.unarchive", channel=room) == "not_archived"


async def test_a_rename_mends_the_name_and_tells_what_it_made_of_it(slack: Slack) -> None:
    room = await made(slack, "inc-1")
    answer = await slack.call("conversations.rename", channel=room, name="Inc 1: Late!")
    assert answer["channel"]["name"] == "inc-1--late-"
    assert answer["channel"]["previous_names"] == ["inc-1"]
    engineering = channel_id(slack.workspace, "#engineering")
    refused = await slack.refused("conversations.rename", channel=engineering, name="mine")
    assert refused == "not_authorized"


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("ben", ""),
        ("gus", ""),
        ("ivy", "ura_max_channels"),
        ("omar", "no_external_invite_permission"),
        ("tom", "cant_invite"),
        ("baton-itself", "cant_invite_self"),
        ("U0NOBODY", "user_not_found"),
    ],
)
async def test_who_may_be_invited(slack: Slack, who: str, code: str) -> None:
    room = await made(slack, "inc-1")
    person = slack.workspace.state.user_called(who)
    invitee = person.id if person else who
    if who == "baton-itself":
        invitee = slack.workspace.state.app.bot_user_id
    answer = await slack.raw("conversations.invite", channel=room, users=invitee)
    assert answer.get("error", "") == code
    if code:
        assert answer["errors"] == [{"user": invitee, "ok": False, "error": code}]


async def test_one_bad_invitee_stops_all_unless_forced(slack: Slack) -> None:
    room = await made(slack, "inc-1")
    ana, tom = user_id(slack.workspace, "ana"), user_id(slack.workspace, "tom")
    call = {"channel": room, "users": f"{ana},{tom}"}
    assert await slack.refused("conversations.invite", **call) == "cant_invite"
    assert ana not in slack.workspace.state.channels[room].members
    await slack.call("conversations.invite", **call, force=True)
    assert ana in slack.workspace.state.channels[room].members
    assert await slack.refused("conversations.invite", channel=room, users=ana) == (
        "already_in_channel"
    )


async def test_more_than_a_hundred_at_once_are_too_many(slack: Slack) -> None:
    room = await made(slack, "inc-1")
    users = ",".join(f"U{n:010}" for n in range(101))
    assert await slack.refused("conversations.invite", channel=room, users=users) == (
        "too_many_users"
    )


async def test_only_a_member_sets_the_topic_and_it_is_short(slack: Slack) -> None:
    random = channel_id(slack.workspace, "#random")
    topic = "conversations.setTopic"
    assert await slack.refused(topic, channel=random, topic="x") == "not_in_channel"
    room = await made(slack, "inc-1")
    assert await slack.refused(topic, channel=room, topic="x" * 251) == "too_long"
    answer = await slack.call(topic, channel=room, topic="Late")
    assert answer["channel"]["topic"]["value"] == "Late"
    last = (await slack.history(room))[-1]
    assert (last["subtype"], last["topic"]) == ("channel_topic", "Late")


async def test_a_private_channel_is_seen_by_its_members_only(slack: Slack, hands: Hands) -> None:
    room = await made(slack, "secret-1", is_private=True)
    info = await slack.call("conversations.info", channel=room)
    assert info["channel"]["is_private"] is True
    hidden = channel_id(slack.workspace, "#managers")
    assert await slack.refused("conversations.info", channel=hidden) == "channel_not_found"
    assert await slack.refused("conversations.join", channel=hidden) == "channel_not_found"
    answer = await hands.wrong("act/join", user="ana", channel=room)
    assert "no channel" in answer
    listed = await slack.call("conversations.list", types="public_channel,private_channel")
    names = [c["name"] for c in listed["channels"]]
    assert "secret-1" in names
    assert "managers" not in names


async def test_history_needs_membership_and_comes_in_pages(slack: Slack, hands: Hands) -> None:
    random = channel_id(slack.workspace, "#random")
    refused = await slack.refused("conversations.history", channel=random)
    assert refused == "not_in_channel"
    room = channel_id(slack.workspace, "#engineering")
    for number in range(5):
        await hands.act("message", user="ana", channel=room, text=f"{number}")
    first = await slack.call("conversations.history", channel=room, limit=2)
    assert [m["text"] for m in first["messages"]] == ["4", "3"]
    cursor = first["response_metadata"]["next_cursor"]
    second = await slack.call("conversations.history", channel=room, limit=2, cursor=cursor)
    assert [m["text"] for m in second["messages"]] == ["2", "1"]
    oldest = second["messages"][0]["ts"]
    later = await slack.call("conversations.history", channel=room, oldest=oldest)
    assert [m["text"] for m in later["messages"]] == ["4", "3"]


async def test_members_come_in_pages_with_a_cursor(slack: Slack) -> None:
    room = channel_id(slack.workspace, "#general")
    members: list[str] = []
    cursor = ""
    while True:
        answer = await slack.call("conversations.members", channel=room, limit=4, cursor=cursor)
        members += answer["members"]
        cursor = answer["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert members == slack.workspace.state.channels[room].members
    refused = await slack.refused("conversations.members", channel=room, cursor="nonsense")
    assert refused == "invalid_cursor"


async def test_nobody_leaves_or_archives_general(slack: Slack) -> None:
    room = channel_id(slack.workspace, "#general")
    await slack.call("conversations.join", channel=room)
    assert await slack.refused("conversations.leave", channel=room) == "cant_leave_general"
    assert await slack.refused("conversations.archive", channel=room) == "cant_archive_general"


@pytest.mark.parametrize(
    ("who", "code"),
    [("tom", "user_disabled"), ("lunchbot", "cannot_dm_bot"), ("nobody", "user_not_found")],
)
async def test_whom_a_direct_message_cannot_be_opened_with(
    slack: Slack, who: str, code: str
) -> None:
    person = slack.workspace.state.user_called(who)
    users = person.id if person else "U0NOBODY"
    assert await slack.refused("conversations.open", users=users) == code


async def test_a_channel_has_one_canvas(slack: Slack) -> None:
    room = await made(slack, "inc-1")
    made_canvas = await slack.call("conversations.canvases.create", channel_id=room)
    again = await slack.refused("conversations.canvases.create", channel_id=room)
    assert again == "channel_canvas_already_exists"
    info = await slack.call("conversations.info", channel=room)
    assert info["channel"]["properties"]["canvas"]["file_id"] == made_canvas["canvas_id"]
