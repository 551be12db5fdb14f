"""Where incidents stand, for the one person who asked: panel, list, status."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Block, Message
from app.chat.words.escape import escape
from app.chat.words.headline import Head, headline, reason
from app.chat.words.missing import review_buttons, still_wanted
from app.chat.words.people import Who, all_named
from app.chat.words.standing import Standing, standing
from app.rules.incident import Incident, Missing, State
from app.rules.organisation import Service

ROOM = 3600
"""A message's text may hold 4,000 characters."""
STATE_BUTTONS: dict[State, tuple[tuple[str, str], ...]] = {
    State.TRIGGERED: (
        ("Acknowledge", actions.ACKNOWLEDGE),
        ("Join", actions.JOIN),
        ("Update", actions.UPDATE),
        ("Escalate to manager", actions.ESCALATE),
        ("Resolve", actions.RESOLVE),
        ("Cancel", actions.CANCEL),
    ),
    State.ACKNOWLEDGED: (
        ("Update", actions.UPDATE),
        ("Join", actions.JOIN),
        ("Still on it", actions.STILL_ON_IT),
        ("Escalate to manager", actions.ESCALATE),
        ("Resolve", actions.RESOLVE),
        ("Cancel", actions.CANCEL),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """An incident with the two lines that name it and say where it stands."""

    incident: Incident
    head: Head
    standing: Standing


def panel(
    row: Row,
    *,
    ringing: Sequence[Who],
    helping: Sequence[Who],
    missing: Missing,
    holds: bool = False,
    inside: bool = False,
) -> Message:
    """The incident at a glance, with what its reader can do in its state: whoever is `inside`
    need not join, and only whoever `holds` it is still on it."""
    incident = row.incident
    lines = [headline(row.head), standing(row.standing), reason(row.head)]
    if ringing:
        lines.append(f"Rung now, no answer yet: {all_named(ringing)}.")
    if helping:
        lines.append(f"In it: {all_named(helping)}.")
    if incident.update_text:
        lines.append(f"Last update: {escape(incident.update_text, 500)}")
    if incident.state is State.RESOLVED:
        lines.append(_gates(missing))
    pointless = {*([actions.JOIN] if inside else []), *([] if holds else [actions.STILL_ON_IT])}
    return compose(lines, buttons=_buttons(incident, pointless, missing))


def listing(rows: Sequence[Row]) -> Message:
    """Open ones, and resolved ones that are not closed yet."""
    if not rows:
        return compose(["No incident is open, and none waits to be closed."])
    shown = _fitting([row_line(row) for row in rows])
    more = len(rows) - len(shown)
    return compose(
        shown,
        small=[f"{more} more are not shown."] if more > 0 else [],
    )


def service(known: Service, row: Row | None) -> Message:
    name = f"*{escape(known.name, 80)}*"
    if row is None:
        return compose([f"{name}: no open incident."])
    return compose([f"{name}:", row_line(row)])


def services(known: int, troubled: Mapping[str, Row]) -> Message:
    """The services with an open incident, by name; of the others only how many."""
    told = [f"*{escape(name, 80)}*: {row_line(row)}" for name, row in troubled.items()]
    lines = _fitting(told)
    well = known - len(troubled)
    lines.append(f"{well} of {known} services have no open incident.")
    return compose(lines, small=["`/inc status service` asks for one."])


def row_line(row: Row) -> str:
    """An incident in one line: which, where it stands, and its channel."""
    where = f" · <#{row.incident.channel_id}>" if row.incident.channel_id else ""
    return f"{headline(row.head)} · {standing(row.standing)}{where}"


def _fitting(lines: Sequence[str]) -> list[str]:
    """As many of the first lines as a message has room for."""
    shown, used = [], 0
    for line in lines:
        used += len(line) + 1
        if used > ROOM:
            break
        shown.append(line)
    return shown


def _gates(missing: Missing) -> str:
    if not missing:
        return "Nothing is missing any more: it can be closed."
    return f"Before it can be closed it needs {' and '.join(still_wanted(missing))}."


def _buttons(incident: Incident, pointless: Set[str], missing: Missing) -> list[Block]:
    if not incident.state.is_open:
        return review_buttons(incident.state, str(incident.id), missing)
    offered = [
        (label, action)
        for label, action in STATE_BUTTONS[incident.state]
        if action not in pointless
    ]
    return [
        button(label, action, str(incident.id), style="primary" if index == 0 else None)
        for index, (label, action) in enumerate(offered)
    ]
