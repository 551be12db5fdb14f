"""What the app says back: in the acknowledgement of a command, or to a response address."""

from typing import Any

from app.demo.workspace.blockkit.check import check_attachments, check_message_blocks
from app.demo.workspace.deeds import messages
from app.demo.workspace.errors import SlackError
from app.demo.workspace.interactions.response_urls import Origin
from app.demo.workspace.values import Json, Message
from app.demo.workspace.world import World


def reply(world: World, origin: Origin, said: Any) -> Message | None:
    """Post, replace or delete as the answer asks; None when there is nothing to say."""
    body = {"text": said} if isinstance(said, str) else said
    if not isinstance(body, dict) or not body:
        return None
    check_message_blocks(body.get("blocks"))
    check_attachments(body.get("attachments"))
    if (body.get("delete_original") or body.get("replace_original")) and origin.ts:
        return _change_original(world, origin, body)
    if not any(body.get(key) for key in ("text", "blocks", "attachments")):
        return None
    return _post(world, origin, body)


def _change_original(world: World, origin: Origin, body: Json) -> Message | None:
    room = world.state.channels[origin.channel]
    original = room.messages.get(origin.ts)
    if original is None:
        raise SlackError("message_not_found")
    if body.get("delete_original"):
        messages.delete(world, room, original)
        return None
    messages.replace(world, room, original, mark_edited=not body.get("blocks"), **_content(body))
    return original


def _content(body: Json) -> Json:
    return {
        "text": body.get("text") or "",
        "blocks": body.get("blocks") or None,
        "attachments": body.get("attachments") or None,
    }


def _post(world: World, origin: Origin, body: Json) -> Message:
    """Private to the person who acted unless the app says `in_channel`; needs no membership."""
    room, state = world.state.channels[origin.channel], world.state
    shared = body.get("response_type") == "in_channel"
    said = Message(
        ts=world.new_ts(),
        user=state.app.bot_user_id,
        bot_id=state.app.bot_id,
        app_id=state.app.id,
        thread_ts=body.get("thread_ts") or _thread(world, origin),
        ephemeral_to="" if shared else origin.user,
        metadata=body.get("metadata"),
        **_content(body),
    )
    return messages.post(world, room, said)


def _thread(world: World, origin: Origin) -> str:
    """An answer to a click in a thread stays in that thread."""
    original = world.state.channels[origin.channel].messages.get(origin.ts)
    return original.thread_ts if original is not None and original.is_reply else ""
