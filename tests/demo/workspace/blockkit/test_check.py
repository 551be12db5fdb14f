"""The limits of Block Kit (slack-platform.md 2.6), each at its edge."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    Option,
    OverflowMenuElement,
    SectionBlock,
)

from app.demo.workspace.blockkit.blocks import LIMITS, check_blocks
from app.demo.workspace.blockkit.check import check_message_blocks
from app.demo.workspace.blockkit.findings import Findings
from app.demo.workspace.errors import SlackError

Json = dict[str, Any]


def complaints(block: Json, surface: str = "message") -> list[str]:
    found = Findings()
    check_blocks(found, [block], "/blocks", surface)
    return found.complaints


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(text: str = "One", value: str = "1") -> Json:
    return {"text": plain(text), "value": value}


def button(**more: Any) -> Json:
    return {"type": "button", "action_id": "b", "text": plain("Go")} | more


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def select(number: int) -> Json:
    options = [option(value=str(n)) for n in range(number)]
    return actions({"type": "static_select", "action_id": "s", "options": options})


def overflow(number: int) -> Json:
    options = [option(value=str(n)) for n in range(number)]
    return actions({"type": "overflow", "action_id": "o", "options": options})


def fields(number: int) -> Json:
    return {"type": "section", "fields": [plain("x")] * number}


def buttons(number: int) -> Json:
    return actions(*(button(action_id=f"b{n}") for n in range(number)))


def text_input(label: int) -> Json:
    element = {"type": "plain_text_input", "action_id": "i"}
    return {"type": "input", "label": plain("x" * label), "element": element}


def confirm(title: int) -> Json:
    texts = {"text": plain("Sure?"), "confirm": plain("Yes"), "deny": plain("No")}
    return actions(button(confirm={"title": plain("x" * title), **texts}))


EDGES: list[tuple[Callable[[int], Json], int]] = [
    (lambda n: {"type": "section", "text": plain("x" * n)}, 3000),
    (fields, 10),
    (lambda n: {"type": "section", "fields": [plain("x" * n)]}, 2000),
    (lambda n: {"type": "header", "text": plain("x" * n)}, 150),
    (lambda n: {"type": "context", "elements": [plain("x")] * n}, 10),
    (buttons, 25),
    (lambda n: actions(button(text=plain("x" * n))), 75),
    (lambda n: actions(button(value="x" * n)), 2000),
    (lambda n: actions(button(url="x" * n)), 3000),
    (lambda n: actions(button(action_id="x" * n)), 255),
    (select, 100),
    (overflow, 5),
    (lambda n: actions({"type": "static_select", "options": [option("x" * n)]}), 75),
    (lambda n: actions({"type": "static_select", "options": [option(value="x" * n)]}), 150),
    (text_input, 2000),
    (confirm, 100),
    (lambda n: {"type": "image", "image_url": "x" * n, "alt_text": "x"}, 3000),
    (lambda n: {"type": "image", "image_url": "x", "alt_text": "x" * n}, 2000),
    (lambda n: {"type": "divider", "block_id": "x" * n}, 255),
    (lambda n: {"type": "markdown", "text": "x" * n}, 12_000),
    (lambda n: {"type": "table", "rows": [[]] * n}, 100),
    (lambda n: {"type": "table", "rows": [[{}] * n]}, 20),
]


@pytest.mark.parametrize(("build", "most"), EDGES)
def test_the_limit_itself_is_taken_and_one_more_is_not(
    build: Callable[[int], Json], most: int
) -> None:
    assert complaints(build(most)) == []
    assert complaints(build(most + 1)) != []


@pytest.mark.parametrize(("surface", "most"), [("message", 50), ("modal", 100), ("home", 100)])
def test_each_surface_holds_so_many_blocks(surface: str, most: int) -> None:
    assert LIMITS[surface] == most
    found = Findings()
    check_blocks(found, [{"type": "divider"}] * (most + 1), "/blocks", surface)
    assert len(found.complaints) == 1


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section"},
        {"type": "section", "text": "just words"},
        {"type": "header", "text": {"type": "mrkdwn", "text": "*x*"}},
        {"type": "actions", "elements": []},
        {"type": "actions", "elements": [{"type": "plain_text_input"}]},
        {"type": "input", "label": plain("x")},
        {"type": "input", "label": plain("x"), "element": button()},
        {"type": "image", "image_url": "x"},
        {"type": "whatever"},
        {"type": "context", "elements": [button()]},
        actions(button(), button()),
        actions(button(style="blue")),
        actions({"type": "static_select", "options": [option(), option()]}),
        "not a block",
    ],
)
def test_what_is_not_block_kit_is_refused(block: Any) -> None:
    assert complaints(block) != []


def test_a_modal_takes_an_alert_and_a_message_takes_a_table() -> None:
    assert complaints({"type": "alert"}, "modal") == []
    assert complaints({"type": "alert"}, "message") != []
    assert complaints({"type": "table", "rows": []}, "modal") != []


def test_two_blocks_cannot_have_one_id() -> None:
    with pytest.raises(SlackError, match="invalid_blocks"):
        check_message_blocks([{"type": "divider", "block_id": "a"}] * 2)


def test_every_block_and_action_gets_a_name() -> None:
    nameless = button()
    del nameless["action_id"]
    blocks = [actions(nameless), {"type": "divider"}]
    check_message_blocks(blocks)
    assert all(block["block_id"] for block in blocks)
    assert nameless["action_id"]


def test_our_limits_are_the_ones_slacks_own_client_knows() -> None:
    assert complaints(fields(SectionBlock.fields_max_length)) == []
    assert complaints(fields(SectionBlock.fields_max_length + 1)) != []
    assert complaints(buttons(ActionsBlock.elements_max_length + 1)) != []
    assert complaints(overflow(OverflowMenuElement.options_max_length + 1)) != []
    assert HeaderBlock.text_max_length == 150
    assert ContextBlock.elements_max_length == 10
    assert (ButtonElement.text_max_length, ButtonElement.value_max_length) == (75, 2000)
    assert Option.label_max_length == 75
