"""Resolve: the impact is over. Close comes later and has its gates (product.md 18)."""

from app.flows import speak
from app.flows.acknowledge import answer_by_hand, end_all
from app.flows.admit import Act, Caller, admit
from app.flows.work import Refused, Work
from app.rules.incident import Incident, IncidentId, State
from app.rules.organisation import PersonId
from storage import incidents


def resolve(work: Work, incident_id: IncidentId, *, by: Caller) -> Incident:
    """End the impact and every page for it; resolving a triggered one acknowledges it.

    Repeated presses are success.
    """
    person = admit(work, by, Act.RESOLVE, subject=f"INC-{incident_id}")
    incident = work.incident(incident_id)
    if incident.state in (State.RESOLVED, State.CLOSED):
        return incident
    if not incident.state.is_open:
        raise Refused(
            f"{incident.key} is {incident.state}; there is nothing to resolve.",
            act=Act.RESOLVE,
            subject=incident.key,
            by=person,
        )
    _acknowledge_first(work, incident, person)
    moved = incidents.move(
        work.tx,
        incident_id,
        State.ACKNOWLEDGED,
        State.RESOLVED,
        resolved_by=person,
        resolved_at=work.now,
        update_due=None,
    )
    if moved:
        answer_by_hand(work, incident_id, person)
        end_all(work, incident_id, why="resolved")
        work.note(incident_id, "resolved", by=person)
        fresh = work.incident(incident_id)
        speak.refresh(work, fresh)
        if fresh.severity.wakes:
            speak.say(work, fresh, "resolved", key=f"resolved:{work.now.timestamp()}", by=person)
    return work.incident(incident_id)


def _acknowledge_first(work: Work, incident: Incident, person: PersonId) -> None:
    if incident.state is State.TRIGGERED:
        moved = incidents.move(
            work.tx,
            incident.id,
            State.TRIGGERED,
            State.ACKNOWLEDGED,
            acknowledged_by=person,
            acknowledged_at=work.now,
            progress_at=work.now,
        )
        if moved:
            work.note(incident.id, "acknowledged", by=person)
