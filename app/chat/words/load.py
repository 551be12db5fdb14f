"""What being on call costs: calm figures, and no ranking of people (product.md 35)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.chat.blocks import compose
from app.chat.message import Message
from app.chat.words.dates import how_long
from app.chat.words.escape import escape

NAME = 60
MOST = 10


@dataclass(frozen=True, kw_only=True)
class LoadFacts:
    """Of the last 30 days; `whose` is a team's name, and empty for the reader's own."""

    whose: str
    people: int
    pages: int
    out_of_hours: int
    asleep: int
    on_call: timedelta


def load(found: Sequence[LoadFacts]) -> Message:
    """Private: one's own, or the sums of one's teams."""
    small = (
        "Asleep: between 23:00 and 07:00 on one's own clock. On call: on rotas that wake people."
    )
    return compose(["*The last 30 days*", *map(_line, found[:MOST])], small=[small])


def _line(facts: LoadFacts) -> str:
    people = "1 person" if facts.people == 1 else f"{facts.people} people"
    whose = f"*{escape(facts.whose, NAME)}*, {people} together" if facts.whose else "You"
    if not facts.pages:
        return f"{whose}: no page; {how_long(facts.on_call)} on call."
    pages = "1 page" if facts.pages == 1 else f"{facts.pages} pages"
    return (
        f"{whose}: {pages}, {facts.out_of_hours} of them out of hours and {facts.asleep} asleep; "
        f"{how_long(facts.on_call)} on call."
    )
