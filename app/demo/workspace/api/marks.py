"""`pins.*`, `bookmarks.*`, `reactions.*`: what is fastened to a channel or a message."""

from app.demo.workspace import shapes
from app.demo.workspace.api.arguments import invalid
from app.demo.workspace.api.method import (
    Method,
    Request,
    need_member,
    need_open,
    the_channel,
)
from app.demo.workspace.deeds import messages
from app.demo.workspace.errors import SlackError
from app.demo.workspace.values import Bookmark, Channel, Json, Message

MOST_BOOKMARKS = 100


def _target(request: Request) -> tuple[Channel, Message]:
    room = the_channel(request)
    need_member(request, room)
    ts = request.arguments.required("timestamp", missing="no_item_specified")
    if not ts.replace(".", "", 1).isdigit():
        raise SlackError("bad_timestamp")
    return room, messages.find(room, ts)


def _pin(request: Request) -> Json:
    room, said = _target(request)
    need_open(room)
    messages.pin(request.world, room, said, request.actor)
    return {}


def _unpin(request: Request) -> Json:
    room, said = _target(request)
    messages.unpin(request.world, room, said, request.actor)
    return {}


def _pins(request: Request) -> Json:
    room = the_channel(request)
    need_member(request, room)
    newest_first = reversed(room.pins)
    return {"items": [_listed_pin(request, room, p.ts, p.by, p.at) for p in newest_first]}


def _listed_pin(request: Request, room: Channel, ts: str, by: str, at: int) -> Json:
    said = room.messages[ts]
    body = shapes.message(request.world.state, said, room=room, metadata=False)
    body["pinned_to"] = [room.id]
    body["permalink"] = shapes.permalink(request.world, room, said)
    return {"type": "message", "channel": room.id, "created": at, "created_by": by, "message": body}


def _react(request: Request) -> Json:
    room, said = _target(request)
    need_open(room)
    name = request.arguments.required("name", missing="invalid_name")
    messages.react(request.world, room, said, request.actor, name)
    return {}


def _unreact(request: Request) -> Json:
    room, said = _target(request)
    name = request.arguments.required("name", missing="invalid_name")
    messages.unreact(request.world, room, said, request.actor, name)
    return {}


def _reactions(request: Request) -> Json:
    room, said = _target(request)
    body = shapes.message(request.world.state, said, metadata=False)
    body["permalink"] = shapes.permalink(request.world, room, said)
    for key in ("thread_ts", "client_msg_id", "edited"):
        body.pop(key, None)
    if said.reactions:
        body["reactions"] = shapes.reactions(said)
    return {"type": "message", "channel": room.id, "message": body}


def _bookmark_room(request: Request) -> Channel:
    room = the_channel(request, "channel_id")
    need_member(request, room)
    return room


def _add_bookmark(request: Request) -> Json:
    world, arguments = request.world, request.arguments
    room = _bookmark_room(request)
    need_open(room)
    if arguments.required("type") != "link":
        raise SlackError("invalid_bookmark_type")
    if len(room.bookmarks) >= MOST_BOOKMARKS:
        raise SlackError("too_many_bookmarks")
    now = int(world.now())
    mark = Bookmark(
        id=world.state.new_id("Bk"),
        title=arguments.required("title"),
        link=_link(arguments.text("link")),
        emoji=arguments.text("emoji"),
        created=now,
        by=request.actor.id,
    )
    room.bookmarks.append(mark)
    world.touch()
    return {"bookmark": shapes.bookmark(world, room, mark)}


def _link(link: str) -> str:
    if not link.startswith(("http://", "https://")):
        raise SlackError("invalid_link")
    if len(link) > 3000:
        raise invalid("must be no more than 3000 characters [json-pointer:/link]")
    return link


def _bookmark(request: Request) -> tuple[Channel, Bookmark]:
    room = _bookmark_room(request)
    wanted = request.arguments.required("bookmark_id")
    mark = next((b for b in room.bookmarks if b.id == wanted), None)
    if mark is None:
        raise SlackError("not_found")
    return room, mark


def _edit_bookmark(request: Request) -> Json:
    room, mark = _bookmark(request)
    arguments = request.arguments
    mark.title = arguments.text("title", mark.title)
    mark.emoji = arguments.text("emoji", mark.emoji)
    if "link" in arguments:
        mark.link = _link(arguments.text("link"))
    mark.updated, mark.by = int(request.world.now()), request.actor.id
    request.world.touch()
    return {"bookmark": shapes.bookmark(request.world, room, mark)}


def _remove_bookmark(request: Request) -> Json:
    room, mark = _bookmark(request)
    room.bookmarks.remove(mark)
    request.world.touch()
    return {}


def _bookmarks(request: Request) -> Json:
    room = _bookmark_room(request)
    return {"bookmarks": [shapes.bookmark(request.world, room, mark) for mark in room.bookmarks]}


METHODS = {
    "pins.add": Method(answer=_pin, tier=20, scopes=("pins:write",)),
    "pins.remove": Method(answer=_unpin, tier=20, scopes=("pins:write",)),
    "pins.list": Method(answer=_pins, tier=20, scopes=("pins:read",)),
    "reactions.add": Method(answer=_react, scopes=("reactions:write",)),
    "reactions.remove": Method(answer=_unreact, tier=20, scopes=("reactions:write",)),
    "reactions.get": Method(answer=_reactions, scopes=("reactions:read",)),
    "bookmarks.add": Method(answer=_add_bookmark, tier=20, scopes=("bookmarks:write",)),
    "bookmarks.edit": Method(answer=_edit_bookmark, tier=20, scopes=("bookmarks:write",)),
    "bookmarks.remove": Method(answer=_remove_bookmark, tier=20, scopes=("bookmarks:write",)),
    "bookmarks.list": Method(answer=_bookmarks, scopes=("bookmarks:read",)),
}
