"""Not actionable: acknowledges, and opens the alarm's review for its owner (product.md 8, 32)."""

from app.flows.acknowledge import Acknowledgement, acknowledge
from app.flows.admit import Act, Caller, admit
from app.flows.work import Work
from app.rules.incident import IncidentId
from storage import reviews


def not_actionable(work: Work, incident_id: IncidentId, *, by: Caller) -> Acknowledgement:
    """Somebody was woken for something they can do nothing about."""
    person = admit(work, by, Act.NOT_ACTIONABLE, subject=f"INC-{incident_id}")
    done = acknowledge(work, incident_id, by=by)
    alarm = done.incident.alarm or f"INC-{incident_id}"
    reviews.enter(
        work.tx,
        alarm,
        source=done.incident.source,
        why="not_actionable",
        at=work.now,
        incident=incident_id,
        by=person,
    )
    work.note(incident_id, "not_actionable", by=person, alarm=alarm)
    return done
