"""Cover: a shift looks for somebody, and who has it now (product.md 24)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.chat import actions
from app.chat.blocks import actions as row
from app.chat.blocks import button, compose
from app.chat.message import Block, Message
from app.chat.words.dates import moment
from app.chat.words.escape import escape
from app.chat.words.inputs import View, choice, instant_input, modal, text_input
from app.chat.words.people import Who, all_named, named

NAME = 60
WHY = 300
SHIFT, FROM, TO, REASON = "shift", "from", "to", "why"
"""The blocks of the forms."""


@dataclass(frozen=True, kw_only=True)
class Part:
    who: Who
    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class CoverFacts:
    """`left` is what nobody has taken; `cannot`: the reader has said that they cannot."""

    number: int
    rota: str
    who: Who
    start: datetime
    end: datetime
    why: str
    is_open: bool
    withdrawn: bool
    taken: Sequence[Part]
    left: Sequence[tuple[datetime, datetime]]
    cannot: bool


def asked(facts: CoverFacts) -> Message:
    """To one person of the pool."""
    if not facts.is_open:
        return compose([_outcome(facts)])
    lines = [f":raised_hand: *{named(facts.who)} asks for cover*", *_what(facts)]
    if facts.cannot:
        return compose(
            lines,
            small=["You said that you can't; nobody is told who did."],
            buttons=[_take(facts), _take_part(facts)],
        )
    return compose(lines, small=["The first yes has it."], buttons=_answers(facts))


def reminder(facts: CoverFacts) -> Message:
    return compose(
        [f":raised_hand: *{named(facts.who)} still needs cover*", *_what(facts)],
        small=["Nobody has taken it yet. The first yes has it."],
        buttons=_answers(facts),
    )


def on_the_board(facts: CoverFacts) -> Message:
    """In the on-call channel; whoever is on the rota may press."""
    if not facts.is_open:
        return compose([_outcome(facts)])
    return compose(
        [f":raised_hand: *{named(facts.who)} asks for cover*", *_what(facts)],
        small=["Whoever is on this rota can take it, or a part of it."],
        buttons=[_take(facts), _take_part(facts)],
    )


def taken(facts: CoverFacts) -> Message:
    """To whoever asked."""
    lines = [f"{_who_has(facts)} Thank them; the rota is changed."]
    if facts.is_open and facts.left:
        lines.append(f"Still yours until somebody takes it: {_spans(facts.left)}.")
    return compose(lines)


def still_open(facts: CoverFacts) -> Message:
    """To the managers."""
    return compose(
        [
            f":warning: *{named(facts.who)}'s shift still looks for cover*",
            *_what(facts),
            f"Unless somebody takes it, {named(facts.who)} has the pager.",
        ],
        small=["You can act for somebody: `/oncall take` with their name, once they agreed."],
        buttons=[_take(facts), _take_part(facts)],
    )


def asked_for_you(facts: CoverFacts) -> Message:
    """A manager acted for the reader."""
    return compose(
        [
            f"A manager changed the rota for you: *cover for {named(facts.who)}* on "
            f"{escape(facts.rota, NAME)}.",
            *_what(facts),
        ],
        small=["If this is not what was agreed, tell them; `/oncall me` shows your shifts."],
    )


def shift_taken(
    person: Who, *, before: Who | None, rota: str, start: datetime, end: datetime, by: Who | None
) -> Message:
    had = f" It was {named(before)}'s." if before else ""
    acted = f" {named(by)} did it for them." if by and by != person else ""
    return compose(
        [
            f":pager: *{named(person)} has the pager of {escape(rota, NAME)}* from "
            f"{moment(start)} to {moment(end)}.{had}{acted}"
        ]
    )


def took(facts: CoverFacts, start: datetime, end: datetime) -> Message:
    """The private answer to a press."""
    left = f" Still open: {_spans(facts.left)}." if facts.is_open and facts.left else ""
    return compose(
        [
            f":white_check_mark: You have the pager of {escape(facts.rota, NAME)} from "
            f"{moment(start)} to {moment(end)}; {named(facts.who)} is told.{left}"
        ]
    )


def shift_is_yours(
    rota: str, start: datetime, end: datetime, before: Who | None, holder: Who | None = None
) -> Message:
    """`holder`: a manager took it for them."""
    has = f"{named(holder)} has" if holder else "You have"
    told = f"; {named(before)} is told" if before else ""
    return compose(
        [
            f":pager: {has} the pager of {escape(rota, NAME)} from {moment(start)} until "
            f"{moment(end)}{told}."
        ]
    )


def asked_now(facts: CoverFacts, pool: int, *, soon: bool) -> Message:
    """The private answer to whoever asked; `soon`: the managers are told at once."""
    asked = "1 person on the rota is" if pool == 1 else f"{pool} people on the rota are"
    nobody = "There is nobody else on this rota to ask."
    managers = "The managers are told now" if soon else "The managers are told a day before"
    return compose(
        [
            f"Asked for cover of {escape(facts.rota, NAME)}, {_spans(facts.left)}.",
            f"{asked} asked; the first yes has it." if pool else nobody,
        ],
        small=[f"{managers}. The shift stays yours until somebody takes it."],
        buttons=[button("Withdraw", actions.WITHDRAW_COVER, str(facts.number))],
    )


def cannot() -> Message:
    return Message(text="Fine. Nobody is told, and you are not asked again for this one.")


def withdrawn() -> Message:
    return Message(text="Withdrawn. What nobody had taken stays yours.")


# ── forms ─────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, kw_only=True)
class Choosable:
    """A shift of the asker's that cover can be asked for."""

    value: str
    label: str


