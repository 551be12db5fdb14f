"""Who is in an incident, and as what: lead, second, helper."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select

from app.rules.incident import IncidentId
from app.rules.organisation import PersonId
from storage.tables import participants
from storage.upsert import insert_for, inserted


class Role(StrEnum):
    LEAD = "lead"
    SECOND = "second"
    HELPER = "helper"


@dataclass(frozen=True, kw_only=True)
class Participant:
    person: PersonId
    role: Role
    since: datetime


def join(
    tx: Connection, incident_id: IncidentId, person: PersonId, role: Role, *, at: datetime
) -> bool:
    """True when they were not in it in this role before."""
    new = (
        insert_for(tx, participants)
        .values(incident=incident_id, person=person, role=role, since=at)
        .on_conflict_do_nothing()
    )
    return inserted(tx, new, participants.c.person)


def list_of(tx: Connection, incident_id: IncidentId) -> list[Participant]:
    rows = tx.execute(
        select(participants)
        .where(participants.c.incident == incident_id)
        .order_by(participants.c.since)
    )
    return [Participant(person=row.person, role=Role(row.role), since=row.since) for row in rows]
