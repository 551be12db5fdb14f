"""A proposal of who serves in the next shifts, with what everybody carries (product.md 23)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Message
from app.chat.words.dates import moment
from app.chat.words.escape import escape
from app.chat.words.people import Who, named

NAME = 60


@dataclass(frozen=True, kw_only=True)
class Given:
    """`load` is what they carry without this shift, `weight` what it adds, both in plain hours."""

    start: datetime
    who: Who
    before: Who | None
    weight: float
    load: float


def proposal(number: int, rota: str, given: Sequence[Given]) -> Message:
    """To the manager who asked; nothing of it holds before Accept."""
    changed = sum(each.before != each.who for each in given)
    if not changed:
        return compose(
            [f":scales: *{escape(rota, NAME)} is fair as it is* for its next {len(given)} shifts."]
        )
    return compose(
        [
            f":scales: *A fair filling of {escape(rota, NAME)}*: {changed} of {len(given)} shifts "
            "would change hands.",
            *(_line(each) for each in given),
        ],
        small=[
            "Loads are hours of the last 26 weeks: nights and weekends count double, public "
            "holidays three times. Whoever is away or cannot be reached is left out. Everybody "
            "whose shifts move is told when you accept."
        ],
        buttons=[
            button("Accept", actions.ACCEPT_PROPOSAL, str(number), style="primary"),
            button("Dismiss", actions.DISMISS_PROPOSAL, str(number)),
        ],
    )


def accepted() -> Message:
    return compose(["Accepted: it is the rota now, and everybody whose shifts move is told."])


def dismissed() -> Message:
    return compose(["Dismissed: nothing was changed."])


def _line(given: Given) -> str:
    had = ""
    if given.before != given.who:
        had = f", instead of {named(given.before)}" if given.before else ", where nobody was"
    return (
        f"• {moment(given.start)}: {named(given.who)}{had} "
        f"({given.load:.0f} + {given.weight:.0f} h)"
    )
