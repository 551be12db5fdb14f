"""What has happened in a channel that is not looked at: enough to mark it unread."""

import re

from app.demo.workspace.state import format_ts
from app.demo.workspace.values import Channel, Json, Message
from app.demo.workspace.world import World

COUNTED = 20
"""More than so many unread messages are counted as so many."""
_BROADCAST = re.compile(r"<!(?:here|channel|everyone)[|>]")


def news_of(world: World, room: Channel, seen_by: str) -> Json:
    """The newest message's ts, and what people said since the page was first opened."""
    since = format_ts(int(world.opened_at * 1_000_000))
    recent: list[Json] = []
    for said in reversed(room.messages.values()):
        if said.ts <= since or len(recent) == COUNTED:
            break
        if not is_system(said) and said.ephemeral_to in ("", seen_by):
            calls = _calls(world, said.text, seen_by)
            recent.append({"ts": said.ts, "user": said.user, "calls": calls})
    return {"latest": next(reversed(room.messages), ""), "recent": recent}


def is_system(said: Message) -> bool:
    """Joins, topics and the like: they tell nobody anything new."""
    return said.subtype.startswith(("channel_", "group_"))


def _calls(world: World, text: str, user_id: str) -> bool:
    """By name, by group, by a broadcast."""
    if f"<@{user_id}" in text or _BROADCAST.search(text):
        return True
    groups = world.state.usergroups.values()
    return any(user_id in g.users and f"<!subteam^{g.id}" in text for g in groups)
