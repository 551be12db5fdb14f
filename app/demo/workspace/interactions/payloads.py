"""The parts that every interaction payload has in common."""

from app.demo.workspace import shapes
from app.demo.workspace.errors import Refused
from app.demo.workspace.interactions.response_urls import Origin
from app.demo.workspace.values import Channel, Json, Message, User
from app.demo.workspace.world import World


def frame(world: World, kind: str, who: User) -> Json:
    team = world.state.team
    return {
        "type": kind,
        "token": "verification-token",
        "team": {"id": team.id, "domain": team.domain},
        "user": {
            "id": who.id,
            "username": who.name,
            "name": who.name,
            "team_id": who.team_id,
        },
        "api_app_id": world.state.app.id,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_of(room: Channel) -> Json:
    return {"id": room.id, "name": channel_name(room)}


def channel_name(room: Channel) -> str:
    """Slack does not tell the names of what is not public."""
    if room.is_im:
        return "directmessage"
    return "privategroup" if room.is_private or room.is_mpim else room.name


def response_url(world: World, who: User, room: Channel, *, ts: str = "") -> str:
    origin = Origin(user=who.id, channel=room.id, ts=ts)
    name = world.response_urls.issue(origin, world.now())
    return f"{world.url}/response/{world.state.team.id}/{name}"


def trigger(world: World, who: User, *, view_id: str = "") -> str:
    return world.triggers.issue(who.id, world.now(), view_id=view_id)


def on_message(world: World, room: Channel, said: Message) -> Json:
    """Where a click on a message happened; private answers come without their message."""
    body: Json = {
        "container": {
            "type": "message",
            "message_ts": said.ts,
            "channel_id": room.id,
            "is_ephemeral": bool(said.ephemeral_to),
        },
        "channel": channel_of(room),
    }
    if said.thread_ts:
        body["container"]["thread_ts"] = said.thread_ts
    if not said.ephemeral_to:
        body["message"] = shapes.message(world.state, said, room=room)
    return body


def open_view(world: World, who: User, view_id: str) -> Json:
    """A modal that this person has open, or their Home tab."""
    home = world.state.homes.get(who.id)
    if home is not None and home["id"] == view_id:
        return home
    if view_id in world.state.stacks.get(who.id, []):
        return world.state.views[view_id]
    raise Refused(f"{who.name} has no view {view_id} open.")


def seen_message(room: Channel, who: User, ts: str) -> Message:
    """A message this person can see in this channel."""
    said = room.messages.get(ts)
    if said is None or said.ephemeral_to not in ("", who.id):
        raise Refused(f"There is no message {ts} here that {who.name} can see.")
    return said
