"""Clicks on messages, modals and Home tabs, and the options of external selects."""

from collections.abc import Sequence

from app.demo.workspace.errors import Refused
from app.demo.workspace.interactions.inputs import VALUE_KEYS, find_element, state_values
from app.demo.workspace.interactions.payloads import (
    frame,
    on_message,
    open_view,
    response_url,
    seen_message,
    trigger,
)
from app.demo.workspace.values import Channel, Json, Message, User
from app.demo.workspace.world import World


async def click_message(world: World, who: User, room: Channel, ts: str, chosen: Json) -> Json:
    """`{ok, error?}` after the app has acknowledged, or has not."""
    said = seen_message(room, who, ts)
    block, element = _element(_all_blocks(said), chosen)
    payload = frame(world, "block_actions", who) | on_message(world, room, said)
    payload |= {
        "trigger_id": trigger(world, who),
        "response_url": response_url(world, who, room, ts=said.ts),
        "actions": [_action(world, block, element, chosen)],
    }
    _remember(said.inputs, block, element, payload["actions"][0])
    payload["state"] = {"values": state_values(said.blocks, said.inputs)}
    return await _ask(world, payload)


def _all_blocks(said: Message) -> list[Json]:
    blocks = list(said.blocks or ())
    for attachment in said.attachments or ():
        blocks += attachment.get("blocks") or ()
    return blocks


async def click_view(world: World, who: User, view_id: str, chosen: Json) -> Json:
    view = open_view(world, who, view_id)
    block, element = _element(view["blocks"], chosen)
    action = _action(world, block, element, chosen)
    _remember(view["state"]["values"], block, element, action)
    values = state_values(view["blocks"], view["state"]["values"])
    payload = frame(world, "block_actions", who) | {
        "container": {"type": "view", "view_id": view_id},
        "trigger_id": trigger(world, who, view_id=view_id if view["type"] == "modal" else ""),
        "view": view | {"state": {"values": values}},
        "actions": [action],
    }
    world.touch()
    return await _ask(world, payload)


async def suggest(
    world: World, who: User, place: Json, blocks: Sequence[Json] | None, chosen: Json
) -> Json:
    """The options the app offers for what was typed into an external select."""
    block, element = _element(blocks, chosen)
    payload = frame(world, "block_suggestion", who) | place
    payload |= {
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "value": chosen.get("value", ""),
    }
    answer = await world.ask("interactive", payload)
    told = answer.payload if isinstance(answer.payload, dict) else {}
    if not answer.acked:
        return {"ok": False, "error": answer.status, "options": [], "option_groups": []}
    return {
        "ok": True,
        "options": told.get("options", []),
        "option_groups": told.get("option_groups", []),
    }


async def _ask(world: World, payload: Json) -> Json:
    answer = await world.ask("interactive", payload)
    return {"ok": True} if answer.acked else {"ok": False, "error": answer.status}


def _element(blocks: Sequence[Json] | None, chosen: Json) -> tuple[Json, Json]:
    found = find_element(blocks, chosen.get("action_id", ""), chosen.get("block_id", ""))
    if found is None:
        raise Refused(f"There is nothing here with the action id {chosen.get('action_id')!r}.")
    return found


def _action(world: World, block: Json, element: Json, chosen: Json) -> Json:
    """One entry of `actions`: what was acted on, and what is chosen now."""
    action: Json = {
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "type": element["type"],
        "action_ts": world.new_ts(),
    }
    if element["type"] == "button":
        keys = ("text", "value", "style", "url", "confirm")
        return action | {key: element[key] for key in keys if key in element}
    for key, value in chosen.items():
        if key.startswith("selected_") or (key == "value" and element["type"] in VALUE_KEYS):
            action[key] = _option(element, value) if "option" in key else value
    if element["type"] == "overflow" and "selected_option" not in action:
        action["selected_option"] = _option(element, chosen.get("value", ""))
    return action


def _option(element: Json, value: object) -> object:
    """An option object; a bare value is looked up among the element's own options."""
    if isinstance(value, list):
        return [_option(element, one) for one in value]
    if not isinstance(value, str):
        return value
    groups = element.get("option_groups") or [element]
    for group in groups:
        for option in group.get("options", ()):
            if option["value"] == value:
                return option
    if "external" in element["type"]:
        return {"text": {"type": "plain_text", "text": value, "emoji": True}, "value": value}
    raise Refused(f"{value!r} is not among the options of {element['action_id']}.")


def _remember(values: Json, block: Json, element: Json, action: Json) -> None:
    """Keep what was chosen, so that the next payload's state shows it."""
    if element["type"] not in VALUE_KEYS:
        return
    key = VALUE_KEYS[element["type"]][0]
    chosen = {"type": element["type"], key: action.get(key)}
    values.setdefault(block["block_id"], {})[element["action_id"]] = chosen
