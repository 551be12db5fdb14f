"""Every method once, held against what Slack itself was recorded to answer."""

from typing import Any

import pytest

from app.demo.workspace import Workspace
from app.demo.workspace.api.door import Door
from app.demo.workspace.faults import Faults
from app.demo.workspace.rates import Rates
from tests.demo.workspace import slack_facts
from tests.demo.workspace.conftest import Slack, channel_id, user_id

pytestmark = pytest.mark.anyio
MODAL = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "A form"},
    "blocks": [{"type": "divider"}],
}
HOME = {"type": "home", "blocks": [{"type": "divider"}]}
METADATA = {"event_type": "key", "event_payload": {"key": "1"}}


class Tour:
    """A walk through every method, in an order in which each can succeed."""

    def __init__(self, slack: Slack) -> None:
        self.slack, self.workspace = slack, slack.workspace
        self.called = {"apps.connections.open"}  # checked with its own token, in link/

    async def go(self, method: str, **arguments: Any) -> dict[str, Any]:
        self.called.add(method)
        assert slack_facts.strange_arguments(method, set(arguments)) == set()
        return await self.slack.call(method, **arguments)

    def trigger(self, user: str, view_id: str = "") -> str:
        world = self.workspace.world
        return world.triggers.issue(user, world.now(), view_id=view_id)


async def test_every_answer_has_only_keys_and_types_that_slack_has(slack: Slack) -> None:
    if slack_facts.shapes() is None:
        pytest.skip(slack_facts.MISSING)
    tour = Tour(slack)
    await _app(tour)
    await _rooms(tour)
    await _messages(tour)
    await _people(tour)
    await _surfaces(tour)
    assert _all_methods(slack.workspace) - tour.called == set()


def _all_methods(workspace: Workspace) -> set[str]:
    door = Door(workspace.world, sockets=workspace.sockets, rates=Rates(), faults=Faults())
    return set(door.methods)


async def _app(tour: Tour) -> None:
    await tour.go("api.test", foo="bar")
    await tour.go("auth.test")
    await tour.go("team.info")
    await tour.go("bots.info", bot=tour.workspace.state.app.bot_id)


async def _rooms(tour: Tour) -> None:
    ben, lena = (user_id(tour.workspace, name) for name in ("ben", "lena"))
    made = await tour.go("conversations.create", name="inc-1-conformance")
    room = made["channel"]["id"]
    await tour.go("conversations.invite", channel=room, users=f"{ben},{lena}")
    partly = await tour.go("conversations.invite", channel=room, users=f"{ben},USLACKBOT", force=1)
    assert partly["errors"][0]["error"] == "already_in_channel"
    await tour.go("conversations.kick", channel=room, user=lena)
    await tour.go("conversations.setTopic", channel=room, topic="What is wrong")
    await tour.go("conversations.setPurpose", channel=room, purpose="To mend it")
    await tour.go("conversations.rename", channel=room, name="Inc 1 renamed")
    await tour.go("conversations.canvases.create", channel_id=room)
    await tour.go("conversations.info", channel=room, include_num_members=True)
    await tour.go("conversations.list", types="public_channel,private_channel,im,mpim", limit=3)
    await tour.go("conversations.members", channel=room)
    await tour.go("conversations.archive", channel=room)
    await tour.go("conversations.unarchive", channel=room)
    await tour.go("conversations.leave", channel=room)
    await tour.go("conversations.leave", channel=room)
    await tour.go("conversations.join", channel=room)
    await tour.go("conversations.join", channel=room)
    await tour.go("conversations.open", users=ben, return_im=True)
    direct = await tour.go("conversations.open", users=ben)
    await tour.go("conversations.open", users=f"{ben},{lena}")
    await tour.go("conversations.info", channel=direct["channel"]["id"])
    await tour.go("conversations.close", channel=direct["channel"]["id"])
    await tour.go("users.conversations", types="public_channel,private_channel,im,mpim")


