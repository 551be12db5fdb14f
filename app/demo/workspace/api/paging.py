"""Long answers in pages, with the opaque cursors Slack gives."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from app.demo.workspace.api.arguments import Arguments
from app.demo.workspace.errors import SlackError
from app.demo.workspace.values import Json

Item = TypeVar("Item")


def page(
    items: Sequence[Item], arguments: Arguments, *, default: int = 100, most: int = 1000
) -> tuple[list[Item], Json]:
    """The items of the page asked for, and the `response_metadata` that leads to the next."""
    limit = arguments.number("limit", default, wrong="invalid_limit") or default
    if not 1 <= limit <= most:
        raise SlackError("invalid_limit")
    start = _position(arguments.text("cursor"))
    after = start + limit
    cursor = _cursor(after) if after < len(items) else ""
    return list(items[start:after]), {"next_cursor": cursor}


def _cursor(position: int) -> str:
    return base64.b64encode(f"next:{position}".encode()).decode()


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word == "next":
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise SlackError("invalid_cursor")
