"""People's own calendars of absences. The address is sealed: who has it can read the calendar."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from app.rules.organisation import PersonId
from storage.tables import leave_calendars as table


@dataclass(frozen=True, kw_only=True)
class LeaveCalendar:
    """`found` waits for its person's word; `problem` is why it could not be read last."""

    id: int
    person: PersonId
    address: bytes = field(repr=False)
    hint: str
    added_at: datetime
    added_by: PersonId
    read_at: datetime | None
    problem: str | None
    removed_at: datetime | None
    due_at: datetime
    found: Sequence[Any] | None
    confirmed_at: datetime | None


def add(tx: Connection, **values: Any) -> LeaveCalendar:
    return _value(tx.execute(insert(table).values(**values).returning(*table.c)).one())


def get(tx: Connection, calendar: int) -> LeaveCalendar | None:
    row = tx.execute(select(table).where(table.c.id == calendar)).one_or_none()
    return _value(row) if row else None


def list_of(tx: Connection, person: PersonId) -> list[LeaveCalendar]:
    """A person's, without those that were removed."""
    wanted = select(table).where(table.c.person == person, table.c.removed_at.is_(None))
    return [_value(row) for row in tx.execute(wanted.order_by(table.c.id))]


def list_all(tx: Connection) -> list[LeaveCalendar]:
    return [_value(row) for row in tx.execute(select(table).order_by(table.c.id))]


def is_any_due(tx: Connection, *, now: datetime) -> bool:
    wanted = select(table.c.id).where(table.c.due_at <= now, table.c.removed_at.is_(None))
    return tx.execute(wanted.limit(1)).first() is not None


def claim(tx: Connection, *, now: datetime, until: datetime, limit: int) -> list[LeaveCalendar]:
    """Those that are due; nobody else takes them before `until`."""
    due = select(table.c.id).where(table.c.due_at <= now, table.c.removed_at.is_(None))
    first = [row[0] for row in tx.execute(due.order_by(table.c.due_at).limit(limit))]
    taken = (
        update(table)
        .where(table.c.id.in_(first), table.c.due_at <= now)
        .values(due_at=until)
        .returning(*table.c)
    )
    return [_value(row) for row in tx.execute(taken)]


def change(tx: Connection, calendar: int, **values: Any) -> bool:
    """False when it was removed meanwhile."""
    wanted = update(table).where(table.c.id == calendar, table.c.removed_at.is_(None))
    return tx.execute(wanted.values(**values)).rowcount == 1


def reseal(tx: Connection, calendar: LeaveCalendar, address: bytes) -> int:
    """Whoever changed it meanwhile wins; how many were changed."""
    wanted = update(table).where(table.c.id == calendar.id, table.c.address == calendar.address)
    return tx.execute(wanted.values(address=address)).rowcount


def _value(row: Row[Any]) -> LeaveCalendar:
    return LeaveCalendar(**row._mapping)
