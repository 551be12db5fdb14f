"""`chat.*`: the app's messages."""

from app.demo.workspace import shapes
from app.demo.workspace.api.method import (
    Method,
    Request,
    need_open,
    need_scope,
    the_channel,
    the_user,
    visible,
)
from app.demo.workspace.blockkit.check import check_attachments, check_message_blocks
from app.demo.workspace.deeds import messages, rooms
from app.demo.workspace.errors import SlackError
from app.demo.workspace.values import Channel, Json, Message, Scheduled

LONGEST_UPDATE = 4_000
LONGEST_MARKDOWN = 12_000
LATEST_SCHEDULE = 120 * 24 * 3600
MOST_SCHEDULED = 30  # per channel in five minutes
_METADATA_KEYS = {"event_type", "event_payload", "entities"}


def _content(request: Request) -> Json:
    """What a message says, checked: text, blocks, attachments."""
    arguments = request.arguments
    blocks = arguments.nested("blocks", wrong="invalid_blocks_format")
    attachments = arguments.nested("attachments", wrong="invalid_attachments")
    text, markdown = arguments.text("text"), arguments.text("markdown_text")
    if markdown:
        if text or blocks:
            raise SlackError("markdown_text_conflict")
        if len(markdown) > LONGEST_MARKDOWN:
            raise SlackError("msg_too_long")
        text = markdown
    check_message_blocks(blocks)
    check_attachments(attachments)
    if not text and not blocks and not attachments:
        raise SlackError("no_text")
    return {"text": text, "blocks": blocks or None, "attachments": attachments or None}


def _metadata(request: Request) -> Json | None:
    found = request.arguments.nested("metadata", wrong="invalid_metadata_format")
    if not found:
        return None
    if not isinstance(found, dict) or set(found) - _METADATA_KEYS:
        raise SlackError("invalid_metadata_schema")
    if not isinstance(found.get("event_type"), str) or not isinstance(
        found.get("event_payload"), dict
    ):
        raise SlackError("invalid_metadata_schema")
    return found


def _target(request: Request) -> Channel:
    """Where a post goes: a channel by id or #name, or the direct message with a user."""
    state, name = (
        request.world.state,
        request.arguments.required("channel", missing="channel_not_found"),
    )
    if name in state.users:
        return _direct(request, name)
    room = state.channel_called(name)
    if room is None or not visible(room, request.actor):
        raise SlackError("channel_not_found")
    need_open(room)
    if request.actor.id not in room.members and not (
        not room.is_private and request.world.manifest.grants("chat:write.public")
    ):
        raise SlackError("not_in_channel")
    return room


def _direct(request: Request, user_id: str) -> Channel:
    """With another name or face than the app's own, Slack posts into the Slackbot conversation."""
    whom = request.world.state.users[user_id]
    if whom.is_bot:
        raise SlackError("cannot_dm_bot" if whom.id != request.actor.id else "channel_not_found")
    if whom.deleted:
        raise SlackError("channel_not_found")
    sender = "USLACKBOT" if _customised(request) else request.actor.id
    return rooms.direct(request.world, {sender, user_id})[0]


def _customised(request: Request) -> bool:
    return any(key in request.arguments for key in ("username", "icon_emoji", "icon_url"))


def _by_app(request: Request, room: Channel) -> Message:
    """A message of the app with everything but its content, not yet posted."""
    arguments, actor = request.arguments, request.actor
    said = Message(
        ts=request.world.new_ts(),
        user=actor.id,
        bot_id=actor.bot_id,
        app_id=request.world.state.app.id,
        client_msg_id=arguments.text("client_msg_id"),
    )
    if thread := arguments.text("thread_ts"):
        said.thread_ts = messages.thread_parent(room, thread)
        if arguments.flag("reply_broadcast"):
            said.subtype = "thread_broadcast"
    if _customised(request):
        need_scope(request, "chat:write.customize")
        said.subtype = "bot_message"
        said.username = arguments.text("username", actor.real_name)
        if emoji := arguments.text("icon_emoji"):
            said.icons = {"emoji": emoji}
    return said


