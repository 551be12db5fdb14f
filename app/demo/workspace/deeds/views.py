"""Modals and Home tabs: opened, pushed, updated, published, closed."""

import secrets

from app.demo.workspace.api.arguments import invalid
from app.demo.workspace.blockkit.check import check_view
from app.demo.workspace.errors import SlackError
from app.demo.workspace.interactions.inputs import state_values
from app.demo.workspace.values import Json
from app.demo.workspace.world import World

DEEPEST = 3


def open_modal(world: World, user: str, view: Json) -> Json:
    """A modal on its own; whatever that person had open makes room for it."""
    check_view(view, kinds=("modal",))
    _check_external_id(world, view)
    for view_id in world.state.stacks.pop(user, []):
        world.state.views.pop(view_id, None)
    return _put(world, user, view)


def push_modal(world: World, user: str, view: Json) -> Json:
    """A modal on top of the one that person is in."""
    check_view(view, kinds=("modal",))
    _check_external_id(world, view)
    if len(world.state.stacks.get(user, [])) >= DEEPEST:
        raise SlackError("push_limit_reached")
    return _put(world, user, view)


def _put(world: World, user: str, view: Json) -> Json:
    stack = world.state.stacks.setdefault(user, [])
    kept = _stored(world, world.state.new_id("V"), view)
    kept["previous_view_id"] = stack[-1] if stack else None
    kept["root_view_id"] = stack[0] if stack else kept["id"]
    world.state.views[kept["id"]] = kept
    stack.append(kept["id"])
    world.touch()
    return kept


def _stored(world: World, view_id: str, view: Json) -> Json:
    """The view as Slack keeps it and sends it back."""
    app, team = world.state.app, world.state.team
    body: Json = {
        "id": view_id,
        "team_id": team.id,
        "type": view["type"],
        "blocks": view["blocks"],
        "private_metadata": view.get("private_metadata", ""),
        "callback_id": view.get("callback_id", ""),
        "state": {"values": {}},
        "hash": f"{int(world.now())}.{secrets.token_hex(4)}",
        "title": view.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
        "clear_on_close": bool(view.get("clear_on_close")),
        "notify_on_close": bool(view.get("notify_on_close")),
        "close": view.get("close"),
        "submit": view.get("submit"),
        "previous_view_id": None,
        "root_view_id": view_id,
        "app_id": app.id,
        "external_id": view.get("external_id", ""),
        "app_installed_team_id": team.id,
        "bot_id": app.bot_id,
    }
    return body


def _check_external_id(world: World, view: Json, own: str = "") -> None:
    wanted = view.get("external_id")
    others = (v for v in _all(world) if v["id"] != own)
    if wanted and any(v["external_id"] == wanted for v in others):
        raise SlackError("duplicate_external_id")


def _all(world: World) -> list[Json]:
    return [*world.state.views.values(), *world.state.homes.values()]


def find(world: World, view_id: str, external_id: str) -> Json:
    for view in _all(world):
        if (view_id and view["id"] == view_id) or (
            external_id and view["external_id"] == external_id
        ):
            return view
    raise SlackError("not_found")


def update(world: World, old: Json, view: Json, given_hash: str = "") -> Json:
    """A new content under the same id; inputs keep their value where their ids stay the same."""
    check_view(view, kinds=(old["type"],))
    _check_external_id(world, view, own=old["id"])
    if given_hash and given_hash != old["hash"]:
        raise SlackError("hash_conflict")
    kept = _stored(world, old["id"], view)
    for key in ("previous_view_id", "root_view_id"):
        kept[key] = old[key]
    kept["state"] = {"values": _surviving(old, kept)}
    if kept["type"] == "home":
        user = next(u for u, v in world.state.homes.items() if v["id"] == old["id"])
        world.state.homes[user] = kept
    else:
        world.state.views[kept["id"]] = kept
    world.touch()
    return kept


def _surviving(old: Json, new: Json) -> Json:
    known = old["state"]["values"]
    kept = state_values(new["blocks"], known)
    return {
        block_id: {a: v for a, v in actions.items() if a in known.get(block_id, {})}
        for block_id, actions in kept.items()
        if block_id in known
    }


def publish(world: World, user: str, view: Json, given_hash: str = "") -> Json:
    check_view(view, kinds=("home",))
    if not world.manifest.home_tab:
        raise SlackError("not_enabled")
    old = world.state.homes.get(user)
    if old is not None:
        return update(world, old, view, given_hash)
    if given_hash:
        raise SlackError("hash_conflict")
    _check_external_id(world, view)
    kept = _stored(world, world.state.new_id("V"), view)
    world.state.homes[user] = kept
    world.touch()
    return kept


def close(world: World, user: str, view_id: str) -> None:
    """Take this modal, and whatever lies on top of it, away."""
    stack = world.state.stacks.get(user, [])
    if view_id not in stack:
        return
    at = stack.index(view_id)
    for gone in stack[at:]:
        world.state.views.pop(gone, None)
    del stack[at:]
    world.touch()


def clear(world: World, user: str) -> None:
    for view_id in world.state.stacks.pop(user, []):
        world.state.views.pop(view_id, None)
    world.touch()


def need_view(view: object) -> Json:
    if not isinstance(view, dict):
        raise invalid("missing required field: view")
    return view
