"""Reopen: it is not over. Pages go out from tier 1 again (product.md 14)."""

from app.flows.admit import Act, Caller, admit
from app.flows.flood import refuse_flood
from app.flows.open_incident import trigger_again
from app.flows.work import Refused, Work
from app.rules.incident import Incident, IncidentId, State
from storage import incidents


def reopen(work: Work, incident_id: IncidentId, *, by: Caller, why: str = "") -> Incident:
    """Move a resolved or closed incident back to triggered. Repeated presses are success."""
    person = admit(work, by, Act.REOPEN, subject=f"INC-{incident_id}")
    incident = work.incident(incident_id)
    if incident.state.is_open:
        return incident
    if incident.state not in (State.RESOLVED, State.CLOSED):
        raise Refused(
            f"{incident.key} is {incident.state} and stays so; declare a new one.",
            act=Act.REOPEN,
            subject=incident.key,
            by=person,
        )
    newer = incidents.find_open(work.tx, incident.trouble)
    if newer is not None:
        raise Refused(
            f"{newer.key} is open for the same trouble; work goes on there.",
            act=Act.REOPEN,
            subject=incident.key,
            by=person,
        )
    refuse_flood(work, by, person)
    trigger_again(
        work,
        incident,
        incident.state,
        by=person,
        kind="reopened",
        why=why.strip() or f"reopened by {person}",
    )
    return work.incident(incident_id)
