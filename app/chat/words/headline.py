"""The first line of everything about an incident, the same everywhere."""

from dataclasses import dataclass

from app.chat.words.escape import bold, escape
from app.rules.incident import State
from app.rules.organisation import Severity

TITLE_LIMIT = 200
REASON_LIMIT = 200

EMOJI = {
    State.TRIGGERED: ":rotating_light:",
    State.ACKNOWLEDGED: ":eyes:",
    State.RESOLVED: ":white_check_mark:",
    State.CLOSED: ":lock:",
    State.CANCELLED: ":no_entry_sign:",
    State.MERGED: ":twisted_rightwards_arrows:",
}


@dataclass(frozen=True, kw_only=True)
class Head:
    """What names an incident. `title` and `reason` are foreign."""

    number: int
    severity: Severity
    state: State
    title: str
    reason: str

    @property
    def key(self) -> str:
        return f"INC-{self.number}"


def headline(head: Head) -> str:
    """`:rotating_light: *P1 · INC-12 Nightly load is late*`"""
    title = bold(head.title, TITLE_LIMIT) or "untitled"
    return f"{_sign(head)} *{head.severity} · {head.key} {title}*"


def _sign(head: Head) -> str:
    """A siren only for what wakes people."""
    waits = head.state is State.TRIGGERED and not head.severity.wakes
    return ":small_orange_diamond:" if waits else EMOJI[head.state]


def reason(head: Head) -> str:
    """Why it has its severity: `P1: threatens SLA "daily ELT fresh by 07:00"`."""
    return escape(head.reason, REASON_LIMIT)
