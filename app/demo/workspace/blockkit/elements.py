"""The interactive parts of blocks: buttons, selects, inputs, and their limits."""

from collections.abc import Callable

from app.demo.workspace.blockkit.findings import Findings
from app.demo.workspace.values import Json

BOTH = ("plain_text", "mrkdwn")
SELECT_SOURCES = ("static", "external", "users", "conversations", "channels")
SELECTS = tuple(f"{source}_select" for source in SELECT_SOURCES)
MULTI_SELECTS = tuple(f"multi_{select}" for select in SELECTS)
INPUTS_ONLY = (
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
)
PICKERS = ("datepicker", "timepicker", "datetimepicker")


def check_element(found: Findings, element: Json, path: str) -> None:
    """Any interactive element; its place in the block is the block's business."""
    kind = element.get("type", "")
    check = _CHECKS.get(kind)
    if check is None:
        found.add(f"unsupported type: {kind}", f"{path}/type")
        return
    found.string(element, "action_id", path, most=255, least=1)
    if isinstance(element.get("confirm"), dict):
        check_confirm(found, element["confirm"], f"{path}/confirm")
    check(found, element, path)


def check_confirm(found: Findings, confirm: Json, path: str) -> None:
    found.text(confirm, "title", path, most=100, needed=True)
    found.text(confirm, "text", path, most=300, kinds=BOTH, needed=True)
    found.text(confirm, "confirm", path, most=30, needed=True)
    found.text(confirm, "deny", path, most=30, needed=True)
    found.one_of(confirm, "style", path, ("primary", "danger"))


def _button(found: Findings, element: Json, path: str) -> None:
    found.text(element, "text", path, most=75, needed=True)
    found.string(element, "value", path, most=2000)
    found.string(element, "url", path, most=3000)
    found.string(element, "accessibility_label", path, most=75)
    found.one_of(element, "style", path, ("primary", "danger"))


def _select(found: Findings, element: Json, path: str) -> None:
    found.text(element, "placeholder", path, most=150)
    kind = element["type"].removeprefix("multi_")
    if kind != "static_select":
        return
    if "option_groups" in element:
        groups = found.items(element, "option_groups", path, most=100, least=1)
        for index, group in enumerate(groups):
            here = f"{path}/option_groups/{index}"
            found.text(group, "label", here, most=75, needed=True)
            check_options(found, group, here, most=100)
    else:
        check_options(found, element, path, most=100)


def check_options(
    found: Findings, of: Json, path: str, *, most: int, kinds: tuple[str, ...] = ("plain_text",)
) -> None:
    options = found.items(of, "options", path, most=most, least=1, needed=True)
    seen: set[str] = set()
    for index, option in enumerate(options):
        here = f"{path}/options/{index}"
        if not isinstance(option, dict):
            found.add("must provide an object", here)
            continue
        found.text(option, "text", here, most=75, kinds=kinds, needed=True)
        found.string(option, "value", here, most=150, needed=True)
        found.text(option, "description", here, most=75, kinds=kinds)
        value = str(option.get("value"))
        found.unless(value not in seen, "duplicate value", f"{here}/value")
        seen.add(value)


def _overflow(found: Findings, element: Json, path: str) -> None:
    check_options(found, element, path, most=5)


def _choices(found: Findings, element: Json, path: str) -> None:
    check_options(found, element, path, most=10, kinds=BOTH)


def _text_input(found: Findings, element: Json, path: str) -> None:
    found.text(element, "placeholder", path, most=150)
    found.string(element, "initial_value", path, most=3000)
    for key in ("min_length", "max_length"):
        value = element.get(key)
        good = value is None or (isinstance(value, int) and 0 <= value <= 3000)
        found.unless(good, "must be between 0 and 3000", f"{path}/{key}")


def _number_input(found: Findings, element: Json, path: str) -> None:
    found.text(element, "placeholder", path, most=150)
    if "is_decimal_allowed" not in element:
        found.add("missing required field: is_decimal_allowed", path)


def _placeholder(found: Findings, element: Json, path: str) -> None:
    found.text(element, "placeholder", path, most=150)


def _image(found: Findings, element: Json, path: str) -> None:
    found.string(element, "alt_text", path, most=2000, needed=True)
    found.string(element, "image_url", path, most=3000)


_Check = Callable[[Findings, Json, str], None]
_CHECKS: dict[str, _Check] = {
    "button": _button,
    "overflow": _overflow,
    "radio_buttons": _choices,
    "checkboxes": _choices,
    "image": _image,
    "workflow_button": _placeholder,
    "feedback_buttons": _placeholder,
    "icon_button": _placeholder,
    "number_input": _number_input,
    **dict.fromkeys(PICKERS, _placeholder),
    **dict.fromkeys(SELECTS + MULTI_SELECTS, _select),
    **dict.fromkeys(("plain_text_input", "email_text_input", "url_text_input"), _text_input),
    **dict.fromkeys(("rich_text_input", "file_input"), _placeholder),
}
