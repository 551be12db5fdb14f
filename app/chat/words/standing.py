"""Where an incident stands, in one line: its state, who has it, since when, how it ended."""

from dataclasses import dataclass
from datetime import datetime

from app.chat.words.dates import moment
from app.chat.words.escape import escape
from app.chat.words.people import Who, mention, named
from app.rules.incident import State

WHY_LIMIT = 300


@dataclass(frozen=True, kw_only=True)
class Standing:
    """`holder` has it now; `since` is when the present state began; `by` made it so."""

    state: State
    since: datetime
    holder: Who | None = None
    by: Who | None = None
    why: str = ""
    merged_into: int | None = None


def standing(now: Standing, *, pinging: bool = False) -> str:
    """`pinging`: mention whoever has it; for texts in the incident's own channel."""
    since = moment(now.since)
    if now.state is State.TRIGGERED:
        return f"*Triggered* {since} · nobody has it yet"
    if now.state is State.ACKNOWLEDGED:
        show = mention if pinging else named
        who = show(now.holder) if now.holder else "Somebody"
        return f"*Acknowledged* · {who} has it since {since}"
    by = f" by {named(now.by)}" if now.by else ""
    if now.state is State.MERGED:
        return f"*Merged*{by} {since} into INC-{now.merged_into}, where work goes on"
    why = escape(now.why, WHY_LIMIT)
    told = f": {why}" if why else ""
    return f"*{now.state.value.capitalize()}*{by} {since}{told}"
