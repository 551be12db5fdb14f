"""The Home tab: am I on call, what am I in, can I be reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.chat import actions
from app.chat.blocks import actions as row
from app.chat.blocks import button, context, section
from app.chat.message import Block
from app.chat.words.dates import moment
from app.chat.words.escape import escape
from app.chat.words.inputs import View
from app.chat.words.oncall import Duty, Way, ways_lines
from app.chat.words.panel import Row, row_line

MOST = 15


@dataclass(frozen=True, kw_only=True)
class HomeFacts:
    """`refused` is said instead of everything else to those who may not look."""

    now: datetime
    duties: Sequence[Duty] = ()
    incidents: Sequence[Row] = ()
    ways: Sequence[Way] = ()
    refused: str = ""


def home(facts: HomeFacts) -> View:
    if facts.refused:
        return {"type": "home", "blocks": [section(escape(facts.refused, 500))]}
    blocks: list[Block] = [
        section(_on_call(facts)),
        row(
            [
                button("Declare", actions.DECLARE, style="danger"),
                button("Test my pager", actions.TEST_PAGER),
                button("Contact methods", actions.CONTACTS),
            ]
        ),
        section("*Incidents you are in*"),
    ]
    blocks += [section(row_line(each)) for each in facts.incidents[:MOST]]
    if not facts.incidents:
        blocks.append(section("None. Have a quiet day."))
    blocks.append(section("*How you are reached*\n" + "\n".join(ways_lines(facts.ways))))
    blocks.append(context(f"As of {moment(facts.now)}. Open this tab again to see it fresh."))
    return {"type": "home", "blocks": blocks}


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
    return "\n".join(lines)
