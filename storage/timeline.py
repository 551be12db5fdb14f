"""The timeline: what happened to an incident, in order. Facts, not sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from app.rules.incident import IncidentId
from app.rules.organisation import PersonId
from storage import bulk
from storage.prepared import Prepared
from storage.tables import timeline


@dataclass(frozen=True, kw_only=True)
class Entry:
    id: int
    incident: IncidentId
    at: datetime
    kind: str
    by: PersonId | None
    facts: Mapping[str, Any]


_ADD = Prepared(insert(timeline))


def add(
    tx: Connection,
    incident_id: IncidentId,
    kind: str,
    *,
    at: datetime,
    by: PersonId | None = None,
    **facts: Any,
) -> None:
    told = {"incident": incident_id, "at": at, "kind": kind, "by": by, "facts": facts}
    _ADD.run(tx, told)


def add_all(
    tx: Connection, happened: Sequence[tuple[IncidentId, str, str]], *, at: datetime
) -> None:
    """What Baton itself notes: incident, kind, and the facts as JSON."""
    now = bulk.instant(tx, at)
    rows = [(incident, now, kind, facts) for incident, kind, facts in happened]
    bulk.add(tx, timeline, ("incident", "at", "kind", "facts"), rows)


def list_of(tx: Connection, incident_id: IncidentId) -> list[Entry]:
    rows = tx.execute(
        select(timeline).where(timeline.c.incident == incident_id).order_by(timeline.c.id)
    )
    return [Entry(**row._mapping) for row in rows]
