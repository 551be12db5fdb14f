"""What was told about the number of volunteers: one row for each time that a cause lasts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select, update

from app.rules.organisation import RotaId
from storage.tables import pool_warnings
from storage.upsert import insert_for


class Cause(StrEnum):
    """Too few now, too many now, and too few in the weeks to come."""

    FEW = "few"
    MANY = "many"
    SHORT = "short"


@dataclass(frozen=True, kw_only=True)
class PoolWarning:
    """`people` as it was told last; `falls_at` is when they will be too few."""

    id: int
    rota: RotaId
    cause: Cause
    people: int
    falls_at: datetime | None
    made_at: datetime
    ended_at: datetime | None


def add(tx: Connection, **values: Any) -> PoolWarning | None:
    """The new one; None while another of this cause lasts."""
    new = insert_for(tx, pool_warnings).values(**values)
    row = tx.execute(new.on_conflict_do_nothing().returning(*pool_warnings.c)).one_or_none()
    return _value(row) if row else None


def get(tx: Connection, warning: int) -> PoolWarning | None:
    row = tx.execute(select(pool_warnings).where(pool_warnings.c.id == warning)).one_or_none()
    return _value(row) if row else None


def open_of(tx: Connection, rota: RotaId, cause: Cause) -> PoolWarning | None:
    """The one that lasts."""
    wanted = select(pool_warnings).where(
        pool_warnings.c.rota == rota,
        pool_warnings.c.cause == cause,
        pool_warnings.c.ended_at.is_(None),
    )
    row = tx.execute(wanted).one_or_none()
    return _value(row) if row else None


def change(tx: Connection, warning: int, *, people: int, falls_at: datetime | None) -> None:
    wanted = update(pool_warnings).where(pool_warnings.c.id == warning)
    tx.execute(wanted.values(people=people, falls_at=falls_at))


def end(tx: Connection, warning: int, *, people: int, at: datetime) -> bool:
    """True for the one look that ended it; `people` are there again."""
    wanted = update(pool_warnings).where(
        pool_warnings.c.id == warning, pool_warnings.c.ended_at.is_(None)
    )
    return tx.execute(wanted.values(people=people, ended_at=at)).rowcount == 1


def _value(row: Row[Any]) -> PoolWarning:
    facts = dict(row._mapping)
    facts["cause"] = Cause(facts["cause"])
    return PoolWarning(**facts)
