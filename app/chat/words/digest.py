"""The morning digest: what was held overnight for its owner, each with a button to take it."""

from dataclasses import dataclass

from app.chat import actions
from app.chat.blocks import button, section
from app.chat.message import Block, Message
from app.chat.words.escape import escape
from app.chat.words.headline import Head, headline, reason
from app.chat.words.standing import Standing, standing
from app.rules.incident import State

IN_FULL = 20
"""So many are told in full; the rest by key, so that none is left out."""
KEYS_A_LINE = 200
MOST_LINES = 25
NAME_LIMIT = 60
TITLE_LIMIT = 80


@dataclass(frozen=True, kw_only=True)
class HeldFacts:
    head: Head
    standing: Standing


def digest(team: str, held: tuple[HeldFacts, ...]) -> Message:
    """Up to 5,000 incidents in one post, the worst in full; the caller counts on each one's key."""
    what = "1 thing" if len(held) == 1 else f"{len(held)} things"
    title = f":sunrise: *Good morning, {escape(team, NAME_LIMIT)}.* {what} waited for you."
    rest = held[IN_FULL:]
    keys = [each.head.key for each in rest]
    lines = [
        ", ".join(keys[start : start + KEYS_A_LINE]) for start in range(0, len(keys), KEYS_A_LINE)
    ]
    more = [f"And {len(rest)} more: {lines[0]}", *lines[1:]] if rest else []
    blocks = [section(title), *(_entry(each) for each in held[:IN_FULL]), *map(section, more)]
    said = [title, *(_short(each) for each in held[:IN_FULL])]
    if rest:
        said.append(f"And {len(rest)} more.")
    return Message(text="\n".join(said), blocks=blocks)


def most_told() -> int:
    """How many incidents one digest names at most."""
    return IN_FULL + KEYS_A_LINE * MOST_LINES


def _entry(held: HeldFacts) -> Block:
    text = "\n".join([headline(held.head), reason(held.head), standing(held.standing)])
    take = None
    if held.head.state is State.TRIGGERED:
        take = button("Acknowledge", actions.ACKNOWLEDGE, str(held.head.number))
    return section(text, accessory=take)


def _short(held: HeldFacts) -> str:
    head = held.head
    return f"{head.severity} {head.key} {escape(head.title, TITLE_LIMIT)} ({head.state.value})"
