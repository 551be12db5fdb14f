"""Holes of rotas that were seen ahead of their time, each told once (product.md 25)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from app.rules.coverage import Lack
from app.rules.organisation import PersonId, RotaId, ServiceId
from storage.tables import gaps


@dataclass(frozen=True, kw_only=True)
class Gap:
    """`services` None: all of them. `end_at` None: no end of it is in sight."""

    id: int
    rota: RotaId
    tier: int
    lack: Lack
    services: tuple[ServiceId, ...] | None
    people: tuple[PersonId, ...]
    note: str
    start_at: datetime
    end_at: datetime | None
    found_at: datetime
    closed_at: datetime | None


def add(
    tx: Connection,
    *,
    services: Sequence[ServiceId] | None,
    people: Sequence[PersonId],
    **values: Any,
) -> Gap:
    new = insert(gaps).values(
        services=" ".join(services or ()), people=" ".join(people), closed_at=None, **values
    )
    return _value(tx.execute(new.returning(*gaps.c)).one())


def get(tx: Connection, gap: int) -> Gap | None:
    row = tx.execute(select(gaps).where(gaps.c.id == gap)).one_or_none()
    return _value(row) if row else None


def list_open(tx: Connection) -> list[Gap]:
    """Those that are not closed, by when they begin."""
    wanted = select(gaps).where(gaps.c.closed_at.is_(None)).order_by(gaps.c.start_at, gaps.c.id)
    return [_value(row) for row in tx.execute(wanted)]


def move(tx: Connection, gap: int, *, start: datetime, end: datetime | None) -> None:
    """It is shorter or longer than it was."""
    tx.execute(update(gaps).where(gaps.c.id == gap).values(start_at=start, end_at=end))


def close(tx: Connection, gap: int, *, at: datetime) -> bool:
    """True for the one look that closed it."""
    change = update(gaps).where(gaps.c.id == gap, gaps.c.closed_at.is_(None))
    return tx.execute(change.values(closed_at=at)).rowcount == 1


def _value(row: Row[Any]) -> Gap:
    facts = dict(row._mapping)
    facts["lack"] = Lack(facts["lack"])
    facts["services"] = tuple(facts["services"].split()) or None
    facts["people"] = tuple(facts["people"].split())
    return Gap(**facts)