def ask_form(
    shifts: Sequence[Choosable],
    *,
    why: str,
    carry: Mapping[str, Any],
    start: datetime | None = None,
    end: datetime | None = None,
) -> View:
    """Which shift, and from when to when; left out, the times mean all of it."""
    return modal(
        "Ask for cover",
        [
            choice(SHIFT, "Which shift?", [(each.label, each.value) for each in shifts]),
            instant_input(FROM, "From (left out: its start)", initial=start, optional=True),
            instant_input(TO, "Until (left out: its end)", initial=end, optional=True),
            text_input(REASON, "Why, if you like", initial=why, limit=WHY, optional=True),
            row([button("Swap with somebody instead", actions.SWAP_INSTEAD)]),
        ],
        callback=actions.COVER_FORM,
        submit="Ask the pool",
        carry=carry,
    )


def part_form(facts: CoverFacts, *, carry: Mapping[str, Any]) -> View:
    start, end = facts.left[0][0], facts.left[-1][1]
    return modal(
        "Take a part",
        [
            instant_input(FROM, "From", initial=start),
            instant_input(TO, "Until", initial=end),
        ],
        callback=actions.TAKE_PART_FORM,
        submit="Take it",
        carry=carry,
    )


def take_form(
    shifts: Sequence[Choosable],
    *,
    start: datetime | None,
    end: datetime | None,
    carry: Mapping[str, Any],
) -> View:
    """Whose shift; left as they are, the times mean what is left of it."""
    return modal(
        "Take a shift",
        [
            choice(SHIFT, "Whose shift?", [(each.label, each.value) for each in shifts]),
            instant_input(FROM, "From (left out: its start, or now)", initial=start, optional=True),
            instant_input(TO, "Until (left out: its end)", initial=end, optional=True),
        ],
        callback=actions.TAKE_FORM,
        submit="Take it",
        carry=carry,
    )


# ── parts ─────────────────────────────────────────────────────────────────────────────────────
def _what(facts: CoverFacts) -> list[str]:
    lines = [f"{escape(facts.rota, NAME)}: {_spans(facts.left)}"]
    if facts.why:
        lines.append(f"“{escape(facts.why, WHY)}”")
    if facts.taken:
        lines.append(_who_has(facts))
    return lines


def _who_has(facts: CoverFacts) -> str:
    parts = [
        f"{named(each.who)} has {moment(each.start)} to {moment(each.end)}" for each in facts.taken
    ]
    return "; ".join(parts) + "." if parts else ""


def _outcome(facts: CoverFacts) -> str:
    asked = f"{named(facts.who)}'s shift on {escape(facts.rota, NAME)}"
    if facts.withdrawn:
        return f"{asked}: no cover is needed any more. {_who_has(facts)}".strip()
    if facts.left or not facts.taken:
        return f"{asked} is over; nobody else took it."
    takers = all_named(list(dict.fromkeys(each.who for each in facts.taken)))
    return f":white_check_mark: {asked} is covered by {takers}. {_who_has(facts)}"


def _spans(spans: Sequence[tuple[datetime, datetime]]) -> str:
    return ", ".join(f"{moment(start)} to {moment(end)}" for start, end in spans)


def _answers(facts: CoverFacts) -> list[Block]:
    cannot = button("Can't", actions.CANNOT_COVER, str(facts.number))
    return [_take(facts), _take_part(facts), cannot]


def _take(facts: CoverFacts) -> Block:
    return button("Take", actions.TAKE_COVER, str(facts.number), style="primary")


def _take_part(facts: CoverFacts) -> Block:
    return button("Take part", actions.TAKE_PART, str(facts.number))
