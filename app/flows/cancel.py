"""Cancel: a false alarm, with the reason; refused while a core SLA is breached (product.md 36)."""

from app.flows import speak
from app.flows.acknowledge import end_all
from app.flows.admit import Act, Caller, admit
from app.flows.work import Refused, Work
from app.rules import heartbeat
from app.rules.incident import Incident, IncidentId, State
from storage import heartbeats, incidents


def cancel(work: Work, incident_id: IncidentId, why: str, *, by: Caller) -> Incident:
    """End an open incident as a false alarm. Repeated presses are success."""
    person = admit(work, by, Act.CANCEL, subject=f"INC-{incident_id}")
    incident = work.incident(incident_id)
    if incident.state is State.CANCELLED:
        return incident
    why = why.strip()
    if not why:
        raise Refused("Say why it is a false alarm: `/inc cancel test of the new alarm`.")
    if not incident.state.is_open:
        raise Refused(
            f"{incident.key} is {incident.state} and can no longer be cancelled.",
            act=Act.CANCEL,
            subject=incident.key,
            by=person,
        )
    _refuse_while_breached(work, incident, person)
    for here in (State.TRIGGERED, State.ACKNOWLEDGED):
        if incidents.move(
            work.tx,
            incident_id,
            here,
            State.CANCELLED,
            ended_by=person,
            ended_at=work.now,
            end_reason=why,
            update_due=None,
        ):
            end_all(work, incident_id, why="cancelled")
            work.note(incident_id, "cancelled", by=person, why=why)
            speak.refresh(work, work.incident(incident_id))
    return work.incident(incident_id)


def _refuse_while_breached(work: Work, incident: Incident, person: str) -> None:
    service = work.org.services.get(incident.service) if incident.service else None
    sla = service.sla(incident.sla) if service and incident.sla else None
    if service is None or sla is None or not sla.core:
        return
    if heartbeat.is_breached(work.org, service.id, sla.id, heartbeats.last(work.tx), work.now):
        raise Refused(
            f'{incident.key} cannot be cancelled: nothing shows that the core SLA "{sla.text}" is '
            "met. Resolve it when the impact is over (`/inc resolve`).",
            act=Act.CANCEL,
            subject=incident.key,
            by=person,
        )
