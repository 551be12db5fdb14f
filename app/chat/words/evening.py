"""The evening post: what a team leaves open when it closes (product.md 27)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.chat.blocks import compose, in_short
from app.chat.message import Message
from app.chat.words.dates import how_long, moment
from app.chat.words.digest import HeldFacts
from app.chat.words.escape import escape
from app.chat.words.headline import headline
from app.chat.words.people import Who, named
from app.chat.words.standing import standing

NAME = 60
MOST = 8


@dataclass(frozen=True, kw_only=True)
class Evening:
    """`pager` has the out-of-hours rota now; `late`: how long after the closing it is said."""

    team: str
    open: Sequence[HeldFacts]
    until: datetime
    pager: Who | None
    late: timedelta | None


def evening(facts: Evening) -> Message:
    count = len(facts.open)
    things = "1 incident stays open" if count == 1 else f"{count} incidents stay open"
    who = f"{named(facts.pager)} is rung first" if facts.pager else "the managers are rung"
    listed = [f"• {headline(each.head)} · {standing(each.standing)}" for each in facts.open[:MOST]]
    if count > MOST:
        listed.append(f"… and {count - MOST} more")
    made = compose(
        [
            f":city_sunset: *{escape(facts.team, NAME)} closes for today, and {things}.* "
            f"For a P1 {who} until {moment(facts.until)}.",
            *listed,
        ],
        small=[f"This is said {how_long(facts.late)} late." if facts.late else ""],
    )
    return Message(text=in_short(made.text), blocks=made.blocks)
