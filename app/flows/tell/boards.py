"""Posts about the rota in the on-call channel, each told as things stand when it is said."""

from collections.abc import Callable, Mapping
from typing import Any

from app.chat.message import Message
from app.flows.tell.covers import on_the_board
from app.flows.tell.gaps import gap_ahead
from app.flows.tell.swaps import swap_on_the_board
from app.flows.work import Work

BOARDS: Mapping[str, Callable[[Work, Mapping[str, Any]], Message | None]] = {
    "cover": on_the_board,
    "gap": gap_ahead,
    "swap": swap_on_the_board,
}
"""The names are stored with what is due, so they are never renamed."""


def board(work: Work, facts: Mapping[str, Any]) -> Message | None:
    return BOARDS[facts["what"]](work, facts)
