"""The timeline: what happened to an incident, in order. Facts, not sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.rules.incident import IncidentId
from app.rules.organisation import PersonId
from storage import bulk
from storage.tables import timeline


@dataclass(frozen=True, kw_only=True)
class Entry:
    id: int
    incident: IncidentId
    at: datetime
    kind: str
    by: PersonId | None
    facts: Mapping[str, Any]


def add_all(
    tx: Connection,
    happened: Sequence[tuple[IncidentId, str, PersonId | None, str]],
    *,
    at: datetime,
) -> None:
    """Of each the incident, the kind, whoever did it, and the facts as JSON."""
    now = bulk.instant(tx, at)
    rows = [(incident, now, kind, by, facts) for incident, kind, by, facts in happened]
    bulk.add(tx, timeline, ("incident", "at", "kind", "by", "facts"), rows)


def list_of(tx: Connection, incident_id: IncidentId) -> list[Entry]:
    rows = tx.execute(
        select(timeline).where(timeline.c.incident == incident_id).order_by(timeline.c.id)
    )
    return [Entry(**row._mapping) for row in rows]
