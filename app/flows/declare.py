"""Declare: a person says that something is wrong; severity is computed and explained."""

from dataclasses import dataclass

from app.flows import speak
from app.flows.admit import Act, Caller, admit
from app.flows.flood import refuse_flood
from app.flows.open_incident import open_incident, raise_severity
from app.flows.work import Refused, Work
from app.rules.incident import Incident
from app.rules.organisation import Service, ServiceId, SlaId
from app.rules.severity import assess_declared
from storage import incidents, participants
from storage.participants import Role

TITLE_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class Declared:
    """`new` is False when the service had an open incident, which then got the declaration."""

    incident: Incident
    new: bool


def declare(
    work: Work,
    title: str,
    *,
    by: Caller,
    service: ServiceId | None = None,
    sla: SlaId | None = None,
) -> Declared:
    """Open an incident, or attach to the open one of the same service (product.md 14)."""
    person = admit(work, by, Act.DECLARE)
    refuse_flood(work, by, person)
    title = " ".join(title.split())[:TITLE_LIMIT]
    if not title:
        raise Refused("Say in a few words what is wrong: `/inc new orders are failing`.")
    owned = _service(work, service)
    threatened = owned.sla(sla) if owned and sla else None
    if sla and threatened is None:
        raise Refused(f"{service or 'No service'} has no SLA called {sla}. Nothing was declared.")
    assessment = assess_declared(owned, threatened)
    # Without a service every declaration is a trouble of its own.
    trouble = f"service:{owned.id}" if owned else f"declared:{work.now.isoformat()}:{person}"
    here = incidents.find_open(work.tx, trouble, hold=True)
    incident = here or open_incident(
        work,
        trouble=trouble,
        before=incidents.find_latest(work.tx, trouble),
        title=title,
        assessment=assessment,
        source="people",
        service=owned,
        declared_by=person,
    )
    if incident is None:
        here = incident = incidents.find_open(work.tx, trouble, hold=True)
    assert incident is not None, "one that is open already, or the one just opened"
    if here is not None:
        work.note(incident.id, "declared_too", by=person, title=title)
        raise_severity(work, incident, assessment, by=person)
    participants.join(work.tx, incident.id, person, Role.HELPER, at=work.now)
    fresh = work.incident(incident.id)
    speak.refresh_posts(work, fresh)
    speak.invite(work, fresh)
    return Declared(incident=fresh, new=here is None)


def _service(work: Work, service: ServiceId | None) -> Service | None:
    if service is None:
        return None
    found = work.org.services.get(service)
    if found is None:
        known = ", ".join(sorted(work.org.services)) or "none"
        raise Refused(f"There is no service called {service}. Known: {known}.")
    return found
