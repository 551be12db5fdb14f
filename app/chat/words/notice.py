"""A notice: something that wakes nobody, told to its owner's channel in working hours."""

from dataclasses import dataclass

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Block, Message
from app.chat.words.about import About, about_lines, runbook_button
from app.chat.words.card import Update, update_lines
from app.chat.words.escape import escape
from app.chat.words.headline import Head, headline, reason
from app.chat.words.missing import review_buttons
from app.chat.words.standing import Standing, standing
from app.rules.incident import Missing, State

ALARM_LIMIT = 80


@dataclass(frozen=True, kw_only=True)
class NoticeFacts:
    """`review` names the alarm when it is unknown or not accepted; `known` tells which.
    `missing` is what the close still needs."""

    head: Head
    standing: Standing
    about: About
    missing: Missing
    update: Update | None = None
    review: str | None = None
    known: bool = False


def notice(facts: NoticeFacts) -> Message:
    """Edited as the incident moves on."""
    lines = [headline(facts.head), reason(facts.head), standing(facts.standing)]
    lines += update_lines(facts.update)
    small = about_lines(facts.about) + review_hint(facts)
    return compose(lines, small=small, buttons=_buttons(facts))


def review_hint(facts: NoticeFacts) -> list[str]:
    """What the owner should do about an alarm that nobody has accepted (product.md 31)."""
    if facts.review is None:
        return []
    alarm = escape(facts.review, ALARM_LIMIT)
    if facts.known:
        return [
            f":mag: Alarm {alarm} is not accepted yet. Approve it in baton.toml, or delete it "
            "there."
        ]
    return [
        f":mag: Alarm {alarm} is not in the catalogue. Add it to baton.toml with its service, "
        "runbook and what a human does, or delete it at its source."
    ]


def _buttons(facts: NoticeFacts) -> list[Block]:
    value = str(facts.head.number)
    state = facts.head.state
    if not state.is_open:
        return review_buttons(state, value, facts.missing)
    buttons = [button("Resolve", actions.RESOLVE, value)]
    if state is State.TRIGGERED:
        buttons.insert(0, button("Acknowledge", actions.ACKNOWLEDGE, value, style="primary"))
    return [*buttons, *runbook_button(facts.about.runbook)]
