"""The blocks themselves: which may stand on which surface, and their limits."""

from collections.abc import Callable

from app.demo.workspace.blockkit.elements import (
    BOTH,
    INPUTS_ONLY,
    MULTI_SELECTS,
    PICKERS,
    SELECTS,
    check_element,
)
from app.demo.workspace.blockkit.findings import Findings
from app.demo.workspace.values import Json

EVERYWHERE = ("section", "header", "divider", "context", "actions", "image", "input",
              "rich_text", "video")  # fmt: skip
NEWER = ("context_actions", "plan", "task_card", "card", "carousel", "container",
         "data_table", "data_visualization")  # fmt: skip
SURFACES = {
    "message": {*EVERYWHERE, *NEWER, "markdown", "table", "file", "call"},
    "modal": {*EVERYWHERE, "alert"},
    "home": {*EVERYWHERE},
}
LIMITS = {"message": 50, "modal": 100, "home": 100}
_IN_ACTIONS = {"button", "overflow", "radio_buttons", "checkboxes", "workflow_button",
               *SELECTS, *PICKERS}  # fmt: skip
_IN_SECTION = {*_IN_ACTIONS, *MULTI_SELECTS, "image"}
_IN_INPUT = (_IN_SECTION | set(INPUTS_ONLY)) - {"button", "overflow", "image", "workflow_button"}


def check_blocks(found: Findings, blocks: object, path: str, surface: str) -> None:
    """A list of blocks on a message, a modal or a Home tab."""
    if not isinstance(blocks, list):
        found.add("must be an array", path)
        return
    most = LIMITS[surface]
    found.unless(len(blocks) <= most, f"no more than {most} items allowed", path)
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        here = f"{path}/{index}"
        if not isinstance(block, dict):
            found.add("must provide an object", here)
            continue
        _check_block(found, block, here, surface)
        block_id = block.get("block_id")
        if block_id and block_id in seen:
            found.add(f'"block_id" {block_id} already exists', f"{here}/block_id")
        seen.add(str(block_id))
    _check_shares(found, blocks, path)


def _check_shares(found: Findings, blocks: list[object], path: str) -> None:
    """What all blocks of one kind may hold together."""
    of_kind: dict[str, list[Json]] = {}
    for block in blocks:
        if isinstance(block, dict):
            of_kind.setdefault(str(block.get("type")), []).append(block)
    found.unless(len(of_kind.get("table", [])) <= 1, "only one table block allowed", path)
    markdown = sum(len(str(b.get("text", ""))) for b in of_kind.get("markdown", []))
    found.unless(markdown <= 12_000, "must be less than 12001 characters in all", path)


def _check_block(found: Findings, block: Json, path: str, surface: str) -> None:
    kind = block.get("type")
    if kind not in SURFACES[surface]:
        found.add(f"unsupported type: {kind}", f"{path}/type")
        return
    found.string(block, "block_id", path, most=255)
    check = _CHECKS.get(str(kind))
    if check is not None:
        check(found, block, path)


def _section(found: Findings, block: Json, path: str) -> None:
    found.text(block, "text", path, most=3000, kinds=BOTH)
    fields = found.items(block, "fields", path, most=10)
    for index, field in enumerate(fields):
        found.text_object(field, f"{path}/fields/{index}", most=2000, kinds=BOTH)
    if block.get("text") is None and not fields:
        found.add("missing required field: text or fields", path)
    if (accessory := block.get("accessory")) is not None:
        _element_in(found, accessory, f"{path}/accessory", _IN_SECTION)


def _header(found: Findings, block: Json, path: str) -> None:
    found.text(block, "text", path, most=150, needed=True)


def _context(found: Findings, block: Json, path: str) -> None:
    elements = found.items(block, "elements", path, most=10, least=1, needed=True)
    for index, element in enumerate(elements):
        here = f"{path}/elements/{index}"
        if isinstance(element, dict) and element.get("type") == "image":
            check_element(found, element, here)
        elif isinstance(element, dict):
            found.text_object(element, here, most=3000, kinds=BOTH)
        else:
            found.add("must provide an object", here)


def _actions(found: Findings, block: Json, path: str) -> None:
    elements = found.items(block, "elements", path, most=25, least=1, needed=True)
    seen: set[str] = set()
    for index, element in enumerate(elements):
        here = f"{path}/elements/{index}"
        _element_in(found, element, here, _IN_ACTIONS)
        action = element.get("action_id") if isinstance(element, dict) else None
        if action and action in seen:
            found.add(f'"action_id" {action} already exists', f"{here}/action_id")
        seen.add(str(action))


def _input(found: Findings, block: Json, path: str) -> None:
    found.text(block, "label", path, most=2000, needed=True)
    found.text(block, "hint", path, most=2000)
    if block.get("element") is None:
        found.add("missing required field: element", path)
        return
    _element_in(found, block["element"], f"{path}/element", _IN_INPUT)


def _element_in(found: Findings, element: object, path: str, allowed: set[str]) -> None:
    if not isinstance(element, dict):
        found.add("must provide an object", path)
    elif element.get("type") not in allowed:
        found.add(f"unsupported type: {element.get('type')}", f"{path}/type")
    else:
        check_element(found, element, path)


def _image(found: Findings, block: Json, path: str) -> None:
    found.string(block, "image_url", path, most=3000, needed="slack_file" not in block)
    found.string(block, "alt_text", path, most=2000, needed=True)
    found.text(block, "title", path, most=2000)


def _markdown(found: Findings, block: Json, path: str) -> None:
    found.string(block, "text", path, most=12_000, least=1, needed=True)


def _table(found: Findings, block: Json, path: str) -> None:
    for index, row in enumerate(found.items(block, "rows", path, most=100, needed=True)):
        here = f"{path}/rows/{index}"
        if isinstance(row, list):
            found.unless(len(row) <= 20, "no more than 20 items allowed", here)
        else:
            found.add("must be an array", here)


def _rich_text(found: Findings, block: Json, path: str) -> None:
    found.items(block, "elements", path, most=1000, needed=True)


_CHECKS: dict[str, Callable[[Findings, Json, str], None]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": _image,
    "markdown": _markdown,
    "table": _table,
    "rich_text": _rich_text,
}
