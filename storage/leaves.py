"""When people are away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from app.rules.organisation import Leave, PersonId
from storage import schedule_marks
from storage.tables import leaves


@dataclass(frozen=True, kw_only=True)
class StoredLeave:
    """`kind`: leave, holiday, or calendar; of the last `calendar` and `uid` say where it is from.
    `note` is what the person wants to be told, or nothing."""

    id: int
    person: PersonId
    start_at: datetime
    end_at: datetime
    kind: str
    note: str
    calendar: int | None
    uid: str | None
    made_at: datetime
    made_by: PersonId
    withdrawn_at: datetime | None
    withdrawn_by: PersonId | None


def add(tx: Connection, **values: Any) -> int:
    """The new leave's id."""
    added: int = tx.execute(insert(leaves).values(**values).returning(leaves.c.id)).scalar_one()
    schedule_marks.rise(tx)
    return added


def withdraw(tx: Connection, ids: Sequence[int], *, at: datetime, by: PersonId) -> int:
    """It goes on to hold for turns that began before; how many were withdrawn."""
    change = (
        update(leaves)
        .where(leaves.c.id.in_(ids), leaves.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at, withdrawn_by=by)
    )
    withdrawn = tx.execute(change).rowcount
    if withdrawn:
        schedule_marks.rise(tx)
    return withdrawn


def get(tx: Connection, leave_id: int) -> StoredLeave | None:
    row = tx.execute(select(leaves).where(leaves.c.id == leave_id)).one_or_none()
    return _value(row) if row else None


def list_of(tx: Connection, person: PersonId, *, after: datetime) -> Sequence[StoredLeave]:
    """A person's that end after an instant and stand, by their start."""
    wanted = (
        select(leaves)
        .where(leaves.c.person == person, leaves.c.end_at > after, leaves.c.withdrawn_at.is_(None))
        .order_by(leaves.c.start_at, leaves.c.id)
    )
    return [_value(row) for row in tx.execute(wanted)]


def list_of_calendar(tx: Connection, calendar: int) -> Sequence[StoredLeave]:
    """All that were ever read from it, withdrawn ones too."""
    wanted = select(leaves).where(leaves.c.calendar == calendar).order_by(leaves.c.id)
    return [_value(row) for row in tx.execute(wanted)]


def list_all(tx: Connection) -> tuple[Leave, ...]:
    """What decides who serves, withdrawn ones included: they hold for the turns before."""
    return tuple(
        Leave(
            person=row.person,
            start=row.start_at,
            end=row.end_at,
            made_at=row.made_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row in tx.execute(select(leaves).order_by(leaves.c.id))
        if row.withdrawn_at is None or row.withdrawn_at > row.made_at
    )


def _value(row: Row[Any]) -> StoredLeave:
    return StoredLeave(**row._mapping)
