"""The check of Slack's limits finds what is over them."""

from typing import Any

import pytest

from app.chat.blocks import actions, button, compose, context, plain_text, section
from app.chat.message import Message
from app.chat.validate import complaints, view_complaints


def with_blocks(*blocks: Any) -> Message:
    return Message(text="said", blocks=blocks)


def an_input(element: dict[str, Any]) -> dict[str, Any]:
    return {"type": "input", "label": plain_text("Why"), "element": element}


def a_select(*options: tuple[str, str]) -> dict[str, Any]:
    made = [{"text": plain_text(text), "value": value} for text, value in options]
    return {"type": "static_select", "action_id": "pick", "options": made}


def a_modal(**changes: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": "why"}
    modal = {
        "type": "modal",
        "title": plain_text("Escalate"),
        "submit": plain_text("Ring them"),
        "blocks": [an_input(element)],
    }
    return {key: value for key, value in {**modal, **changes}.items() if value is not None}


def test_a_sound_message_and_a_sound_view_have_no_complaint() -> None:
    row = [button("Go", "go", "1", style="primary"), button("Open", "open", url="https://a.test")]
    assert complaints(compose(["line"], small=["small"], buttons=row)) == []
    assert view_complaints(a_modal()) == []
    assert view_complaints({"type": "home", "blocks": [section("x"), {"type": "divider"}]}) == []


@pytest.mark.parametrize(
    ("message", "word"),
    [
        (Message(text=" "), "empty"),
        (Message(text="x" * 4001), "4001 characters"),
        (with_blocks(*[section("x")] * 51), "51 blocks"),
        (with_blocks(section("x" * 3001)), "3001 characters"),
        (with_blocks(section("")), "empty"),
        (with_blocks({"type": "section"}), "neither text nor fields"),
        (with_blocks({"type": "section", "fields": [plain_text("x")] * 11}), "11 fields"),
        (with_blocks({"type": "header", "text": plain_text("x" * 151)}), "151"),
        (with_blocks({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}), "mrkdwn"),
        (with_blocks(context(*["x"] * 11)), "at most 10"),
        (with_blocks(actions([])), "empty"),
        (with_blocks(actions([button("x", f"a{n}") for n in range(26)])), "at most 25"),
        (with_blocks(actions([button("x", "same"), button("y", "same")])), "share an action_id"),
        (with_blocks(actions([button("x", "")])), "no action_id"),
        (with_blocks(actions([button("x" * 76, "a")])), "76 characters"),
        (with_blocks(actions([button("x", "a", "v" * 2001)])), "2001"),
        (with_blocks(actions([button("x", "a", url="https://" + "a" * 3000)])), "3008"),
        (with_blocks({"type": "carousel"}), "unknown type"),
        (
            with_blocks({**section("x"), "block_id": "b"}, {**section("y"), "block_id": "b"}),
            "share",
        ),
        (with_blocks(section("x", accessory=a_select())), "empty"),
        (with_blocks(section("x", accessory=a_select(("t" * 76, "v")))), "76"),
        (with_blocks(section("x", accessory=a_select(("t", "v" * 76)))), "76"),
        (with_blocks(section("x", accessory=a_select(*[("t", "v")] * 101))), "at most 100"),
    ],
)
def test_what_is_over_a_limit_is_named(message: Message, word: str) -> None:
    found = complaints(message)
    assert [each for each in found if word in each], found


@pytest.mark.parametrize(
    ("view", "word"),
    [
        (a_modal(title=plain_text("x" * 25)), "25 characters"),
        (a_modal(title=None), "no text object"),
        (a_modal(submit=None), "submit"),
        (a_modal(close=plain_text("x" * 25)), "25"),
        (a_modal(private_metadata="x" * 3001), "3001"),
        (a_modal(callback_id="x" * 256), "256"),
        (a_modal(blocks=[section("x")] * 101), "101 blocks"),
        (a_modal(blocks=[section("x" * 2600)] * 100), "250 kB"),
        (a_modal(type="sheet"), "unknown type"),
    ],
)
def test_what_is_wrong_with_a_view_is_named(view: dict[str, Any], word: str) -> None:
    found = view_complaints(view)
    assert [each for each in found if word in each], found
