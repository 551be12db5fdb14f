"""Gaps of a rota that were seen ahead of their time (product.md 25)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.chat.blocks import compose
from app.chat.message import Message
from app.chat.words.dates import moment
from app.chat.words.escape import escape
from app.chat.words.people import Who, all_named
from app.rules.coverage import Lack

NAME = 60
NOTE = 200
MOST = 5


@dataclass(frozen=True, kw_only=True)
class GapFacts:
    """`end` None: no end of it is in sight. `services` empty: all of them. `over`: its time has
    passed, and nobody closed it."""

    rota: str
    tier: int
    lack: Lack
    services: Sequence[str]
    people: Sequence[Who]
    note: str
    start: datetime
    end: datetime | None
    closed: bool = False
    over: bool = False


def gap_ahead(facts: GapFacts) -> Message:
    """In the on-call channel; edited when it is closed."""
    if facts.over:
        return compose(
            [f":heavy_minus_sign: The gap on {_rota(facts)} is over: it was {_when(facts)}."]
        )
    if facts.closed:
        return compose(
            [f":white_check_mark: *The gap on {_rota(facts)} is closed*. It was {_when(facts)}."]
        )
    return compose(
        [f":warning: *A gap is coming on {_rota(facts)}*, {_when(facts)}.", f"{_what(facts)}."],
        small=[_mending(facts)],
    )


def gap_line(facts: GapFacts) -> str:
    """For the weekly digest."""
    return f"• {_rota(facts)}, {_when(facts)}: {_what(facts)}"


def _rota(facts: GapFacts) -> str:
    return escape(facts.rota, NAME)


def _when(facts: GapFacts) -> str:
    if facts.end is None:
        return f"from {moment(facts.start)} on"
    return f"from {moment(facts.start)} to {moment(facts.end)}"


def _what(facts: GapFacts) -> str:
    whom = "the managers are paged at once" if facts.tier == 1 else "nobody stands behind tier 1"
    people = all_named(facts.people, most=MOST) if facts.people else "Whoever is on duty"
    match facts.lack:
        case Lack.NOBODY:
            note = f" ({escape(facts.note, NOTE)})" if facts.note else ""
            return f"Nobody has it then{note}, so {whom}"
        case Lack.PLACES:
            return f"Some of its places are empty then: {escape(facts.note, NOTE)}"
        case Lack.NOT_MANAGER:
            return f"{people} has it then and is not marked manager, so is not paged"
        case Lack.ALONE:
            return f"{people} would be tier 1 and tier 2 at once, and there is no other manager"
        case Lack.UNREACHABLE:
            return f"{people} cannot be reached"


def _mending(facts: GapFacts) -> str:
    match facts.lack:
        case Lack.NOT_MANAGER | Lack.ALONE:
            return "A manager's mark, and who is on this rota, stand in the organisation file."
    return (
        "Somebody on the rota can take it with `/oncall take`; otherwise its people stand in the "
        "organisation file. This post is edited when it is closed."
    )
