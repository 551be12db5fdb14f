"""`conversations.*` that look: info, list, members, history, replies, mark."""

from app.demo.workspace import shapes
from app.demo.workspace.api.method import (
    Method,
    Request,
    need_family_scope,
    need_member,
    need_scope,
    the_channel,
    visible,
)
from app.demo.workspace.api.paging import page
from app.demo.workspace.errors import SlackError
from app.demo.workspace.events import kind_of
from app.demo.workspace.values import Channel, Json, Message

TYPES = {
    "public_channel": ("channel", "channels:read"),
    "private_channel": ("group", "groups:read"),
    "im": ("im", "im:read"),
    "mpim": ("mpim", "mpim:read"),
}


def rooms_listed(request: Request, rooms: list[Channel]) -> Json:
    """The channels among these that the call asks for, in pages."""
    wanted = request.arguments.items("types") or ["public_channel"]
    if any(name not in TYPES for name in wanted):
        raise SlackError("invalid_types")
    for name in wanted:
        need_scope(request, TYPES[name][1])
    kinds = {TYPES[name][0] for name in wanted}
    no_archived = request.arguments.flag("exclude_archived")
    found = [c for c in rooms if kind_of(c) in kinds and not (no_archived and c.is_archived)]
    shown, metadata = page(found, request.arguments)
    return {
        "channels": [_listed(request, room) for room in shown],
        "response_metadata": metadata,
    }


def _listed(request: Request, room: Channel) -> Json:
    body = shapes.channel(request.world, room)
    if room.is_im:
        other = request.world.state.users.get(body["user"])
        return body | {"is_user_deleted": other is not None and other.deleted}
    return body | {"num_members": len(room.members)}


def _list(request: Request) -> Json:
    rooms = [c for c in request.world.state.channels.values() if visible(c, request.actor)]
    return rooms_listed(request, rooms)


def _info(request: Request) -> Json:
    room = the_channel(request)
    need_family_scope(request, room, "read")
    body = shapes.channel(request.world, room)
    if not room.is_direct:
        body["last_read"] = next(reversed(room.messages), "0000000000.000000")
        if room.canvas_id:
            body["properties"] = {"canvas": {"file_id": room.canvas_id, "is_empty": False}}
    if request.arguments.flag("include_num_members"):
        body["num_members"] = len(room.members)
    return {"channel": body}


def _members(request: Request) -> Json:
    room = the_channel(request)
    need_family_scope(request, room, "read")
    shown, metadata = page(room.members, request.arguments)
    return {"members": shown, "response_metadata": metadata}


def _window(request: Request, said: list[Message]) -> list[Message]:
    """The messages between `oldest` and `latest`."""
    arguments = request.arguments
    oldest = _time(arguments.text("oldest", "0"), "invalid_ts_oldest")
    latest = _time(arguments.text("latest") or "99999999999", "invalid_ts_latest")
    if arguments.flag("inclusive"):
        return [m for m in said if oldest <= float(m.ts) <= latest]
    return [m for m in said if oldest < float(m.ts) < latest]


def _time(text: str, wrong: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SlackError(wrong) from None


def _shown(request: Request, room: Channel, said: list[Message]) -> list[Json]:
    metadata = request.arguments.flag("include_all_metadata")
    return [shapes.message(request.world.state, m, room=room, metadata=metadata) for m in said]


def _history(request: Request) -> Json:
    """Newest first; replies are left to `conversations.replies` unless they were broadcast."""
    room = the_channel(request)
    need_family_scope(request, room, "history")
    need_member(request, room)
    top = [
        m
        for m in room.messages.values()
        if not m.ephemeral_to and (not m.is_reply or m.subtype == "thread_broadcast")
    ]
    shown, metadata = page(_window(request, top)[::-1], request.arguments, most=999)
    body: Json = {
        "messages": _shown(request, room, shown),
        "has_more": bool(metadata["next_cursor"]),
        "pin_count": len(room.pins),
        "channel_actions_count": 0,
    }
    return body | ({"response_metadata": metadata} if metadata["next_cursor"] else {})


def _replies(request: Request) -> Json:
    room = the_channel(request)
    need_family_scope(request, room, "history")
    need_member(request, room)
    asked = room.messages.get(request.arguments.text("ts"))
    if asked is None or asked.ephemeral_to:
        raise SlackError("thread_not_found")
    parent = room.messages.get(asked.thread_ts or asked.ts, asked)
    replies = _window(request, room.replies(parent.ts))
    shown, metadata = page([parent, *replies], request.arguments)
    body: Json = {
        "messages": _shown(request, room, shown),
        "has_more": bool(metadata["next_cursor"]),
    }
    for reply in body["messages"][1:]:
        reply["parent_user_id"] = parent.user
    return body | ({"response_metadata": metadata} if metadata["next_cursor"] else {})


def _mark(request: Request) -> Json:
    room = the_channel(request)
    need_family_scope(request, room, "manage")
    need_member(request, room)
    _time(request.arguments.required("ts", missing="invalid_timestamp"), "invalid_timestamp")
    return {}


METHODS = {
    "conversations.info": Method(answer=_info),
    "conversations.list": Method(answer=_list, tier=20),
    "conversations.members": Method(answer=_members, tier=100),
    "conversations.history": Method(answer=_history),
    "conversations.replies": Method(answer=_replies),
    "conversations.mark": Method(answer=_mark),
}
