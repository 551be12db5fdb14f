"""What waits for its owner's morning, until it is provably delivered (product.md 6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from app.rules.incident import IncidentId
from storage.tables import held
from storage.upsert import insert_for


@dataclass(frozen=True, kw_only=True)
class Held:
    incident: IncidentId
    team: str
    since: datetime
    until: datetime


def hold(
    tx: Connection, incident_id: IncidentId, *, team: str, since: datetime, until: datetime
) -> None:
    """Hold an incident for a team's next opening; one that waits already stays as it was, and
    one that was delivered before waits anew."""
    new = insert_for(tx, held).values(incident=incident_id, team=team, since=since, until=until)
    anew = {name: new.excluded[name] for name in ("team", "since", "until")}
    tx.execute(
        new.on_conflict_do_update(
            index_elements=["incident"],
            set_={**anew, "delivered_at": None},
            where=held.c.delivered_at.is_not(None),
        )
    )


def list_waiting(tx: Connection, team: str) -> list[Held]:
    rows = tx.execute(
        select(held.c.incident, held.c.team, held.c.since, held.c.until)
        .where(held.c.team == team, held.c.delivered_at.is_(None))
        .order_by(held.c.incident)
    )
    return [Held(**row._mapping) for row in rows]


def list_all_waiting(tx: Connection) -> list[Held]:
    """What waits for any team."""
    columns = (held.c.incident, held.c.team, held.c.since, held.c.until)
    rows = tx.execute(select(*columns).where(held.c.delivered_at.is_(None)))
    return [Held(**row._mapping) for row in rows]


def delivered(tx: Connection, incident_ids: Sequence[IncidentId], *, at: datetime) -> None:
    tx.execute(
        update(held)
        .where(held.c.incident.in_(incident_ids), held.c.delivered_at.is_(None))
        .values(delivered_at=at)
    )
