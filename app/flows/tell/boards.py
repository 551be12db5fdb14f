"""Posts about the rota, each told as things stand when it is said."""

from collections.abc import Callable, Mapping
from typing import Any

from app.chat.message import Message
from app.flows.tell.covers import on_the_board
from app.flows.tell.gaps import gap_ahead
from app.flows.tell.pager import pager_changed
from app.flows.tell.pool import recruiting, warning
from app.flows.tell.swaps import swap_on_the_board
from app.flows.work import Work

BOARDS: Mapping[str, Callable[[Work, Mapping[str, Any]], Message | None]] = {
    "cover": on_the_board,
    "gap": gap_ahead,
    "swap": swap_on_the_board,
    "pool": warning,
    "recruiting": recruiting,
    "pager": pager_changed,
}
"""The names are stored with what is due, so they are never renamed."""

TO_EVERYBODY = ("recruiting",)
"""Those that call on all engineers; the others stand in the on-call channel."""


def board(work: Work, facts: Mapping[str, Any]) -> Message | None:
    return BOARDS[facts["what"]](work, facts)


def board_channel(work: Work, facts: Mapping[str, Any]) -> str:
    """The name of the channel that it stands in."""
    wide = facts["what"] in TO_EVERYBODY
    return work.org.engineering_channel if wide else work.org.oncall_channel
