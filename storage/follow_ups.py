"""Follow-ups: what is owed after an incident."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from app.rules.incident import FollowUp, FollowUpKind, IncidentId
from storage.tables import follow_ups

_OF = (
    select(follow_ups)
    .where(follow_ups.c.incident == bindparam("given_incident"))
    .order_by(follow_ups.c.id)
)


def add(tx: Connection, **values: Any) -> FollowUp:
    return _value(tx.execute(insert(follow_ups).values(**values).returning(*follow_ups.c)).one())


def list_of(tx: Connection, incident_id: IncidentId) -> list[FollowUp]:
    rows = tx.execute(_OF, {"given_incident": incident_id})
    return [_value(row) for row in rows]


def list_owed(tx: Connection, *, limit: int = 50) -> list[FollowUp]:
    """Work that is not done yet, oldest first."""
    rows = tx.execute(
        select(follow_ups)
        .where(follow_ups.c.kind == FollowUpKind.WORK, follow_ups.c.done_at.is_(None))
        .order_by(follow_ups.c.id)
        .limit(limit)
    )
    return [_value(row) for row in rows]


def list_owed_by(tx: Connection, team: str, *, limit: int = 50) -> list[FollowUp]:
    """Work of one team that is not done yet, oldest first."""
    rows = tx.execute(
        select(follow_ups)
        .where(
            follow_ups.c.kind == FollowUpKind.WORK,
            follow_ups.c.team == team,
            follow_ups.c.done_at.is_(None),
        )
        .order_by(follow_ups.c.id)
        .limit(limit)
    )
    return [_value(row) for row in rows]


def get(tx: Connection, follow_up: int) -> FollowUp | None:
    row = tx.execute(select(follow_ups).where(follow_ups.c.id == follow_up)).one_or_none()
    return _value(row) if row else None


def finish(tx: Connection, follow_up: int, *, at: datetime) -> bool:
    """True for the one press that ended it."""
    change = (
        update(follow_ups)
        .where(
            follow_ups.c.id == follow_up,
            follow_ups.c.kind == FollowUpKind.WORK,
            follow_ups.c.done_at.is_(None),
        )
        .values(done_at=at)
    )
    return tx.execute(change).rowcount == 1


def list_owed_at(tx: Connection, at: datetime, *, limit: int = 50) -> list[FollowUp]:
    """Work that was noted before `at` and not done by then, oldest first."""
    rows = tx.execute(
        select(follow_ups)
        .where(
            follow_ups.c.kind == FollowUpKind.WORK,
            follow_ups.c.at < at,
            or_(follow_ups.c.done_at.is_(None), follow_ups.c.done_at >= at),
        )
        .order_by(follow_ups.c.id)
        .limit(limit)
    )
    return [_value(row) for row in rows]


def _value(row: Row[Any]) -> FollowUp:
    facts = dict(row._mapping)
    facts["kind"] = FollowUpKind(facts["kind"])
    return FollowUp(**facts)
