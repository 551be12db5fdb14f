"""What is told in private about a handover: before it, and when nobody said that they have it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Block, Message
from app.chat.words.dates import moment
from app.chat.words.escape import escape
from app.chat.words.people import Who, named

NAME = 60
PRESS_TITLE = "You have the pager"
PRESS_TEXT = (
    "Your on-call shift has begun, and nobody has said so yet. Press I have the pager in Slack, or "
    "type /oncall handover accept there."
)


class Side(StrEnum):
    """What a handover is to whoever reads of it; `none`: nothing any more."""

    OUTGOING = "outgoing"
    INCOMING = "incoming"
    BOTH = "both"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Soon:
    rota: str
    boundary: datetime
    until: datetime
    outgoing: Who | None
    incoming: Who | None
    side: Side
    is_over: bool


def soon(facts: Soon) -> Message:
    """Two days before; edited when the rota changes."""
    rota, at = f"*{escape(facts.rota, NAME)}*", moment(facts.boundary)
    after = f" You take over from {named(facts.outgoing)}." if facts.outgoing else ""
    to = named(facts.incoming) if facts.incoming else "nobody; the managers are paged then"
    match facts.side:
        case Side.NONE:
            return compose([f"The handover of {rota} {at} is not yours any more. It goes to {to}."])
        case Side.OUTGOING:
            lines = [f":pager: You hand {rota} on {at}, to {to}."]
            small = "A day before, the draft comes to you, with a place for a note."
        case Side.INCOMING:
            until = moment(facts.until)
            lines = [f":pager: You have the pager of {rota} from {at} until {until}.{after}"]
            small = "Is your phone reachable? Cannot make it? Ask the others now."
        case Side.BOTH:
            until = moment(facts.until)
            lines = [f":pager: You keep the pager of {rota} {at}, until {until}."]
            small = "Is your phone reachable? Cannot make it? Ask the others now."
    if facts.is_over or facts.side is Side.OUTGOING:
        return compose(lines, small=[] if facts.is_over else [small])
    return compose(
        lines,
        small=[small],
        buttons=[
            button("Test my pager", actions.TEST_PAGER),
            button("Ask for cover", actions.ASK_FOR_COVER),
        ],
    )


def manager_change(facts: Soon) -> Message:
    """To both managers, at the boundary of their rota."""
    rota, until = escape(facts.rota, NAME), moment(facts.until)
    if facts.side is Side.INCOMING:
        after = f", after {named(facts.outgoing)}" if facts.outgoing else ""
        return compose(
            [f":pager: *You are the manager on duty* until {until}{after} (rota {rota})."],
            small=["You are rung when nobody in front of you answers."],
            buttons=[button("Test my pager", actions.TEST_PAGER)],
        )
    to = f"{named(facts.incoming)} is it until {until}" if facts.incoming else "Nobody is it now"
    return compose([f"You are not the manager on duty any more. {to} (rota {rota})."])


@dataclass(frozen=True, kw_only=True)
class Press:
    """Whether somebody said that the incoming person has the pager."""

    number: int
    rota: str
    boundary: datetime
    until: datetime
    incoming: Who | None
    accepted_by: Who | None


def press(facts: Press) -> Message:
    """To the incoming person, a quarter of an hour after the boundary."""
    rota = f"*{escape(facts.rota, NAME)}*"
    if facts.accepted_by is not None:
        return compose([f"You have the pager of {rota} until {moment(facts.until)}."])
    return compose(
        [
            f":pager: You have the pager of {rota} since {moment(facts.boundary)}, until "
            f"{moment(facts.until)}. Please say that you have it."
        ],
        small=["In a quarter of an hour the managers are told that nobody said so."],
        buttons=[_have(facts)],
    )


def missed(facts: Press) -> Message:
    """To the managers, half an hour after the boundary."""
    rota, who = f"*{escape(facts.rota, NAME)}*", named(facts.incoming) if facts.incoming else ""
    if facts.accepted_by is not None:
        by = "" if facts.accepted_by == facts.incoming else f", says {named(facts.accepted_by)}"
        return compose([f"{who} has the pager of {rota}{by}. Nothing is left to do."])
    return compose(
        [
            f":warning: *{who} has not said that they have the pager* of {rota}, theirs since "
            f"{moment(facts.boundary)}.",
            "Pages ring them all the same. Call them; if they cannot, `/oncall take @somebody` "
            "gives the shift to somebody who can.",
        ],
        small=["If you know that they have it, say so for them."],
        buttons=[_have(facts)],
    )


def _have(facts: Press) -> Block:
    return button("I have the pager", actions.HAVE_THE_PAGER, str(facts.number), style="primary")
