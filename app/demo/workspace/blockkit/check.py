"""Whether Slack would take these blocks, this view; and the ids it gives to what has none."""

import json
from collections.abc import Iterator
from typing import Any

from app.demo.workspace.api.arguments import invalid
from app.demo.workspace.blockkit.blocks import check_blocks
from app.demo.workspace.blockkit.findings import Findings
from app.demo.workspace.errors import SlackError
from app.demo.workspace.values import Json

MOST_ATTACHMENTS = 100
LARGEST_VIEW = 250_000
VIEW_KEYS = {
    "type", "title", "blocks", "close", "submit", "private_metadata", "callback_id",
    "clear_on_close", "notify_on_close", "external_id", "submit_disabled",
}  # fmt: skip


def check_message_blocks(blocks: Any) -> None:
    """Raises `invalid_blocks` with every complaint; gives ids to blocks and actions without one."""
    if not blocks:
        return
    found = Findings()
    check_blocks(found, blocks, "/blocks", "message")
    if found.complaints:
        messages = [f"[ERROR] {complaint}" for complaint in found.complaints]
        raise SlackError(
            "invalid_blocks", errors=found.complaints, response_metadata={"messages": messages}
        )
    name_blocks(blocks)


def check_attachments(attachments: Any) -> None:
    if not attachments:
        return
    if not isinstance(attachments, list):
        raise SlackError("invalid_attachments")
    if len(attachments) > MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    for attachment in attachments:
        if not isinstance(attachment, dict):
            raise SlackError("invalid_attachments")
        check_message_blocks(attachment.get("blocks"))


def check_view(view: Any, *, kinds: tuple[str, ...]) -> Json:
    """A modal or Home view as an app sends it, or `invalid_arguments` with every complaint."""
    if not isinstance(view, dict):
        raise invalid("must provide an object [json-pointer:/view]")
    found = Findings()
    kind = str(view.get("type"))
    if kind not in kinds:
        raise invalid("unsupported type: " + kind + " [json-pointer:/view/type]")
    for key in sorted(set(view) - VIEW_KEYS):
        found.add(f"additional property is not allowed: {key}", "/view")
    found.string(view, "callback_id", "/view", most=255)
    found.string(view, "private_metadata", "/view", most=3000)
    found.string(view, "external_id", "/view", most=255)
    if kind == "modal":
        _check_modal(found, view)
    check_blocks(found, view.get("blocks"), "/view/blocks", kind)
    if found.complaints:
        raise invalid(*found.complaints)
    if len(json.dumps(view)) > LARGEST_VIEW:
        raise SlackError("view_too_large")
    name_blocks(view["blocks"])
    return view


def _check_modal(found: Findings, view: Json) -> None:
    found.text(view, "title", "/view", most=24, needed=True)
    found.text(view, "submit", "/view", most=24)
    found.text(view, "close", "/view", most=24)
    blocks = view.get("blocks")
    has_input = isinstance(blocks, list) and any(
        isinstance(b, dict) and b.get("type") == "input" for b in blocks
    )
    if has_input and view.get("submit") is None:
        found.add("missing required field: submit", "/view")


def name_blocks(blocks: list[Json]) -> None:
    """Slack names every block and action that came without a name."""
    taken = {str(b.get("block_id")) for b in blocks}
    for index, block in enumerate(blocks):
        if not block.get("block_id"):
            name = f"b{index}"
            while name in taken:
                name += "x"
            taken.add(name)
            block["block_id"] = name
        for number, element in enumerate(elements_of(block)):
            if element.get("type") != "image":
                element.setdefault("action_id", f"a{index}-{number}")


def elements_of(block: Json) -> Iterator[Json]:
    """The interactive elements of a block."""
    if block.get("type") == "actions":
        yield from block["elements"]
    for key in ("accessory", "element"):
        if isinstance(block.get(key), dict):
            yield block[key]
