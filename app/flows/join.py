"""Join: anyone may help and be credited (product.md 13)."""

from app.flows import speak
from app.flows.admit import Act, Caller, admit
from app.flows.work import Work
from app.rules.incident import Incident, IncidentId
from storage import participants
from storage.participants import Role


def join(work: Work, incident_id: IncidentId, *, by: Caller) -> Incident:
    """List somebody as helping; joining twice is success."""
    person = admit(work, by, Act.JOIN, subject=f"INC-{incident_id}")
    incident = work.incident(incident_id)
    if participants.join(work.tx, incident_id, person, Role.HELPER, at=work.now):
        work.note(incident_id, "joined", by=person)
        speak.invite(work, incident)
        speak.refresh_card(work, incident)
    return incident
