"""Swap: two people exchange a shift each (product.md 24)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Message
from app.chat.words.cover import Choosable
from app.chat.words.dates import moment
from app.chat.words.escape import escape
from app.chat.words.inputs import View, choice, modal, text_input
from app.chat.words.people import Who, named

NAME = 60
WHY = 300
MINE, THEIRS, REASON = "mine", "theirs", "why"
"""The blocks of the form."""


class Standing(StrEnum):
    """What has become of it."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    PASSED = "passed"
    UNDONE = "undone"


@dataclass(frozen=True, kw_only=True)
class Half:
    """A shift of `who`, that the other would have; without times where the rota has it no more."""

    who: Who
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, kw_only=True)
class SwapFacts:
    """`one` is whose idea it was; `undo_by` wants it undone."""

    number: int
    rota: str
    one: Half
    other: Half
    why: str
    standing: Standing
    undo_by: Who | None = None


def asked(facts: SwapFacts) -> Message:
    """To whoever is asked."""
    if facts.standing is not Standing.PROPOSED:
        return told(facts)
    value = str(facts.number)
    return compose(
        [
            f":arrows_counterclockwise: *{named(facts.one.who)} asks you to swap shifts* on "
            f"{escape(facts.rota, NAME)}",
            f"You would have {_when(facts.one)}.",
            f"{named(facts.one.who)} would have yours, {_when(facts.other)}.",
            f"“{escape(facts.why, WHY)}”" if facts.why else "",
        ],
        small=["Nothing changes before you accept. Nobody else was asked."],
        buttons=[
            button("Accept", actions.ACCEPT_SWAP, value, style="primary"),
            button("Can't", actions.DECLINE_SWAP, value),
        ],
    )


def told(facts: SwapFacts) -> Message:
    """To either of the two, and instead of the question once it is answered."""
    one, other = named(facts.one.who), named(facts.other.who)
    value = str(facts.number)
    match facts.standing:
        case Standing.PROPOSED:
            return compose(
                [f"A manager asked {other} to swap shifts with you.", *_both(facts)],
                small=["Nothing changes before it is accepted."],
                buttons=[button("Withdraw", actions.WITHDRAW_SWAP, value)],
            )
        case Standing.ACCEPTED:
            undo = f"{named(facts.undo_by)} asks to undo it." if facts.undo_by else ""
            return compose(
                [f":white_check_mark: *{one} and {other} have swapped.*", *_both(facts), undo],
                small=["The swap goes with the shifts when the rota is edited."],
                buttons=[button("Undo", actions.UNDO_SWAP, value)],
            )
        case Standing.UNDONE:
            return compose([f"The swap of {one} and {other} is undone: each has their own shift."])
        case Standing.DECLINED:
            return compose([f"{other} cannot swap with {one}. Nothing was changed."])
        case Standing.WITHDRAWN:
            return compose([f"{one} withdrew the swap. Nothing was changed."])
    return compose(
        [f"The swap of {one} and {other} is over: it was not answered in time, or one of the "
         "shifts is somebody else's now. Nothing was changed."]
    )  # fmt: skip


def undo_asked(facts: SwapFacts) -> Message:
    """To the other of the two; without buttons once it is settled."""
    if facts.standing is not Standing.ACCEPTED or facts.undo_by is None:
        return told(facts)
    value = str(facts.number)
    return compose(
        [
            f":arrows_counterclockwise: *{named(facts.undo_by)} asks to undo your swap* on "
            f"{escape(facts.rota, NAME)}",
            *_both(facts),
        ],
        small=["It stands unless you agree."],
        buttons=[
            button("Undo it", actions.UNDO_SWAP, value, style="primary"),
            button("Keep it", actions.KEEP_SWAP, value),
        ],
    )


def kept(facts: SwapFacts) -> Message:
    """To whoever wanted it undone."""
    if facts.standing is not Standing.ACCEPTED:
        return told(facts)
    return compose(
        ["*The swap stands:* the other wants to keep it.", *_both(facts)],
        small=["A manager can undo it; `/oncall cover me` asks everybody else."],
    )


def on_the_board(facts: SwapFacts) -> Message:
    """In the on-call channel."""
    one, other = named(facts.one.who), named(facts.other.who)
    rota = escape(facts.rota, NAME)
    if facts.standing is Standing.UNDONE:
        return compose([f"{one} and {other} have undone their swap on {rota}."])
    return compose(
        [
            f":arrows_counterclockwise: *{one} and {other} have swapped shifts* on {rota}",
            *_both(facts),
        ]
    )


# ── the answers to a press or a form ──────────────────────────────────────────────────────────
def proposed(facts: SwapFacts) -> Message:
    return compose(
        [f"Asked {named(facts.other.who)}, in private.", *_both(facts, would=True)],
        small=["Both shifts stay as they are until they accept."],
        buttons=[button("Withdraw", actions.WITHDRAW_SWAP, str(facts.number))],
    )


def accepted(facts: SwapFacts) -> Message:
    return compose([f":white_check_mark: Swapped; {named(facts.one.who)} is told.", *_both(facts)])


def declined(facts: SwapFacts) -> Message:
    return Message(text=f"Fine. {named(facts.one.who)} is told that you can't; nothing changed.")


def withdrawn() -> Message:
    return Message(text="Withdrawn. Both shifts stay as they are.")


def undoing(facts: SwapFacts) -> Message:
    """Undone, or the other is asked first."""
    if facts.standing is Standing.UNDONE:
        return Message(text="Undone: each has their own shift again. Both are told.")
    return Message(text="The other is asked; the swap stands until they agree.")


def keeping() -> Message:
    return Message(text="Kept. The other is told that the swap stands.")


# ── the form ──────────────────────────────────────────────────────────────────────────────────
def swap_form(
    mine: Sequence[Choosable],
    theirs: Sequence[Choosable],
    *,
    why: str,
    carry: Mapping[str, Any],
) -> View:
    """Which of one's shifts for which of somebody else's."""
    return modal(
        "Swap shifts",
        [
            choice(MINE, "Which shift do you give?", [(e.label, e.value) for e in mine]),
            choice(THEIRS, "For which one?", [(e.label, e.value) for e in theirs]),
            text_input(REASON, "Why, if you like", initial=why, limit=WHY, optional=True),
        ],
        callback=actions.SWAP_FORM,
        submit="Ask them",
        carry=carry,
    )


# ── parts ─────────────────────────────────────────────────────────────────────────────────────
def _both(facts: SwapFacts, *, would: bool = False) -> list[str]:
    one, other = named(facts.one.who), named(facts.other.who)
    has = "would have" if would or facts.standing is Standing.PROPOSED else "has"
    return [f"• {other} {has} {_when(facts.one)}", f"• {one} {has} {_when(facts.other)}"]


def _when(half: Half) -> str:
    if half.start is None or half.end is None:
        return "a shift that the rota does not have any more"
    return f"{moment(half.start)} to {moment(half.end)}"
