"""Slash commands: typed by a person, acknowledged by the app within three seconds."""

from app.demo.workspace.composer import compose_command
from app.demo.workspace.errors import Refused, SlackError
from app.demo.workspace.interactions.payloads import channel_name, response_url, trigger
from app.demo.workspace.interactions.replies import reply
from app.demo.workspace.interactions.response_urls import Origin
from app.demo.workspace.values import Channel, Json, User
from app.demo.workspace.world import World


async def run(world: World, who: User, room: Channel, command: str, text: str) -> Json:
    """`{ok, response, error?}`; an answer in the acknowledgement is also kept as a message."""
    declared = world.manifest.command(command)
    if declared is None:
        raise Refused(f"{command} is not a valid command: no app here has it.")
    if who.is_stranger:
        raise Refused(f"{who.name} is of another workspace, and cannot run commands here.")
    payload = _payload(world, who, room, command)
    payload["text"] = compose_command(world.state, text, should_escape=declared.should_escape)
    answer = await world.ask("slash_commands", payload)
    if not answer.acked:
        return {"ok": False, "response": None, "error": answer.status}
    told = {"text": answer.payload} if isinstance(answer.payload, str) else answer.payload
    try:
        reply(world, Origin(user=who.id, channel=room.id), told)
    except SlackError as error:
        return {"ok": False, "response": told, "error": error.code, **error.details}
    return {"ok": True, "response": told}


def _payload(world: World, who: User, room: Channel, command: str) -> Json:
    team = world.state.team
    return {
        "token": "verification-token",
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": room.id,
        "channel_name": channel_name(room),
        "user_id": who.id,
        "user_name": who.name,
        "command": command,
        "api_app_id": world.state.app.id,
        "is_enterprise_install": "false",
        "response_url": response_url(world, who, room),
        "trigger_id": trigger(world, who),
    }
