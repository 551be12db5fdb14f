"""The Home tab: am I on call, what am I in, what is asked of me, can I be reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.chat import actions
from app.chat.blocks import actions as row
from app.chat.blocks import button, context, section
from app.chat.message import Block
from app.chat.words import cover, swap
from app.chat.words.cover import CoverFacts
from app.chat.words.dates import day, moment
from app.chat.words.escape import escape
from app.chat.words.handover import Owed
from app.chat.words.inputs import View
from app.chat.words.oncall import Duty, Way, ways_lines
from app.chat.words.panel import Row, row_line
from app.chat.words.swap import SwapFacts

MOST = 15
MOST_CALLS = 5
MOST_COVER = 5
MOST_OWED = 8
TEXT_LIMIT = 200
BECAUSE_LIMIT = 300


@dataclass(frozen=True, kw_only=True)
class Call:
    """A page that waits for this person's answer, and why it is theirs."""

    page: int
    row: Row
    because: str


@dataclass(frozen=True, kw_only=True)
class HomeFacts:
    """`refused` is said instead of everything else to those who may not look. `cover` and `swaps`
    are the requests that this person can answer, `owed` what they or their teams owe; `tour_ends`
    is the day on which their tour as a volunteer is over."""

    now: datetime
    ringing: Sequence[Call] = ()
    duties: Sequence[Duty] = ()
    tour_ends: date | None = None
    cover: Sequence[CoverFacts] = ()
    swaps: Sequence[SwapFacts] = ()
    owed: Sequence[Owed] = ()
    incidents: Sequence[Row] = ()
    ways: Sequence[Way] = ()
    ready: Sequence[str] = ()
    refused: str = ""


def home(facts: HomeFacts) -> View:
    if facts.refused:
        return {"type": "home", "blocks": [section(escape(facts.refused, 500))]}
    blocks: list[Block] = [
        *(block for each in facts.ringing[:MOST_CALLS] for block in _call(each)),
        section(_on_call(facts)),
        row(
            [
                button("Declare", actions.DECLARE, style="danger"),
                button("Ask for cover", actions.ASK_FOR_COVER),
                button("Test my pager", actions.TEST_PAGER),
                button("Contact methods", actions.CONTACTS),
            ]
        ),
    ]
    for request in facts.cover[:MOST_COVER]:
        blocks += cover.asked(request).blocks
    for proposal in facts.swaps[:MOST_COVER]:
        blocks += swap.asked(proposal).blocks
    blocks.append(section("*Incidents you are in*"))
    blocks += [section(row_line(each)) for each in facts.incidents[:MOST]]
    if not facts.incidents:
        blocks.append(section("None."))
    if facts.owed:
        blocks.append(section("\n".join(["*Follow-ups owed*", *_owed(facts.owed)])))
    blocks.append(section("*How you are reached*\n" + "\n".join(ways_lines(facts.ways))))
    if facts.ready:
        blocks.append(section("*Ready for a shift?*\n" + "\n".join(facts.ready)))
    blocks.append(context(f"As of {moment(facts.now)}. Open this tab again to see it fresh."))
    return {"type": "home", "blocks": blocks}


def _call(call: Call) -> list[Block]:
    """First of all on the page: it rings until it is answered."""
    value = f"{call.row.incident.id}:{call.page}"
    why = escape(call.because, BECAUSE_LIMIT)
    told = f":telephone_receiver: *You are being rung*\n{row_line(call.row)}\nWhy you: {why}"
    return [
        section(told),
        row(
            [
                button("Acknowledge", actions.ACKNOWLEDGE, value, style="primary"),
                button("I can't, pass on", actions.PASS_ON, value),
            ]
        ),
    ]


def _on_call(facts: HomeFacts) -> str:
    serving = [each for each in facts.duties if each.start <= facts.now]
    coming = [each for each in facts.duties if each.start > facts.now]
    lines = [
        f"*You are on call* with {escape(each.rota, 60)}"
        + (f" until {moment(each.end)}." if each.end else ".")
        for each in serving
    ] or ["*You are not on call.*"]
    if coming:
        first = coming[0]
        lines.append(f"Your next shift: {moment(first.start)}, {escape(first.rota, 60)}.")
    if facts.tour_ends:
        lines.append(f"You are a volunteer until {day(facts.tour_ends)}.")
    return "\n".join(lines)


def _owed(owed: Sequence[Owed]) -> list[str]:
    lines = [
        f"{each.key}: {escape(each.text, TEXT_LIMIT)}"
        + (f" · {escape(each.team, 60)}" if each.team else "")
        for each in owed[:MOST_OWED]
    ]
    more = len(owed) - len(lines)
    return [*lines, f"and {more} more"] if more > 0 else lines
