"""Modals sent and closed, and what the app answers to that."""

from typing import Any

from app.demo.workspace.deeds import views
from app.demo.workspace.errors import Refused, SlackError
from app.demo.workspace.interactions.inputs import find_element, state_values, unfilled
from app.demo.workspace.interactions.payloads import frame, open_view, response_url, trigger
from app.demo.workspace.values import Json, User
from app.demo.workspace.world import World


async def submit(world: World, who: User, view_id: str, values: Json) -> Json:
    """`{ok, response_action?, errors?}`; the form stays open unless the app accepted it."""
    view = open_view(world, who, view_id)
    if view["type"] != "modal":
        raise Refused("Only a modal can be sent.")
    known = view["state"]["values"]
    for block_id, actions in values.items():
        known.setdefault(block_id, {}).update(actions)
    filled = state_values(view["blocks"], known)
    if errors := unfilled(view["blocks"], filled):
        return {"ok": True, "response_action": "errors", "errors": errors}
    payload = frame(world, "view_submission", who) | {
        "trigger_id": trigger(world, who, view_id=view_id),
        "view": view | {"state": {"values": filled}},
        "response_urls": _response_urls(world, who, view, filled),
    }
    answer = await world.ask("interactive", payload)
    if not answer.acked:
        return {"ok": False, "error": answer.status}
    try:
        return _follow(world, who, view, answer.payload)
    except SlackError as error:
        return {"ok": False, "error": error.code, **error.details}


def _response_urls(world: World, who: User, view: Json, filled: Json) -> list[Json]:
    """Addresses for the channels picked in selects that ask for one."""
    urls: list[Json] = []
    for block_id, actions in filled.items():
        for action_id, value in actions.items():
            found = find_element(view["blocks"], action_id, block_id)
            room = world.state.channels.get(
                value.get("selected_conversation") or value.get("selected_channel") or ""
            )
            if found and found[1].get("response_url_enabled") and room:
                urls.append(
                    {
                        "block_id": block_id,
                        "action_id": action_id,
                        "channel_id": room.id,
                        "response_url": response_url(world, who, room),
                    }
                )
    return urls


def _follow(world: World, who: User, view: Json, told: Any) -> Json:
    """Do what the app's `response_action` says; without one the view closes."""
    told = told if isinstance(told, dict) else {}
    action = told.get("response_action")
    if action == "errors":
        return {"ok": True, "response_action": "errors", "errors": told.get("errors", {})}
    if action == "update":
        if view["id"] in world.state.views:
            views.update(world, world.state.views[view["id"]], views.need_view(told.get("view")))
    elif action == "push":
        views.push_modal(world, who.id, views.need_view(told.get("view")))
    elif action == "clear":
        views.clear(world, who.id)
    elif action is None:
        views.close(world, who.id, view["id"])
    else:
        raise SlackError("invalid_response_action")
    return {"ok": True, "response_action": action} if action else {"ok": True}


async def close(world: World, who: User, view_id: str, *, is_cleared: bool) -> Json:
    """Closed by its reader: the app hears of it where it asked to."""
    view = open_view(world, who, view_id)
    if view["type"] != "modal":
        raise Refused("A Home tab cannot be closed.")
    gone = list(world.state.stacks[who.id]) if is_cleared or view["clear_on_close"] else [view_id]
    told = [world.state.views[v] for v in reversed(gone) if world.state.views[v]["notify_on_close"]]
    for one in gone:
        views.close(world, who.id, one)
    for closed in told:
        values = state_values(closed["blocks"], closed["state"]["values"])
        payload = frame(world, "view_closed", who) | {
            "view": closed | {"state": {"values": values}},
            "is_cleared": is_cleared,
        }
        await world.ask("interactive", payload)
    return {"ok": True}
