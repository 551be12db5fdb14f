"""The card: all that matters about an incident, pinned in its channel, at most 12 lines."""

from dataclasses import dataclass
from datetime import datetime

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Block, Message
from app.chat.words.about import About, about_lines, runbook_button
from app.chat.words.dates import moment
from app.chat.words.escape import escape
from app.chat.words.headline import Head, headline, reason
from app.chat.words.missing import review_buttons
from app.chat.words.people import Who, all_named, named
from app.chat.words.ringing import Asked, Ringing, not_answered, ringing
from app.chat.words.standing import Standing, standing
from app.rules.incident import Missing, State

UPDATE_LIMIT = 400
CAUSE_LIMIT = 400


@dataclass(frozen=True, kw_only=True)
class Update:
    text: str
    by: Who | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CardFacts:
    """Everything the card may show, read afresh each time it is told. `awake_more`: how many
    people are awake besides those named."""

    head: Head
    standing: Standing
    about: About
    ringing: Ringing | None = None
    asked: tuple[Asked, ...] = ()
    update: Update | None = None
    helpers: tuple[Who, ...] = ()
    awake: tuple[Who, ...] = ()
    awake_more: int = 0
    root_cause: str | None = None
    follow_ups: int = 0


def card(facts: CardFacts) -> Message:
    """Title, reason and state first; what is read once stands in small print."""
    lines = [headline(facts.head), reason(facts.head), standing(facts.standing, pinging=True)]
    if facts.head.state.is_open:
        lines += [ringing(facts.ringing)] if facts.ringing else []
        lines += not_answered(facts.asked)
    lines += update_lines(facts.update)
    lines += _after(facts)
    small = about_lines(facts.about)
    if facts.helpers:
        small.append(f":raised_hands: Helping: {all_named(facts.helpers)}")
    if facts.awake and facts.head.state.is_open:
        small.append(f":sunny: Awake now: {all_named(facts.awake, more=facts.awake_more)}")
    return compose(lines, small=small, buttons=_buttons(facts))


def update_lines(update: Update | None) -> list[str]:
    """`:memo: The load runs again. (Ana, today 03:40)`"""
    if update is None:
        return []
    by = f"{named(update.by)}, " if update.by else ""
    return [f":memo: {escape(update.text, UPDATE_LIMIT)} ({by}{moment(update.at)})"]


def _after(facts: CardFacts) -> list[str]:
    """Once resolved: what was the cause and what is owed, or what the close still needs."""
    if facts.head.state not in (State.RESOLVED, State.CLOSED):
        return []
    cause = escape(facts.root_cause or "", CAUSE_LIMIT)
    owed = "1 follow-up" if facts.follow_ups == 1 else f"{facts.follow_ups} follow-ups"
    return [
        f"Root cause: {cause}" if cause else "Root cause: still needed to close",
        f"Follow-ups: {owed}" if facts.follow_ups else "Follow-ups: still needed to close",
    ]


def _buttons(facts: CardFacts) -> list[Block]:
    value = str(facts.head.number)
    state = facts.head.state
    if state is State.TRIGGERED:
        return [
            button("Acknowledge", actions.ACKNOWLEDGE, value, style="primary"),
            button("Escalate to manager", actions.ESCALATE, value, style="danger"),
            button("Join", actions.JOIN, value),
            *runbook_button(facts.about.runbook),
        ]
    if state is State.ACKNOWLEDGED:
        return [
            button("Update", actions.UPDATE, value, style="primary"),
            button("Still on it", actions.STILL_ON_IT, value),
            button("Resolve", actions.RESOLVE, value),
            button("Need a manager", actions.ESCALATE, value),
            button("Join", actions.JOIN, value),
        ]
    missing = Missing(root_cause=not facts.root_cause, follow_up=not facts.follow_ups)
    return review_buttons(state, value, missing)
