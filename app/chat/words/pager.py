"""Who has the pager in the middle of a shift, in the on-call channel (product.md 27)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.chat.blocks import compose
from app.chat.message import Message
from app.chat.words.dates import moment
from app.chat.words.escape import escape
from app.chat.words.people import Who, mention, named

NAME = 60
MOST = 6


@dataclass(frozen=True, kw_only=True)
class Part:
    """`who` is None where nobody serves; `instead_of` had it by the rota."""

    who: Who | None
    start: datetime
    end: datetime
    instead_of: Who | None = None


def pager(rota: str, now: Part, *, earlier: Sequence[Part], later: Sequence[Part]) -> Message:
    """Who has it now, then who follows in this turn, and who had it before."""
    name = escape(rota, NAME)
    if now.who is None:
        lines = [
            f":warning: *Nobody has the pager of {name}* {_span(now)}: the managers are paged."
        ]
    else:
        lines = [f":pager: *{mention(now.who)} has the pager of {name}* {_span(now)}{_for(now)}."]
    if later:
        then = "; then ".join(f"{_name(each)} {_span(each)}" for each in later[:MOST])
        lines.append(f"Then {then}.")
    before = "; ".join(f"{_name(each)} {_span(each)}" for each in earlier[-MOST:])
    return compose(lines, small=[f"Before: {before}." if before else ""])


def _span(part: Part) -> str:
    return f"from {moment(part.start)} to {moment(part.end)}"


def _name(part: Part) -> str:
    return named(part.who) if part.who else "nobody"


def _for(part: Part) -> str:
    return f", for {named(part.instead_of)}" if part.instead_of else ""