async def _messages(tour: Tour) -> None:
    room = channel_id(tour.workspace, "#engineering")
    ben = user_id(tour.workspace, "ben")
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Hello*"}}]
    said = await tour.go(
        "chat.postMessage", channel=room, text="Hello", blocks=blocks, metadata=METADATA
    )
    ts = said["ts"]
    reply = await tour.go("chat.postMessage", channel=room, text="More", thread_ts=ts)
    await tour.go("chat.postMessage", channel=room, text="Me", username="Somebody else")
    await tour.go("chat.postMessage", channel=room, text="All", thread_ts=ts, reply_broadcast=True)
    await tour.go("chat.postEphemeral", channel=room, user=ben, text="Only you")
    await tour.go("chat.update", channel=room, ts=ts, text="Hello again")
    await tour.go("chat.getPermalink", channel=room, message_ts=reply["ts"])
    later = int(tour.workspace.world.now()) + 600
    await tour.go("chat.scheduleMessage", channel=room, text="Later", post_at=later)
    await tour.go("pins.add", channel=room, timestamp=ts)
    await tour.go("pins.list", channel=room)
    await tour.go("reactions.add", channel=room, timestamp=ts, name="eyes")
    await tour.go("reactions.get", channel=room, timestamp=ts)
    await tour.go("conversations.history", channel=room, include_all_metadata=True)
    await tour.go("conversations.history", channel=room, limit=2)
    await tour.go("conversations.replies", channel=room, ts=ts, include_all_metadata=True)
    await tour.go("conversations.mark", channel=room, ts=ts)
    await tour.go("reactions.remove", channel=room, timestamp=ts, name="eyes")
    await tour.go("pins.remove", channel=room, timestamp=ts)
    await tour.go("chat.delete", channel=room, ts=reply["ts"])
    await _bookmarks(tour, room)


async def _bookmarks(tour: Tour, room: str) -> None:
    made = await tour.go(
        "bookmarks.add",
        channel_id=room,
        title="Runbook",
        type="link",
        link="https://runbooks.acme.test/x",
    )
    mark = made["bookmark"]["id"]
    await tour.go("bookmarks.edit", channel_id=room, bookmark_id=mark, title="Book")
    await tour.go("bookmarks.list", channel_id=room)
    await tour.go("bookmarks.remove", channel_id=room, bookmark_id=mark)


async def _people(tour: Tour) -> None:
    ana, ben = (user_id(tour.workspace, name) for name in ("ana", "ben"))
    for name in ("ana", "gus", "ivy", "tom", "omar", "lunchbot"):
        await tour.go("users.info", user=user_id(tour.workspace, name), include_locale=True)
    await tour.go("users.list", limit=5)
    await tour.go("users.lookupByEmail", email="ana@acme.test")
    await tour.go("users.getPresence", user=ana)
    await tour.go("users.profile.get", user=ana)
    await tour.go("dnd.info", user=ana)
    await tour.go("dnd.teamInfo", users=f"{ana},{ben}")
    made = await tour.go("usergroups.create", name="On duty", handle="on-duty")
    group = made["usergroup"]["id"]
    await tour.go("usergroups.users.update", usergroup=group, users=ana)
    await tour.go("usergroups.users.list", usergroup=group)
    await tour.go("usergroups.update", usergroup=group, description="Who has the pager")
    await tour.go("usergroups.list", include_users=True, include_count=True)
    await tour.go("usergroups.disable", usergroup=group)
    await tour.go("usergroups.enable", usergroup=group)


async def _surfaces(tour: Tour) -> None:
    ana = user_id(tour.workspace, "ana")
    opened = await tour.go("views.open", trigger_id=tour.trigger(ana), view=MODAL)
    view_id = opened["view"]["id"]
    await tour.go("views.push", trigger_id=tour.trigger(ana, view_id), view=MODAL)
    await tour.go("views.update", view_id=view_id, view=MODAL)
    await tour.go("views.publish", user_id=ana, view=HOME)
    await tour.go("canvases.create", title="Notes")


@pytest.mark.parametrize("table", ["DOCUMENTED", "NEWER_ERRORS"])
async def test_every_exception_we_claim_is_still_one(table: str) -> None:
    """An exception that Slack's facts already hold would hide a mistake for nothing."""
    shapes, tables = slack_facts.shapes(), slack_facts.tables()
    if shapes is None or tables is None:
        pytest.skip(slack_facts.MISSING)
    if table == "DOCUMENTED":
        needless = [
            f"{method} {path}"
            for method, paths in slack_facts.DOCUMENTED.items()
            for path in paths
            if path in shapes[method]
        ]
    else:
        needless = [
            f"{method} {code}"
            for method, codes in slack_facts.NEWER_ERRORS.items()
            if method != "*"
            for code in codes
            if code in tables[method]["errors"]
        ]
    assert needless == []
