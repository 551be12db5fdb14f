"""The announcement: one short post in the engineering channel, edited for the incident's life."""

import re
from dataclasses import dataclass

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Message
from app.chat.words.card import Update, update_lines
from app.chat.words.escape import escape
from app.chat.words.headline import Head, headline, reason
from app.chat.words.ringing import Ringing, ringing
from app.chat.words.standing import Standing, standing
from app.rules.incident import State

CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{2,20}")
CAUSE_LIMIT = 400


@dataclass(frozen=True, kw_only=True)
class AnnouncementFacts:
    head: Head
    standing: Standing
    channel_id: str | None = None
    ringing: Ringing | None = None
    update: Update | None = None
    root_cause: str | None = None


def announcement(facts: AnnouncementFacts) -> Message:
    """It names people without notifying them: the whole organisation reads it."""
    state = facts.head.state
    where = f" · {channel_link(facts.channel_id)}" if is_channel(facts.channel_id) else ""
    lines = [headline(facts.head), reason(facts.head), standing(facts.standing) + where]
    if state is State.TRIGGERED and facts.ringing is not None:
        lines.append(ringing(facts.ringing, lasting=True))
    lines += update_lines(facts.update)
    cause = escape(facts.root_cause or "", CAUSE_LIMIT)
    if cause and state in (State.RESOLVED, State.CLOSED):
        lines.append(f"Root cause: {cause}")
    if not state.is_open:
        return compose(lines)
    value = str(facts.head.number)
    buttons = [
        button("Join", actions.JOIN, value, style="primary"),
        button("I know something", actions.KNOW_SOMETHING, value),
        button("Follow quietly", actions.FOLLOW_QUIETLY, value),
    ]
    return compose(lines, buttons=buttons)


def is_channel(channel_id: str | None) -> bool:
    return bool(channel_id and CHANNEL_ID.fullmatch(channel_id))


def channel_link(channel_id: str | None) -> str:
    """`<#C…>`, which everybody sees by the channel's name; empty for what is no channel."""
    return f"<#{channel_id}>" if is_channel(channel_id) else ""
