"""Baton's own trouble: what failed, what it tries next, whom it could not reach (product.md 38)."""

from dataclasses import dataclass

from app.chat.blocks import compose
from app.chat.message import Message
from app.chat.words.escape import escape
from app.chat.words.people import Who, all_named

WHAT_LIMIT = 600
KEPT_LIMIT = 400
NEXT_LIMIT = 400


@dataclass(frozen=True, kw_only=True)
class TroubleFacts:
    """Sentences that may hold foreign words. `call`: who should be telephoned by a person."""

    what: str
    kept: str = ""
    then: str = ""
    unreached: tuple[Who, ...] = ()
    call: tuple[Who, ...] = ()
    incident: str | None = None


def trouble(facts: TroubleFacts) -> Message:
    """Phone numbers are never shown in Slack: people are named, their profile has the number."""
    about = f" with {facts.incident}" if facts.incident else ""
    lines = [f":rotating_light: *Baton has trouble{about}*", escape(facts.what, WHAT_LIMIT)]
    if facts.kept:
        lines.append(escape(facts.kept, KEPT_LIMIT))
    if facts.unreached:
        lines.append(f"Not reached: {all_named(facts.unreached)}.")
    if facts.then:
        lines.append(f"Next: {escape(facts.then, NEXT_LIMIT)}")
    if facts.call:
        lines.append(f"Please telephone {all_named(facts.call)}.")
    return compose(lines)
