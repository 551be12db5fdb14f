"""Slack's blocks as plain dictionaries: only the few that our words use."""

from collections.abc import Sequence
from typing import Any, Literal

from app.chat.message import Block, Message

SECTION_LIMIT = 3000
TEXT_ROOM = 3900
"""Slack takes 4,000 characters beside the blocks."""


def mrkdwn(text: str) -> dict[str, Any]:
    """Verbatim: Slack makes no links or mentions of its own out of what the text says."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain_text(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": True}


def section(text: str, *, accessory: Block | None = None) -> Block:
    made: dict[str, Any] = {"type": "section", "text": mrkdwn(text)}
    if accessory is not None:
        made["accessory"] = accessory
    return made


def context(*texts: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text) for text in texts]}


def actions(buttons: Sequence[Block]) -> Block:
    return {"type": "actions", "elements": list(buttons)}


def button(
    label: str,
    action: str,
    value: str = "",
    *,
    style: Literal["primary", "danger"] | None = None,
    url: str | None = None,
) -> Block:
    """`value` is a hint for the listener; one with `url` opens it, and is still acknowledged."""
    made: dict[str, Any] = {"type": "button", "action_id": action, "text": plain_text(label)}
    if value:
        made["value"] = value
    if style:
        made["style"] = style
    if url:
        made["url"] = url
    return made


def compose(
    lines: Sequence[str], *, small: Sequence[str] = (), buttons: Sequence[Block] = ()
) -> Message:
    """A message whose `text` says what its blocks say: lines, then small print, then buttons.

    Empty lines are left out.
    """
    lines, small = [each for each in lines if each], [each for each in small if each]
    made: list[Block] = [section(part) for part in _parts(lines)]
    made += [context(part) for part in _parts(small)]
    if buttons:
        made.append(actions(buttons))
    return Message(text="\n".join([*lines, *small]), blocks=made)


def in_short(text: str) -> str:
    """For where blocks are not shown: whole lines, as many as Slack takes beside them."""
    kept: list[str] = []
    room = TEXT_ROOM
    for line in text.split("\n"):
        room -= len(line) + 1
        if room < 0:
            return "\n".join([*kept, "…"])
        kept.append(line)
    return text


def _parts(lines: Sequence[str]) -> list[str]:
    """Lines joined into as few texts as Slack's limit allows."""
    parts: list[str] = []
    for line in lines:
        if parts and len(parts[-1]) + 1 + len(line) <= SECTION_LIMIT:
            parts[-1] += "\n" + line
        else:
            parts.append(line)
    return parts
