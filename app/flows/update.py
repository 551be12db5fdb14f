"""Update: what is known now, and the clock to the next one (product.md 17)."""

from datetime import timedelta

from app.flows import speak
from app.flows.admit import Act, Caller, admit
from app.flows.progress import progress
from app.flows.work import Refused, Work
from app.rules.incident import Incident, IncidentId
from app.rules.organisation import Severity
from storage import incidents

UPDATE_LIMIT = 2900
EVERY = {Severity.P0: timedelta(minutes=10), Severity.P1: timedelta(minutes=30)}


def update(work: Work, incident_id: IncidentId, text: str, *, by: Caller) -> Incident:
    """Post an update; the card and the announcement show the newest one."""
    person = admit(work, by, Act.UPDATE, subject=f"INC-{incident_id}")
    incident = work.incident(incident_id)
    text = text.strip()[:UPDATE_LIMIT]
    if not text:
        raise Refused("Say what is known now: `/inc update the load is running again`.")
    if not incident.state.is_open:
        raise Refused(
            f"{incident.key} is {incident.state}. `/inc reopen` first, or add a note.",
            act=Act.UPDATE,
            subject=incident.key,
            by=person,
        )
    every = EVERY.get(incident.severity)
    incidents.change(
        work.tx,
        incident_id,
        update_text=text,
        update_by=person,
        update_at=work.now,
        update_due=work.now + every if every else None,
    )
    progress(work, incident_id, person)
    work.note(incident_id, "update", by=person, text=text)
    fresh = work.incident(incident_id)
    speak.refresh_posts(work, fresh)
    if fresh.severity.wakes:
        speak.say(
            work,
            fresh,
            "update",
            key=f"update:{work.now.timestamp()}",
            thread=True,
            text=text,
            by=person,
            at=work.now.isoformat(),
        )
    return fresh


def note(work: Work, incident_id: IncidentId, text: str, *, by: Caller) -> Incident:
    """A line for the timeline; guests may write one too, and it works after the end."""
    person = admit(work, by, Act.NOTE, subject=f"INC-{incident_id}")
    incident = work.incident(incident_id)
    text = text.strip()[:UPDATE_LIMIT]
    if not text:
        raise Refused("Write the note after the word: `/inc note restarted the loader at 03:10`.")
    progress(work, incident_id, person)
    work.note(incident_id, "note", by=person, text=text)
    return incident
