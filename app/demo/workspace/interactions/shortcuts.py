"""Shortcuts: from anywhere, or from a message's menu."""

from app.demo.workspace import shapes
from app.demo.workspace.errors import Refused
from app.demo.workspace.interactions.payloads import (
    channel_of,
    frame,
    response_url,
    seen_message,
    trigger,
)
from app.demo.workspace.values import Channel, Json, User
from app.demo.workspace.world import World


async def use(world: World, who: User, callback_id: str, room: Channel | None, ts: str) -> Json:
    """On a message where one is named, else global; a global one has no response address."""
    kind = "message" if ts else "global"
    declared = any(
        s.callback_id == callback_id and s.type == kind for s in world.manifest.shortcuts
    )
    if not declared and world.manifest.scopes is not None:
        raise Refused(f"The app's manifest has no {kind} shortcut {callback_id!r}.")
    payload = frame(world, "message_action" if ts else "shortcut", who) | {
        "callback_id": callback_id,
        "trigger_id": trigger(world, who),
        "action_ts": world.new_ts(),
    }
    if ts:
        if room is None:
            raise Refused("A message shortcut needs the channel of its message.")
        said = seen_message(room, who, ts)
        payload |= {
            "channel": channel_of(room),
            "message_ts": ts,
            "message": shapes.message(world.state, said, room=room),
            "response_url": response_url(world, who, room, ts=ts),
        }
    answer = await world.ask("interactive", payload)
    return {"ok": True} if answer.acked else {"ok": False, "error": answer.status}
