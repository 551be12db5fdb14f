"""`conversations.*` that make and change channels."""

from app.demo.workspace import shapes
from app.demo.workspace.api.method import (
    Method,
    Request,
    need_family_scope,
    need_member,
    need_open,
    need_scope,
    the_channel,
    the_user,
)
from app.demo.workspace.deeds import rooms
from app.demo.workspace.errors import SlackError
from app.demo.workspace.values import Channel, Json, User

MOST_INVITED = 100  # documented at the argument; the text of the same page says 1000


def _create(request: Request) -> Json:
    is_private = request.arguments.flag("is_private")
    need_scope(request, "groups:write" if is_private else "channels:manage")
    name = request.arguments.text("name")
    room = rooms.create(request.world, request.actor, name, is_private=is_private)
    return {"channel": shapes.channel(request.world, room)}


def _manage(request: Request, *, extra: str = "") -> Channel:
    room = the_channel(request)
    if room.is_direct:
        raise SlackError("method_not_supported_for_channel_type")
    need_family_scope(request, room, "manage", extra=extra)
    return room


def _invite(request: Request) -> Json:
    room = _manage(request, extra="write.invites")
    need_open(room)
    need_member(request, room)
    wanted = request.arguments.items("users")
    if not wanted:
        raise SlackError("no_user")
    if len(wanted) > MOST_INVITED:
        raise SlackError("too_many_users")
    force = request.arguments.flag("force")
    good, errors = _sort_invitees(request, room, wanted)
    if errors and (not force or not good):
        raise SlackError(errors[0]["error"], errors=errors)
    for person in good:
        rooms.add(request.world, request.actor, room, person)
    body: Json = {"channel": shapes.channel(request.world, room)}
    return body | ({"errors": errors} if errors else {})


def _sort_invitees(
    request: Request, room: Channel, wanted: list[str]
) -> tuple[list[User], list[Json]]:
    good: list[User] = []
    errors: list[Json] = []
    for user_id in dict.fromkeys(wanted):
        person = request.world.state.users.get(user_id)
        why = rooms.why_not_invite(request.world, request.actor, room, person)
        if why or person is None:
            errors.append({"user": user_id, "ok": False, "error": why})
        else:
            good.append(person)
    return good, errors


def _kick(request: Request) -> Json:
    room = _manage(request)
    need_member(request, room)
    need_open(room)
    rooms.kick(request.world, request.actor, room, the_user(request))
    return {}


def _join(request: Request) -> Json:
    need_scope(request, "channels:join")
    room = the_channel(request)
    joined = rooms.join(request.world, request.actor, room)
    body: Json = {"channel": shapes.channel(request.world, room)}
    if joined:
        return body
    return body | {
        "warning": "already_in_channel",
        "response_metadata": {"warnings": ["already_in_channel"]},
    }


def _leave(request: Request) -> Json:
    room = _manage(request)
    left = rooms.leave(request.world, request.actor, room)
    return {} if left else {"not_in_channel": True}


def _archive(request: Request) -> Json:
    rooms.archive(request.world, request.actor, _manage(request))
    return {}


def _unarchive(request: Request) -> Json:
    rooms.unarchive(request.world, request.actor, _manage(request))
    return {}


def _rename(request: Request) -> Json:
    room = _manage(request)
    need_member(request, room)
    need_open(room)
    rooms.rename(request.world, request.actor, room, request.arguments.text("name"))
    return {"channel": shapes.channel(request.world, room)}


def _set_topic(request: Request) -> Json:
    room = _manage(request, extra="write.topic")
    need_open(room)
    need_member(request, room)
    rooms.set_topic(request.world, request.actor, room, request.arguments.text("topic"))
    body = shapes.channel(request.world, room)
    return {"channel": {k: v for k, v in body.items() if k != "is_moved"}}


def _set_purpose(request: Request) -> Json:
    room = _manage(request, extra="write.topic")
    need_open(room)
    need_member(request, room)
    rooms.set_purpose(request.world, request.actor, room, request.arguments.text("purpose"))
    return {"channel": shapes.channel(request.world, room)}


def _open(request: Request) -> Json:
    """A direct message with one person, or with up to eight."""
    if name := request.arguments.text("channel"):
        room = request.world.state.channels.get(name)
        if room is None or not room.is_direct or request.actor.id not in room.members:
            raise SlackError("channel_not_found")
        already = True
    else:
        people = _companions(request)
        room, already = rooms.direct(request.world, {request.actor.id, *people})
    full = request.arguments.flag("return_im")
    body: Json = {"channel": shapes.channel(request.world, room) if full else {"id": room.id}}
    return body | ({"no_op": True, "already_open": True} if already else {})


def _companions(request: Request) -> list[str]:
    wanted = request.arguments.items("users")
    if not wanted:
        raise SlackError("users_list_not_supplied")
    if len(wanted) > 8:
        raise SlackError("too_many_users")
    need_scope(request, "im:write" if len(wanted) == 1 else "mpim:write")
    for user_id in wanted:
        person = request.world.state.users.get(user_id)
        if person is None:
            raise SlackError("user_not_found")
        if person.deleted:
            raise SlackError("user_disabled")
        if person.is_bot:
            raise SlackError("cannot_dm_bot")
    return wanted


def _close(request: Request) -> Json:
    room = the_channel(request)
    if not room.is_direct:
        raise SlackError("method_not_supported_for_channel_type")
    need_family_scope(request, room, "write")
    return {}


METHODS = {
    "conversations.create": Method(answer=_create, tier=20),
    "conversations.invite": Method(answer=_invite),
    "conversations.kick": Method(answer=_kick),
    "conversations.join": Method(answer=_join),
    "conversations.leave": Method(answer=_leave),
    "conversations.archive": Method(answer=_archive, tier=20),
    "conversations.unarchive": Method(answer=_unarchive, tier=20),
    "conversations.rename": Method(answer=_rename, tier=20),
    "conversations.setTopic": Method(answer=_set_topic, tier=20),
    "conversations.setPurpose": Method(answer=_set_purpose, tier=20),
    "conversations.open": Method(answer=_open),
    "conversations.close": Method(answer=_close, tier=20),
}
