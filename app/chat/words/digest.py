"""The morning digest: what was held overnight for its owner, each with a button to take it; what
is resolved and not closed, and the follow-ups that are owed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.chat import actions
from app.chat.blocks import button, in_short, section
from app.chat.message import Block, Message
from app.chat.words.dates import how_long, moment
from app.chat.words.escape import escape
from app.chat.words.headline import Head, headline, reason
from app.chat.words.missing import still_wanted
from app.chat.words.standing import Standing, standing
from app.rules.incident import Missing, State

IN_FULL = 20
"""So many are told in full; the rest by key, so that none is left out."""
KEYS_A_LINE = 200
MOST_LINES = 15
NAME_LIMIT = 60
TITLE_LIMIT = 80
TEXT_LIMIT = 200
MOST_OWED = 6
LINES_A_SECTION = 4


@dataclass(frozen=True, kw_only=True)
class HeldFacts:
    head: Head
    standing: Standing


@dataclass(frozen=True, kw_only=True)
class UnclosedFacts:
    """Resolved, and what it still needs to be closed."""

    head: Head
    missing: Missing


@dataclass(frozen=True, kw_only=True)
class OwedFacts:
    """A follow-up that is not done."""

    number: int
    key: str
    text: str
    due: datetime | None


def digest(
    team: str,
    held: tuple[HeldFacts, ...],
    *,
    unclosed: Sequence[UnclosedFacts] = (),
    owed: Sequence[OwedFacts] = (),
    late: timedelta | None = None,
) -> Message:
    """Up to 3,000 incidents in one post, the worst in full; the caller counts on each one's key."""
    what = "1 thing" if len(held) == 1 else f"{len(held)} things"
    title = f":sunrise: *Good morning, {escape(team, NAME_LIMIT)}.*"
    title += f" {what} waited for you." if held else ""
    title += f" This is said {how_long(late)} late." if late is not None else ""
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
    for more_blocks, more_said in (_unclosed(unclosed), _owed(owed)):
        blocks += more_blocks
        said += more_said
    return Message(text=in_short("\n".join(said)), blocks=blocks)


def most_told() -> int:
    """How many incidents one digest names at most."""
    return IN_FULL + KEYS_A_LINE * MOST_LINES


def _entry(held: HeldFacts) -> Block:
    text = "\n".join([headline(held.head), reason(held.head), standing(held.standing)])
    take = None
    if held.head.state is State.TRIGGERED:
        take = button("Acknowledge", actions.ACKNOWLEDGE, str(held.head.number))
    return section(text, accessory=take)


def _unclosed(unclosed: Sequence[UnclosedFacts]) -> tuple[list[Block], list[str]]:
    if not unclosed:
        return [], []
    lines = [f"*Resolved, and not closed yet ({len(unclosed)})*"]
    for each in unclosed[:MOST_OWED]:
        wanted = " and ".join(still_wanted(each.missing))
        needs = f"still needs {wanted}" if wanted else "can be closed: `/inc close`"
        lines.append(f"• {headline(each.head)} · {needs}")
    lines += _more(len(unclosed))
    return [section("\n".join(part)) for part in _few_at_once(lines)], lines


def _owed(owed: Sequence[OwedFacts]) -> tuple[list[Block], list[str]]:
    """Each with a button to say that it is done."""
    if not owed:
        return [], []
    title = f"*Follow-ups you owe ({len(owed)})*"
    lines, blocks = [title], [section(title)]
    for each in owed[:MOST_OWED]:
        due = f", due {moment(each.due)}" if each.due else ""
        line = f"• {each.key}: {escape(each.text, TEXT_LIMIT)}{due}"
        done = button("Done", actions.FINISH_FOLLOW_UP, str(each.number))
        blocks.append(section(line, accessory=done))
        lines.append(line)
    more = _more(len(owed))
    return [*blocks, *map(section, more)], [*lines, *more]


def _few_at_once(lines: Sequence[str]) -> Iterator[Sequence[str]]:
    """So few lines that a section takes them, however long each of them is."""
    starts = range(0, len(lines), LINES_A_SECTION)
    return (lines[start : start + LINES_A_SECTION] for start in starts)


def _more(count: int) -> list[str]:
    return [f"… and {count - MOST_OWED} more"] if count > MOST_OWED else []


def _short(held: HeldFacts) -> str:
    head = held.head
    return f"{head.severity} {head.key} {escape(head.title, TITLE_LIMIT)} ({head.state.value})"
