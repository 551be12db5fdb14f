"""The alarm review list (product.md 31 and 32)."""

from datetime import datetime

from sqlalchemy import Connection, text

from app.rules.incident import IncidentId
from app.rules.organisation import AlarmKey, PersonId
from storage.tables import alarm_reviews
from storage.upsert import insert_for, inserted


def enter(
    tx: Connection,
    alarm: AlarmKey,
    *,
    source: str,
    why: str,
    at: datetime,
    incident: IncidentId | None,
    by: PersonId | None = None,
) -> None:
    """Put an alarm on the list, or count one more reason on the entry that is open already."""
    new = insert_for(tx, alarm_reviews).values(
        alarm=alarm, source=source, why=why, first_at=at, last_at=at, incident=incident, by=by
    )
    tx.execute(
        new.on_conflict_do_update(
            index_elements=["alarm", "source", "why"],
            index_where=text("done_at IS NULL"),
            set_={"count": alarm_reviews.c.count + 1, "last_at": new.excluded.last_at},
        )
    )


def enter_once(
    tx: Connection,
    alarm: AlarmKey,
    *,
    source: str,
    why: str,
    at: datetime,
    incident: IncidentId | None = None,
    by: PersonId | None = None,
) -> bool:
    """Put an alarm on the list; False when it stands there for this reason already."""
    new = insert_for(tx, alarm_reviews).values(
        alarm=alarm, source=source, why=why, first_at=at, last_at=at, incident=incident, by=by
    )
    unless = new.on_conflict_do_nothing(
        index_elements=["alarm", "source", "why"], index_where=text("done_at IS NULL")
    )
    return inserted(tx, unless, alarm_reviews.c.id)
