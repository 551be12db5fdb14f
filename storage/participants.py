"""Who is in an incident, and as what: lead, second, helper."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, select

from app.rules.incident import IncidentId
from app.rules.organisation import PersonId
from storage.tables import participants
from storage.upsert import add_if_new


class Role(StrEnum):
    LEAD = "lead"
    SECOND = "second"
    HELPER = "helper"


@dataclass(frozen=True, kw_only=True)
class Participant:
    person: PersonId
    role: Role
    since: datetime


_OF = (
    select(participants)
    .where(participants.c.incident == bindparam("given_incident"))
    .order_by(participants.c.since)
)


def join(
    tx: Connection, incident_id: IncidentId, person: PersonId, role: Role, *, at: datetime
) -> bool:
    """True when they were not in it in this role before."""
    values = {"incident": incident_id, "person": person, "role": role, "since": at}
    return add_if_new(tx, participants, values) is not None


def list_of(tx: Connection, incident_id: IncidentId) -> list[Participant]:
    rows = tx.execute(_OF, {"given_incident": incident_id})
    return [Participant(person=row.person, role=Role(row.role), since=row.since) for row in rows]