def _post_message(request: Request) -> Json:
    room = _target(request)
    content = _content(request)
    said = _by_app(request, room)
    said.metadata = _metadata(request)
    _fill(said, content)
    messages.post(request.world, room, said)
    body = shapes.message(request.world.state, said)
    body.pop("client_msg_id", None)
    return {"channel": room.id, "ts": said.ts, "message": body}


def _fill(said: Message, content: Json) -> None:
    said.text, said.blocks = content["text"], content["blocks"]
    said.attachments = content["attachments"]


def _post_ephemeral(request: Request) -> Json:
    room = _target(request)
    reader = the_user(request, missing="user_not_in_channel")
    if reader.id not in room.members:
        raise SlackError("user_not_in_channel")
    content = _content(request)
    said = _by_app(request, room)
    said.ephemeral_to = reader.id
    _fill(said, content)
    messages.post(request.world, room, said)
    return {"message_ts": said.ts}


def _own_message(request: Request, room: Channel, code: str) -> Message:
    ts = request.arguments.text("ts")
    said = messages.find(room, ts)
    if said.bot_id != request.actor.bot_id:
        raise SlackError(code)
    return said


def _update(request: Request) -> Json:
    room = the_channel(request)
    need_open(room, "is_inactive")
    said = _own_message(request, room, "cant_update_message")
    content = _content(request)
    if not content["blocks"] and len(content["text"]) > LONGEST_UPDATE:
        raise SlackError("msg_too_long")
    if "attachments" not in request.arguments and "blocks" not in request.arguments:
        content["attachments"] = said.attachments  # text alone removes blocks, not attachments
    if metadata := _metadata(request):
        content["metadata"] = metadata
    messages.replace(request.world, room, said, mark_edited=not content["blocks"], **content)
    body = shapes.message(request.world.state, said, ts=False)
    for key in ("client_msg_id", "subtype", "username", "icons"):
        body.pop(key, None)
    return {"channel": room.id, "ts": said.ts, "text": said.text, "message": body}


def _delete(request: Request) -> Json:
    room = the_channel(request)
    said = _own_message(request, room, "cant_delete_message")
    messages.delete(request.world, room, said)
    return {"channel": room.id, "ts": said.ts}


def _get_permalink(request: Request) -> Json:
    room = the_channel(request)
    said = messages.find(room, request.arguments.required("message_ts"))
    return {"channel": room.id, "permalink": shapes.permalink(request.world, room, said)}


def _schedule_message(request: Request) -> Json:
    world, room = request.world, _target(request)
    content = _content(request)
    post_at = request.arguments.number("post_at", 0, wrong="invalid_time")
    _check_time(request, room, post_at)
    later = Scheduled(
        id=world.state.new_id("Q"),
        channel=room.id,
        post_at=post_at,
        thread_ts=request.arguments.text("thread_ts"),
        has_metadata=_metadata(request) is not None,
        **content,
    )
    world.state.scheduled[later.id] = later
    preview = Message(
        ts="", user=request.actor.id, bot_id=request.actor.bot_id, app_id=world.state.app.id
    )
    _fill(preview, content)
    return {
        "scheduled_message_id": later.id,
        "channel": room.id,
        "post_at": post_at,
        "message": shapes.message(world.state, preview, ts=False),
    }


def _check_time(request: Request, room: Channel, post_at: int) -> None:
    world = request.world
    if post_at <= 0:
        raise SlackError("invalid_time")
    if post_at <= world.now():
        raise SlackError("time_in_past")
    if post_at > world.now() + LATEST_SCHEDULE:
        raise SlackError("time_too_far")
    near = [
        s
        for s in world.state.scheduled.values()
        if s.channel == room.id and abs(s.post_at - post_at) < 300
    ]
    if len(near) >= MOST_SCHEDULED:
        raise SlackError("restricted_too_many")


_WRITE = ("chat:write",)
METHODS = {
    "chat.postMessage": Method(answer=_post_message, tier=None, scopes=_WRITE),
    "chat.postEphemeral": Method(answer=_post_ephemeral, tier=100, scopes=_WRITE),
    "chat.update": Method(answer=_update, scopes=_WRITE),
    "chat.delete": Method(answer=_delete, scopes=_WRITE),
    "chat.getPermalink": Method(answer=_get_permalink, tier=None),
    "chat.scheduleMessage": Method(answer=_schedule_message, scopes=_WRITE),
}
