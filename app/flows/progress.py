"""Progress: a recorded act of whoever has the incident keeps their acknowledgement alive."""

from app.flows.acknowledge import end_offers, policy_of, watch_progress
from app.flows.admit import Act, Caller, admit
from app.flows.open_incident import trigger_again
from app.flows.work import Refused, Work
from app.rules.incident import Incident, IncidentId, State
from app.rules.organisation import PersonId
from storage import incidents


def progress(work: Work, incident_id: IncidentId, person: PersonId) -> bool:
    """Start the expiry clock anew, if `person` holds the acknowledgement (product.md 9)."""
    if not incidents.made_progress(work.tx, incident_id, person, work.now):
        return False
    watch_progress(work, incident_id, since=work.now)
    return True


def still_on_it(work: Work, incident_id: IncidentId, *, by: Caller) -> Incident:
    """What the link page and the card offer beside *Resolve*."""
    person = admit(work, by, Act.STILL_ON_IT, subject=f"INC-{incident_id}")
    incident = work.incident(incident_id)
    if incident.state is not State.ACKNOWLEDGED or incident.acknowledged_by != person:
        holder = incident.acknowledged_by
        raise Refused(
            f"{incident.key} is {incident.state}" + (f", and {holder} has it." if holder else "."),
            act=Act.STILL_ON_IT,
            subject=incident.key,
            by=person,
        )
    progress(work, incident_id, person)
    work.note(incident_id, "still_on_it", by=person)
    return work.incident(incident_id)


def expire(work: Work, incident_id: IncidentId) -> bool:
    """The wait for progress ended. True when the acknowledgement expired and pages go out anew."""
    incident = incidents.get(work.tx, incident_id, hold=True)
    if incident is None or incident.state is not State.ACKNOWLEDGED:
        return False
    since = incident.progress_at or incident.acknowledged_at or work.now
    if since + policy_of(work, incident_id).acknowledgement_expires > work.now:
        watch_progress(work, incident_id, since=since)
        return False
    who = incident.acknowledged_by or "whoever had it"
    end_offers(work, incident_id, why="the acknowledgement expired, so it is paged anew")
    return trigger_again(
        work,
        incident,
        State.ACKNOWLEDGED,
        kind="expired",
        why=f"{who} acknowledged it, and there was no progress since",
    )
