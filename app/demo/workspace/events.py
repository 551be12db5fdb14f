"""Which event the app is told, and when: only what its manifest asks for and its bot may see."""

from app.demo.workspace import shapes
from app.demo.workspace.values import Channel, Json, Message, Pin, User
from app.demo.workspace.world import World


def kind_of(channel: Channel) -> str:
    """The `channel_type` of Slack's events."""
    if channel.is_im:
        return "im"
    if channel.is_mpim:
        return "mpim"
    return "group" if channel.is_private else "channel"


_MESSAGE_EVENT = {
    "im": "message.im",
    "mpim": "message.mpim",
    "group": "message.groups",
    "channel": "message.channels",
}


def message(world: World, channel: Channel, posted: Message) -> None:
    """A new message; also `app_mention` where the bot is named in a channel it is in."""
    kind = kind_of(channel)
    body = shapes.message(world.state, posted)
    body |= {"channel": channel.id, "event_ts": posted.ts, "channel_type": kind}
    _send_in(world, channel, _MESSAGE_EVENT[kind], body)
    named = f"<@{world.state.app.bot_user_id}>" in posted.text
    if named and not channel.is_direct and not posted.subtype and not _is_own(world, posted):
        mention = {k: v for k, v in body.items() if k != "channel_type"}
        _send_in(world, channel, "app_mention", mention | {"type": "app_mention"})


def _is_own(world: World, posted: Message) -> bool:
    return posted.bot_id == world.state.app.bot_id


def message_changed(world: World, channel: Channel, now: Message, before: Json) -> None:
    _hidden(
        world,
        channel,
        {
            "subtype": "message_changed",
            "message": shapes.message(world.state, now, room=channel),
            "previous_message": before,
        },
    )


def message_deleted(world: World, channel: Channel, ts: str, before: Json) -> None:
    _hidden(
        world,
        channel,
        {"subtype": "message_deleted", "deleted_ts": ts, "previous_message": before},
    )


def _hidden(world: World, channel: Channel, body: Json) -> None:
    ts = world.new_ts()
    kind = kind_of(channel)
    frame: Json = {
        "type": "message",
        "channel": channel.id,
        "hidden": True,
        "ts": ts,
        "event_ts": ts,
        "channel_type": kind,
    }
    _send_in(world, channel, _MESSAGE_EVENT[kind], frame | body)


def member_joined(world: World, channel: Channel, user: User, inviter: str = "") -> None:
    body = _membership(world, "member_joined_channel", channel, user)
    if inviter:
        body["inviter"] = inviter
    _send_in(world, channel, "member_joined_channel", body)


def member_left(world: World, channel: Channel, user: User) -> None:
    _send_in(
        world,
        channel,
        "member_left_channel",
        _membership(world, "member_left_channel", channel, user),
    )


def _membership(world: World, name: str, channel: Channel, user: User) -> Json:
    return {
        "type": name,
        "user": user.id,
        "channel": channel.id,
        "channel_type": "G" if channel.is_private else "C",
        "team": world.state.team.id,
        "event_ts": world.new_ts(),
    }


def reaction(world: World, name: str, channel: Channel, on: Message, user: str, emoji: str) -> None:
    """`reaction_added` or `reaction_removed`."""
    body: Json = {
        "type": name,
        "user": user,
        "reaction": emoji,
        "item": {"type": "message", "channel": channel.id, "ts": on.ts},
        "item_user": on.user,
        "event_ts": world.new_ts(),
    }
    _send_in(world, channel, name, body)


def pin(world: World, name: str, channel: Channel, pinned: Pin, by: str) -> None:
    """`pin_added` or `pin_removed`."""
    item = shapes.pin_item(world, channel, pinned)
    body: Json = {
        "type": name,
        "user": by,
        "channel_id": channel.id,
        "item": item,
        "item_user": item["message"].get("user", ""),
        "pin_count": len(channel.pins),
        "event_ts": world.new_ts(),
    }
    if name == "pin_removed":
        body["has_pins"] = bool(channel.pins)
    _send_in(world, channel, name, body)


def channel_created(world: World, channel: Channel) -> None:
    if channel.is_private or channel.is_direct:
        return
    body = {
        "type": "channel_created",
        "channel": shapes.channel(world, channel, member=False),
        "event_ts": world.new_ts(),
    }
    _send(world, "channel_created", body, shared=False)


def channel_renamed(world: World, channel: Channel) -> None:
    body: Json = {
        "channel": {
            "id": channel.id,
            "is_channel": not channel.is_private,
            "is_mpim": False,
            "name": channel.name,
            "name_normalized": channel.name,
            "created": channel.created,
        },
        "event_ts": world.new_ts(),
    }
    _send_room(world, channel, "rename", body)


def channel_archived(world: World, channel: Channel, by: str, *, archived: bool) -> None:
    body: Json = {"channel": channel.id, "user": by, "is_moved": 0, "event_ts": world.new_ts()}
    _send_room(world, channel, "archive" if archived else "unarchive", body)


def user_changed(world: World, user: User) -> None:
    body = {
        "type": "user_change",
        "user": shapes.user(world, user),
        "cache_ts": int(world.now()),
        "event_ts": world.new_ts(),
    }
    _send(world, "user_change", body, shared=False)


def team_joined(world: World, user: User) -> None:
    body = {"type": "team_join", "user": shapes.user(world, user), "event_ts": world.new_ts()}
    _send(world, "team_join", body, shared=False)


def home_opened(world: World, user: User, channel: Channel, tab: str) -> None:
    body: Json = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": channel.id,
        "tab": tab,
        "event_ts": world.new_ts(),
    }
    if tab == "home" and user.id in world.state.homes:
        body["view"] = world.state.homes[user.id]
    _send(world, "app_home_opened", body, shared=False)


def _send_room(world: World, channel: Channel, what: str, body: Json) -> None:
    """Public channels are everybody's news; private ones only the members'."""
    if channel.is_private:
        _send_in(world, channel, f"group_{what}", body | {"type": f"group_{what}"})
    else:
        _send(world, f"channel_{what}", body | {"type": f"channel_{what}"}, channel.is_ext_shared)


def _send_in(world: World, channel: Channel, wanted: str, body: Json) -> None:
    if world.state.app.bot_user_id in channel.members:
        _send(world, wanted, body, channel.is_ext_shared)


def _send(world: World, wanted: str, body: Json, shared: bool) -> None:
    if world.manifest.wants(wanted):
        world.send_event(body, shared)
