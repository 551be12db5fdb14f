"""The weekly handover: who hands to whom, and what the incoming person must know (product.md 28).

Empty parts are left out, so that a quiet week is two lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Message
from app.chat.words.dates import how_long, moment
from app.chat.words.escape import escape
from app.chat.words.headline import Head, headline
from app.chat.words.missing import still_wanted
from app.chat.words.people import Who, all_named, mention, named
from app.chat.words.standing import Standing, standing
from app.rules.incident import Missing

MOST_LISTED = 8
MOST_KEYS = 20
TEXT_LIMIT = 300
NOTE_LIMIT = 1500


@dataclass(frozen=True, kw_only=True)
class Open:
    """`missing`: what a resolved one still needs to be closed."""

    head: Head
    standing: Standing
    next_step: str | None = None
    missing: Missing | None = None


@dataclass(frozen=True, kw_only=True)
class Owed:
    key: str
    text: str
    team: str | None


@dataclass(frozen=True, kw_only=True)
class ShiftNumbers:
    """Of the shift that ends: each figure is one query over `[shift start, boundary)`. `paged`
    are the incidents behind it, by key."""

    paged: Sequence[str]
    out_of_hours: int
    escalated: int
    acknowledged_in: timedelta | None
    top_alarms: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True, kw_only=True)
class HandoverFacts:
    """Everything but `accepted_…` as it was at the boundary. `late` is how long after it the post
    is said, when that is worth a word."""

    number: int
    rota: str
    incoming: Who | None
    outgoing: Who | None
    shift_start: datetime
    boundary: datetime
    until: datetime
    manager: Who | None
    awake: Sequence[Who]
    open: Sequence[Open]
    came_back: Sequence[Head]
    numbers: ShiftNumbers
    budget: int
    budget_used: int
    owed: Sequence[Owed]
    note: str | None
    note_by: Who | None
    accepted_by: Who | None
    accepted_at: datetime | None
    late: timedelta | None


def handover(facts: HandoverFacts) -> Message:
    """One post, edited when the incoming person has the pager."""
    lines = [_who(facts), _behind(facts)]
    lines += _open(facts)
    lines += _watch(facts)
    lines += [_numbers(facts.numbers), _budget(facts)]
    lines += _owed(facts)
    lines += _note(facts)
    buttons = []
    if facts.accepted_by is None and facts.incoming is not None:
        take = actions.HAVE_THE_PAGER
        buttons.append(button("I have the pager", take, str(facts.number), style="primary"))
    return compose(lines, small=[_accepted(facts), _late(facts), _counted(facts)], buttons=buttons)


def _who(facts: HandoverFacts) -> str:
    rota = escape(facts.rota, TEXT_LIMIT)
    if facts.incoming is None:
        return (
            f":warning: *Handover of {rota}.* Nobody is on it from {moment(facts.boundary)}: "
            "the managers are paged until somebody is."
        )
    said = f":pager: *Handover of {rota}.* {mention(facts.incoming)} has the pager"
    said += f" until {moment(facts.until)}"
    if facts.outgoing is not None and facts.outgoing != facts.incoming:
        said += f", after {named(facts.outgoing)}"
    return said + "."


def _behind(facts: HandoverFacts) -> str:
    behind = f"Behind them: {named(facts.manager)}." if facts.manager else ""
    awake = f"Awake now: {all_named(facts.awake)}." if facts.awake else ""
    return " ".join(filter(None, (behind, awake)))


def _open(facts: HandoverFacts) -> list[str]:
    if not facts.open:
        return []
    listed = [
        " · ".join(
            [f"• {headline(each.head)}", standing(each.standing), *filter(None, [_next(each)])]
        )
        for each in facts.open[:MOST_LISTED]
    ]
    return [f"*Open ({len(facts.open)})*", *listed, *_more(len(facts.open))]


def _next(open: Open) -> str:
    """What it waits for: once resolved the gates of its close, before that as the update says."""
    if open.missing is None:
        return f"“{escape(open.next_step, TEXT_LIMIT)}”" if open.next_step else ""
    wanted = still_wanted(open.missing)
    return f"still owed: {' and '.join(wanted)}" if wanted else "ready to be closed"


def _watch(facts: HandoverFacts) -> list[str]:
    if not facts.came_back:
        return []
    listed = [f"• came back: {headline(each)}" for each in facts.came_back[:MOST_LISTED]]
    return ["*Watch*", *listed, *_more(len(facts.came_back))]


def _numbers(numbers: ShiftNumbers) -> str:
    if not numbers.paged:
        return "This shift: nobody was paged."
    said = f"This shift: {_count(len(numbers.paged), 'incident')} paged"
    said += f", {numbers.out_of_hours} out of hours"
    if numbers.acknowledged_in is not None:
        said += f", median answer after {how_long(numbers.acknowledged_in)}"
    if numbers.escalated:
        said += f", {numbers.escalated} went to the managers"
    if numbers.top_alarms:
        alarms = (f"{escape(name, 60)} ({count})" for name, count in numbers.top_alarms)
        said += f". Most: {', '.join(alarms)}"
    return said + "."


def _budget(facts: HandoverFacts) -> str:
    if not facts.budget_used:
        return ""
    over = " :warning:" if facts.budget_used >= facts.budget else ""
    return f"Budget: {facts.budget_used} of {facts.budget} out-of-hours pages this month.{over}"


def _owed(facts: HandoverFacts) -> list[str]:
    if not facts.owed:
        return []
    listed = []
    for each in facts.owed[:MOST_LISTED]:
        team = f" ({escape(each.team, 60)})" if each.team else ""
        listed.append(f"• {each.key}: {escape(each.text, TEXT_LIMIT)}{team}")
    return ["*Owed*", *listed, *_more(len(facts.owed))]


def _note(facts: HandoverFacts) -> list[str]:
    if not facts.note:
        return []
    by = named(facts.note_by) if facts.note_by else "the outgoing person"
    return [f"*A note from {by}*", escape(facts.note, NOTE_LIMIT)]


def _accepted(facts: HandoverFacts) -> str:
    if facts.accepted_by is None or facts.accepted_at is None:
        return ""
    return f"{named(facts.accepted_by)} has the pager since {moment(facts.accepted_at)}."


def _late(facts: HandoverFacts) -> str:
    if facts.late is None:
        return ""
    return (
        f"This is said {how_long(facts.late)} late: it was due {moment(facts.boundary)}. "
        "The pager moved on time."
    )


def _counted(facts: HandoverFacts) -> str:
    """How a reader comes to the same numbers."""
    if not (facts.open or facts.came_back or facts.owed or facts.numbers.paged):
        return ""
    said = f"As of {moment(facts.boundary)}; what came later is not in it."
    paged = facts.numbers.paged
    if not paged:
        return said
    more = f" and {len(paged) - MOST_KEYS} more" if len(paged) > MOST_KEYS else ""
    return (
        f"{said} Counted since {moment(facts.shift_start)}: {', '.join(paged[:MOST_KEYS])}{more}; "
        f"`/inc timeline {paged[0]}` shows who was rung when."
    )


def _more(count: int) -> list[str]:
    return [f"… and {count - MOST_LISTED} more"] if count > MOST_LISTED else []


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
