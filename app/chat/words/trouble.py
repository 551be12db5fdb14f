"""Baton's own trouble: what failed, what it tries next, whom it could not reach (product.md 38)."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.chat.blocks import compose
from app.chat.message import Message
from app.chat.words.escape import escape
from app.chat.words.people import Who, all_named

WHAT_LIMIT = 300
WHY_LIMIT = 600

CHANGE = "Baton tries again as soon as the incident changes."
BY_HAND = "Baton does not try this one again by itself. `doctor` checks whether it would work now."
FAILED: Mapping[str, tuple[str, str]] = {
    "ring": (
        "A page could not be sent by one contact method.",
        "The person's other methods and the next steps go on.",
    ),
    "test_ring": ("A test page could not be sent.", "Ask for it again once the cause is gone."),
    "channel": (
        "An incident's channel could not be made.",
        "Paging goes on without it; the announcement here is kept up to date.",
    ),
    "card": ("An incident's card could not be shown.", CHANGE),
    "announcement": ("An incident's announcement could not be shown.", CHANGE),
    "topic": ("A channel's topic could not be set.", CHANGE),
    "invite": ("People could not be invited to an incident's channel.", CHANGE),
    "nobody_answered": (
        "It could not be told in public that nobody has answered a page.",
        "The managers are being rung all the same; it is told again with the next round.",
    ),
    "call": (
        "A team without a rota could not be called in its channel.",
        "The managers are being rung all the same.",
    ),
    "notice": (
        "An incident could not be told to its owner's channel.",
        "It stays open; `/inc list` shows it.",
    ),
    "digest": (
        "A team's morning digest could not be posted.",
        "What it held stays marked as not delivered; `/inc list` shows it.",
    ),
    "handover": ("A handover could not be posted.", "The pager has changed hands all the same."),
    "page_message": ("A Slack page could not be edited after its end.", BY_HAND),
    "gap": ("A gap in the rota could not be told.", BY_HAND),
    "say": ("A message to an incident's channel could not be posted.", BY_HAND),
    "pin": ("A card could not be pinned.", BY_HAND),
    "bookmark": ("A bookmark could not be set.", BY_HAND),
}
"""By kind of effect: what failed, and what happens next."""


@dataclass(frozen=True, kw_only=True)
class TroubleFacts:
    """`what`: a kind of effect, or a sentence. `call`: whom a person should telephone."""

    what: str
    problem: str = ""
    incident: str | None = None
    unreached: tuple[Who, ...] = ()
    call: tuple[Who, ...] = ()


def trouble(facts: TroubleFacts) -> Message:
    """Phone numbers are never shown in Slack: people are named, their profiles have them."""
    about = f" with {facts.incident}" if facts.incident else ""
    what, then = FAILED.get(facts.what, (escape(facts.what, WHAT_LIMIT), ""))
    lines = [
        f":rotating_light: *Baton has trouble{about}.* {what}",
        escape(facts.problem, WHY_LIMIT),
        f"Next: {then}" if then else "",
    ]
    if facts.unreached:
        lines.append(f"Not reached this way: {all_named(facts.unreached)}.")
    if facts.call:
        lines.append(f"If nobody has it yet, please telephone {all_named(facts.call)}.")
    return compose(lines)
