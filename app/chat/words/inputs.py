"""The parts that every form is made of, within Slack's limits."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from app.chat.blocks import plain_text, section
from app.chat.message import Block, Message
from app.chat.words.escape import plain

View: TypeAlias = dict[str, Any]

VALUE = "value"
"""The action id of every input; its block's id says which one it is."""
OPTIONS = 100
CARRIED = 2900
"""`private_metadata` may hold 3,000 characters."""


def notice(message: Message, *, heading: str = "Baton") -> View:
    """A form that only says something, for where no message can be sent."""
    blocks = list(message.blocks) or [section(message.text[:3000])]
    return modal(heading, blocks[:50], callback="notice", submit=None, close="OK")


def modal(
    heading: str,
    blocks: Sequence[Block],
    *,
    callback: str,
    submit: str | None,
    close: str = "Never mind",
    carry: Mapping[str, Any] | None = None,
) -> View:
    made: View = {
        "type": "modal",
        "callback_id": callback,
        "title": plain_text(heading),
        "close": plain_text(close),
        "blocks": list(blocks),
    }
    if submit:
        made["submit"] = plain_text(submit)
    carried = json.dumps(dict(carry or {}), separators=(",", ":"))
    made["private_metadata"] = carried if len(carried) <= CARRIED else "{}"
    return made


def text_input(
    block: str,
    label: str,
    *,
    initial: str = "",
    hint: str = "",
    limit: int,
    lines: bool = False,
    placeholder: str = "",
    optional: bool = False,
) -> Block:
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": VALUE,
        "multiline": lines,
        "max_length": limit,
    }
    if initial:
        element["initial_value"] = initial[:limit]
    if placeholder:
        element["placeholder"] = plain_text(placeholder)
    return input_block(block, label, element, hint=hint, optional=optional)


def instant_input(
    block: str, label: str, *, initial: datetime | None = None, optional: bool | None = None
) -> Block:
    """A day and time in the reader's own zone; it may be left out, by default where there is none
    to begin with."""
    element: dict[str, Any] = {"type": "datetimepicker", "action_id": VALUE}
    if initial is not None:
        element["initial_date_time"] = int(initial.timestamp())
    may = initial is None if optional is None else optional
    return input_block(block, label, element, optional=may)


def choice(block: str, label: str, options: Sequence[tuple[str, str]]) -> Block:
    """A list to pick one of: (what is read, what is sent)."""
    made = [option(text, value) for text, value in options]
    return input_block(block, label, select(made, made[0]["value"]))


def input_block(
    block: str, label: str, element: Mapping[str, Any], *, optional: bool = False, hint: str = ""
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "input",
        "block_id": block,
        "label": plain_text(label),
        "element": dict(element),
        "optional": optional,
    }
    if hint:
        made["hint"] = plain_text(hint)
    return made


def select(options: Sequence[Mapping[str, Any]], chosen: str | None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "static_select",
        "action_id": VALUE,
        "options": list(options)[:OPTIONS],
    }
    found = next((each for each in options if each["value"] == chosen), None)
    if found is not None:
        made["initial_option"] = found
    return made


def option(text: str, value: str) -> dict[str, Any]:
    return {"text": plain_text(plain(text, 75) or "?"), "value": value[:75]}
