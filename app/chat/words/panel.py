"""Where incidents stand, for the one person who asked: panel, list, status."""

from collections.abc import Mapping, Sequence

from app.chat import actions
from app.chat.blocks import button, compose
from app.chat.message import Block, Message
from app.chat.words.dates import moment
from app.chat.words.escape import escape
from app.chat.words.people import Who, all_named, named
from app.chat.words.replies import place, title
from app.rules.incident import Incident, Missing, State
from app.rules.organisation import Service

MOST = 20
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
    State.RESOLVED: (
        ("Root cause", actions.ROOT_CAUSE),
        ("Follow-up", actions.FOLLOW_UP),
        ("Close", actions.CLOSE),
        ("Reopen", actions.REOPEN),
    ),
    State.CLOSED: (("Reopen", actions.REOPEN),),
}


def panel(
    incident: Incident,
    *,
    holder: Who | None,
    ringing: Sequence[Who],
    helping: Sequence[Who],
    missing: Missing,
) -> Message:
    """The incident at a glance, with what can be done in its state."""
    lines = [
        f"{title(incident)}: {stands(incident, holder)}",
        escape(incident.reason, 300),
    ]
    if ringing:
        lines.append(f"Rung now, no answer yet: {all_named(ringing)}.")
    if helping:
        lines.append(f"In it: {all_named(helping)}.")
    if incident.update_text:
        lines.append(f"Last update: {escape(incident.update_text, 500)}")
    if incident.state is State.RESOLVED:
        lines.append(_gates(missing))
    return compose(lines, buttons=_buttons(incident))


def stands(incident: Incident, holder: Who | None) -> str:
    """One sentence: the state, since when, and whose it is."""
    state = incident.state
    if state is State.TRIGGERED:
        return f"nobody has it yet, since {moment(incident.triggered_at)}."
    if state is State.ACKNOWLEDGED:
        since = f" since {moment(incident.acknowledged_at)}" if incident.acknowledged_at else ""
        return f"{named(holder) if holder else 'somebody'} has it{since}."
    at = incident.resolved_at if state is State.RESOLVED else incident.ended_at
    return f"{state}{f' {moment(at)}' if at else ''}."


def listing(incidents: Sequence[tuple[Incident, Who | None]]) -> Message:
    """Open ones, and resolved ones that are not closed yet."""
    if not incidents:
        return compose(["No incident is open, and none waits to be closed."])
    shown = incidents[:MOST]
    lines = [
        f"`{each.severity}` {title(each)}: {stands(each, holder)} "
        f"{place(each) if each.channel_id else ''}".rstrip()
        for each, holder in shown
    ]
    more = len(incidents) - len(shown)
    return compose(lines, small=[f"{more} more are not shown."] if more else [])


def services(
    known: Sequence[Service], troubled: Mapping[str, Incident], *, one: bool = False
) -> Message:
    """Each service, and the incident that stands against it; healthy ones only as a number."""
    if one:
        service = known[0]
        incident = troubled.get(service.id)
        name = f"*{escape(service.name, 80)}*"
        if incident is None:
            return compose([f"{name}: no open incident."])
        return compose([f"{name}: {title(incident)}, {stands(incident, None)} {place(incident)}"])
    bad = [service for service in known if service.id in troubled]
    lines = [
        f"*{escape(service.name, 80)}*: {title(troubled[service.id])}, "
        f"{place(troubled[service.id])}"
        for service in bad[:MOST]
    ]
    well = len(known) - len(bad)
    lines.append(f"{well} of {len(known)} services have no open incident.")
    return compose(lines, small=["`/inc status service` asks for one."])


def _gates(missing: Missing) -> str:
    if not missing:
        return "Nothing is missing any more: it can be closed."
    wanted = [
        *(["a root cause"] if missing.root_cause else []),
        *(["a follow-up, or why there is none"] if missing.follow_up else []),
    ]
    return "To close it: " + " and ".join(wanted) + "."


def _buttons(incident: Incident) -> list[Block]:
    offered = STATE_BUTTONS.get(incident.state, ())
    return [
        button(label, action, str(incident.id), style="primary" if index == 0 else None)
        for index, (label, action) in enumerate(offered)
    ]
