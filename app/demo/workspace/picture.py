"""The whole workspace as the page and the tests see it: `GET /_workspace/state`."""

from dataclasses import asdict

from app.demo.workspace import shapes
from app.demo.workspace.api.users import dnd_of
from app.demo.workspace.faults import Faults
from app.demo.workspace.phones import RINGS_FOR
from app.demo.workspace.state import State
from app.demo.workspace.unread import news_of
from app.demo.workspace.values import Channel, Json, Message, User
from app.demo.workspace.world import World

PUSHES = 30
"""So many of a phone's notifications are shown on the page."""


def picture(
    world: World,
    *,
    faults: Faults,
    connected: int,
    mode: str,
    seen_by: str = "",
    calls: bool = True,
    channel: str | None = None,
) -> Json:
    """Everything, or only what one person may see.

    With `channel` (an id or a name; one that is not there is no error) only its messages are in
    it. Of the others it tells what marks them unread, and of each phone the newest pushes, so
    that its size does not grow with all that was ever said.
    """
    state = world.state
    looked_at = None if channel is None else state.channel_called(channel)
    body: Json = {
        "team": asdict(state.team),
        "app": asdict(state.app) | {"connected": connected, "mode": mode},
        "now": world.now(),
        "opened": world.opened_at,
        "users": [_user(world, who) for who in state.users.values()],
        "channels": [
            _channel(world, room, seen_by, whole=channel is None or room is looked_at)
            for room in state.channels.values()
            if not seen_by or _may_see(room, seen_by)
        ],
        "usergroups": [
            {
                "id": g.id,
                "handle": g.handle,
                "name": g.name,
                "users": g.users,
                "disabled": bool(g.deleted),
            }
            for g in state.usergroups.values()
        ],
        "commands": [
            {"command": c.command, "description": c.description, "usage_hint": c.usage_hint}
            for c in world.manifest.commands
        ],
        "shortcuts": [asdict(s) for s in world.manifest.shortcuts],
        "homes": state.homes,
        "views": {u: [state.views[v] for v in stack] for u, stack in state.stacks.items() if stack},
        "phones": _phones(state, None if channel is None else PUSHES),
        "faults": faults.listed(),
        "dark": world.dark,
    }
    if calls:
        body["calls"] = [asdict(c) for c in state.calls]
        body["deliveries"] = [asdict(d) for d in state.deliveries]
    return body


def _phones(state: State, newest: int | None) -> Json:
    """Everybody's notifications; those still `ringing` make a noise until `rings_until`."""
    start = None if newest is None else -newest
    return {
        handle: [asdict(push) | {"rings_until": push.at + RINGS_FOR} for push in pushes[start:]]
        for handle, pushes in state.phones.items()
    }


def _may_see(room: Channel, user_id: str) -> bool:
    return user_id in room.members or not (room.is_private or room.is_direct)


def _user(world: World, who: User) -> Json:
    return {
        "id": who.id,
        "name": who.name,
        "real_name": who.real_name,
        "email": who.email,
        "tz": who.tz,
        "title": who.title,
        "is_bot": who.is_bot,
        "deleted": who.deleted,
        "is_admin": who.is_admin,
        "is_restricted": who.is_guest,
        "is_ultra_restricted": who.is_ultra_restricted,
        "is_stranger": who.is_stranger,
        "team_id": who.team_id,
        "color": who.color,
        "presence": who.presence,
        "dnd": dnd_of(who, world.now()),
    }


def _channel(world: World, room: Channel, seen_by: str, *, whole: bool) -> Json:
    body: Json = {
        "id": room.id,
        "name": room.name,
        "is_private": room.is_private,
        "is_im": room.is_im,
        "is_mpim": room.is_mpim,
        "is_archived": room.is_archived,
        "is_general": room.is_general,
        "is_ext_shared": room.is_ext_shared,
        "creator": room.creator,
        "topic": room.topic.value,
        "purpose": room.purpose.value,
        "members": room.members,
        "pins": [pin.ts for pin in room.pins],
        "bookmarks": [
            {"id": b.id, "title": b.title, "link": b.link, "emoji": b.emoji} for b in room.bookmarks
        ],
    }
    body |= (
        {"messages": _messages(world, room, seen_by)} if whole else news_of(world, room, seen_by)
    )
    if room.is_im:
        bot = world.state.app.bot_user_id
        me = seen_by if seen_by in room.members else bot if bot in room.members else ""
        body["user"] = next((m for m in room.members if m != me), me)
    return body


def _messages(world: World, room: Channel, seen_by: str) -> list[Json]:
    threads: dict[str, list[Message]] = {}
    for said in room.messages.values():
        if said.is_reply and not said.ephemeral_to:
            threads.setdefault(said.thread_ts, []).append(said)
    pinned = {pin.ts for pin in room.pins}
    return [
        _message(world, said, threads.get(said.ts, []), pinned)
        for said in room.messages.values()
        if not seen_by or said.ephemeral_to in ("", seen_by)
    ]


def _message(world: World, said: Message, replies: list[Message], pinned: set[str]) -> Json:
    body = shapes.message(world.state, said)
    body.pop("bot_profile", None)
    body["user"] = said.user
    if replies:
        body["thread_ts"] = said.ts
        body["reply_count"] = len(replies)
        body["reply_users"] = list(dict.fromkeys(r.user for r in replies))
        body["latest_reply"] = replies[-1].ts
    if said.reactions:
        body["reactions"] = shapes.reactions(said)
    if said.ts in pinned:
        body["pinned"] = True
    if said.ephemeral_to:
        body |= {"ephemeral_to": said.ephemeral_to, "ephemeral_id": said.ts}
    return body
