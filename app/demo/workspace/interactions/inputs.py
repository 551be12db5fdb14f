"""What stands in the inputs of a view or a message: `state.values` as Slack sends it."""

from collections.abc import Iterator, Sequence
from typing import Any

from app.demo.workspace.blockkit.check import elements_of
from app.demo.workspace.values import Json

# type → (key of the value, key of what it starts with)
VALUE_KEYS = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "file_input": ("files", ""),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
_LISTS = ("selected_options", "selected_users", "selected_conversations", "selected_channels")


def state_values(blocks: Sequence[Json] | None, known: Json) -> Json:
    """Every input's value: the known one, else what it starts with, else empty."""
    values: Json = {}
    for block, element in _stateful(blocks):
        block_id, action_id = block["block_id"], element["action_id"]
        value = known.get(block_id, {}).get(action_id) or _initial(element)
        values.setdefault(block_id, {})[action_id] = value
    return values


def _stateful(blocks: Sequence[Json] | None) -> Iterator[tuple[Json, Json]]:
    for block in blocks or ():
        for element in elements_of(block):
            if element.get("type") in VALUE_KEYS:
                yield block, element


def _initial(element: Json) -> Json:
    key, initial = VALUE_KEYS[element["type"]]
    empty: Any = [] if key in _LISTS else None
    return {"type": element["type"], key: element.get(initial, empty)}


def is_empty(value: Json) -> bool:
    """Whether somebody would have to fill this in before sending the form."""
    key = VALUE_KEYS[value["type"]][0]
    return value.get(key) in (None, "", [])


def unfilled(blocks: Sequence[Json], values: Json) -> dict[str, str]:
    """What Slack's client itself complains of before a form is sent, by block id."""
    errors: dict[str, str] = {}
    for block, element in _stateful(blocks):
        if block["type"] != "input":
            continue
        value = values[block["block_id"]][element["action_id"]]
        if is_empty(value):
            if not block.get("optional"):
                errors[block["block_id"]] = "Please complete this required field."
            continue
        if complaint := _wrong_length(element, value):
            errors[block["block_id"]] = complaint
    return errors


def _wrong_length(element: Json, value: Json) -> str:
    text = value.get("value")
    if element["type"] != "plain_text_input" or not isinstance(text, str):
        return ""
    if len(text) > element.get("max_length", 3000):
        return f"Must be at most {element.get('max_length', 3000)} characters long."
    if len(text) < element.get("min_length", 0):
        return f"Must be at least {element['min_length']} characters long."
    return ""


def find_element(
    blocks: Sequence[Json] | None, action_id: str, block_id: str = ""
) -> tuple[Json, Json] | None:
    """The block and the element that an action id names."""
    for block in blocks or ():
        if block_id and block.get("block_id") != block_id:
            continue
        for element in elements_of(block):
            if element.get("action_id") == action_id:
                return block, element
    return None
