"""Would Slack take this message, this view? The limits of slack-platform.md 2.4 and 2.6, by rule.

Our own reading of Slack's pages, kept apart from the stand-in's, so that one may doubt the other.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from app.chat.message import Message

Json: TypeAlias = Mapping[str, Any]

MESSAGE_TEXT = 4000
BLOCKS = {"message": 50, "modal": 100, "home": 100}
NAME = 255
LARGEST_VIEW = 250_000
TEXT = "text"


def complaints(message: Message) -> list[str]:
    """What Slack would refuse, or cut; empty when all is well."""
    found = []
    if not message.text.strip():
        found.append("text is empty: a screen reader would say nothing")
    found += _too_long(message.text, MESSAGE_TEXT, "text")
    return found + _blocks(message.blocks, "message")


def view_complaints(view: Json) -> list[str]:
    """The same for a modal or a Home tab."""
    kind = view.get("type")
    if kind not in ("modal", "home"):
        return [f"view: unknown type {kind}"]
    found = []
    for key, most in (("callback_id", NAME), ("external_id", NAME), ("private_metadata", 3000)):
        found += _too_long(view.get(key) or "", most, f"view.{key}")
    blocks = view.get("blocks") or []
    if kind == "modal":
        found += _modal(view, blocks)
    if len(json.dumps(view)) > LARGEST_VIEW:
        found.append("view is larger than 250 kB")
    return found + _blocks(blocks, str(kind))


def _modal(view: Json, blocks: Sequence[Json]) -> list[str]:
    found = _text(view.get("title"), 24, "view.title")
    for key in ("submit", "close"):
        if key in view:
            found += _text(view[key], 24, f"view.{key}")
    if any(block.get("type") == "input" for block in blocks) and "submit" not in view:
        found.append("view: inputs need a submit button")
    return found


def _blocks(blocks: Sequence[Json], surface: str) -> list[str]:
    found = []
    if len(blocks) > BLOCKS[surface]:
        found.append(f"{len(blocks)} blocks, at most {BLOCKS[surface]}")
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(ids) != len(set(ids)):
        found.append("two blocks share a block_id")
    for number, block in enumerate(blocks):
        check = _BLOCKS.get(str(block.get("type")))
        where = f"block {number} ({block.get('type')})"
        found += _too_long(block.get("block_id") or "", NAME, f"{where}.block_id")
        found += [f"{where}: unknown type"] if check is None else check(block, where)
    return found


def _section(block: Json, where: str) -> list[str]:
    fields = block.get("fields") or []
    found = [] if TEXT in block or fields else [f"{where}: neither text nor fields"]
    if TEXT in block:
        found += _text(block[TEXT], 3000, where, mrkdwn=True)
    if len(fields) > 10:
        found.append(f"{where}: {len(fields)} fields, at most 10")
    for field in fields:
        found += _text(field, 2000, f"{where} field", mrkdwn=True)
    return found + (_element(block["accessory"], where) if "accessory" in block else [])


def _header(block: Json, where: str) -> list[str]:
    return _text(block.get(TEXT), 150, where)


def _context(block: Json, where: str) -> list[str]:
    elements = block.get("elements") or []
    found = _number_of(elements, 10, where)
    for element in elements:
        if element.get("type") != "image":
            found += _text(element, 3000, where, mrkdwn=True)
    return found


def _actions(block: Json, where: str) -> list[str]:
    elements = block.get("elements") or []
    found = _number_of(elements, 25, where)
    names = [element.get("action_id") for element in elements]
    if len(names) != len(set(names)):
        found.append(f"{where}: two elements share an action_id")
    for element in elements:
        found += _element(element, where)
    return found


def _input(block: Json, where: str) -> list[str]:
    found = _text(block.get("label"), 2000, f"{where}.label")
    if "hint" in block:
        found += _text(block["hint"], 2000, f"{where}.hint")
    return found + _element(block.get("element") or {}, where)


def _divider(block: Json, where: str) -> list[str]:
    return []


def _element(element: Json, where: str) -> list[str]:
    kind = str(element.get("type"))
    where = f"{where} {kind}"
    if kind == "image":
        return _too_long(element.get("alt_text") or "", 2000, f"{where}.alt_text")
    found = _too_long(element.get("action_id") or "", NAME, f"{where}.action_id")
    if not element.get("action_id"):
        found.append(f"{where}: no action_id, so nobody can listen for it")
    if "placeholder" in element:
        found += _text(element["placeholder"], 150, f"{where}.placeholder")
    if "confirm" in element:
        found += _confirm(element["confirm"], f"{where}.confirm")
    if kind == "button":
        return found + _button(element, where)
    return found + _options(element, where) + _too_long(_initial(element), 3000, where)


def _initial(element: Json) -> str:
    value = element.get("initial_value")
    return value if isinstance(value, str) else ""


def _button(element: Json, where: str) -> list[str]:
    found = _text(element.get(TEXT), 75, where)
    found += _too_long(element.get("value") or "", 2000, f"{where}.value")
    found += _too_long(element.get("url") or "", 3000, f"{where}.url")
    if element.get("style") not in (None, "primary", "danger"):
        found.append(f"{where}: unknown style {element['style']}")
    return found


def _confirm(confirm: Json, where: str) -> list[str]:
    found = _text(confirm.get("title"), 100, where)
    found += _text(confirm.get(TEXT), 300, where, mrkdwn=True)
    return found + _text(confirm.get("confirm"), 30, where) + _text(confirm.get("deny"), 30, where)


MOST_OPTIONS = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}


def _options(element: Json, where: str) -> list[str]:
    kind = str(element.get("type"))
    groups = element.get("option_groups") or []
    lists = [group.get("options") or [] for group in groups]
    if not lists and ("options" in element or kind in MOST_OPTIONS or kind == "static_select"):
        lists = [element.get("options") or []]
    found = [f"{where}: {len(groups)} groups, at most 100"] if len(groups) > 100 else []
    for options in lists:
        found += _number_of(options, MOST_OPTIONS.get(kind, 100), f"{where} options")
        found += [each for option in options for each in _option(option, where)]
    return found


def _option(option: Json, where: str) -> list[str]:
    found = _text(option.get(TEXT), 75, f"{where} option", mrkdwn=True)
    # Slack's pages and its types disagree (150 or 75): stay within both.
    found += _too_long(option.get("value") or "", 75, f"{where} option value")
    if "description" in option:
        found += _text(option["description"], 75, f"{where} option description", mrkdwn=True)
    return found


def _number_of(things: Sequence[Any], most: int, where: str) -> list[str]:
    if not things:
        return [f"{where}: empty"]
    return [f"{where}: {len(things)}, at most {most}"] if len(things) > most else []


def _text(value: Any, most: int, where: str, *, mrkdwn: bool = False) -> list[str]:
    if not isinstance(value, Mapping):
        return [f"{where}: no text object"]
    if value.get("type") not in (("plain_text", "mrkdwn") if mrkdwn else ("plain_text",)):
        return [f"{where}: text of type {value.get('type')}"]
    text = value.get(TEXT) or ""
    return _too_long(text, most, where) if text else [f"{where}: text is empty"]


def _too_long(text: str, most: int, where: str) -> list[str]:
    return [f"{where}: {len(text)} characters, at most {most}"] if len(text) > most else []


_BLOCKS: Mapping[str, Callable[[Json, str], list[str]]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "divider": _divider,
}


def texts(blocks: Sequence[Json]) -> Iterator[str]:
    """Every text that the blocks show, in their order."""
    for block in blocks:
        for value in block.values():
            if isinstance(value, Mapping):
                yield from texts([value])
            elif isinstance(value, list):
                yield from texts([each for each in value if isinstance(each, Mapping)])
        if isinstance(block.get(TEXT), str):
            yield block[TEXT]
