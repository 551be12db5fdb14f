"""Somebody's shifts were moved by an act that was not theirs (product.md 24)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.chat.blocks import compose
from app.chat.message import Message
from app.chat.words.dates import moment
from app.chat.words.escape import escape

NAME = 60
SHOWN = 8
"""So many spans of each kind are written out."""


class Cause(StrEnum):
    """What moved them; the names are stored, so they are never renamed."""

    FILE = "file"
    TOUR = "tour"
    AWAY = "away"
    OVERRIDE = "override"
    SWAP = "swap"
    ROTA = "rota"
    PROPOSAL = "proposal"


WHY: Mapping[Cause, str] = {
    Cause.FILE: "the organisation file was edited and applied",
    Cause.TOUR: "somebody joined or left the volunteers",
    Cause.AWAY: "somebody on the rota is away, or no longer is",
    Cause.OVERRIDE: "a shift was given to somebody else",
    Cause.SWAP: "a swap was undone",
    Cause.ROTA: "the rota was changed",
    Cause.PROPOSAL: "a manager shared the shifts out anew, so that everybody carries their part",
}


@dataclass(frozen=True, kw_only=True)
class Span:
    rota: str
    start: datetime
    end: datetime


def shifts_moved(cause: Cause, *, lost: Sequence[Span], gained: Sequence[Span]) -> Message:
    """To the person whose shifts they were, or are now."""
    lines = [f":calendar: *Your shifts have changed:* {WHY[cause]}."]
    lines += _listed("*Not yours any more*", lost)
    lines += _listed("*Yours now*", gained)
    small = "`/oncall me` shows all your shifts."
    if gained:
        small += " Can't do one? `/oncall cover me` asks the others."
    return compose(lines, small=[small])


def _listed(heading: str, spans: Sequence[Span]) -> list[str]:
    if not spans:
        return []
    lines = [
        f"• {escape(each.rota, NAME)}: {moment(each.start)} to {moment(each.end)}"
        for each in spans[:SHOWN]
    ]
    more = len(spans) - SHOWN
    return [heading, *lines, *([f"• and {more} more"] if more > 0 else [])]
