"""Who looks over the shoulder of whoever serves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from app.rules.organisation import PersonId, RotaId, Shadow
from storage import schedule_marks
from storage.tables import shadows


@dataclass(frozen=True, kw_only=True)
class StoredShadow:
    id: int
    rota: RotaId
    person: PersonId
    start_at: datetime
    end_at: datetime
    made_at: datetime
    made_by: PersonId
    withdrawn_at: datetime | None


def add(
    tx: Connection,
    *,
    rota: RotaId,
    person: PersonId,
    start: datetime,
    end: datetime,
    at: datetime,
    by: PersonId,
) -> int:
    """The new shadow shift's id."""
    added: int = tx.execute(
        insert(shadows)
        .values(rota=rota, person=person, start_at=start, end_at=end, made_at=at, made_by=by)
        .returning(shadows.c.id)
    ).scalar_one()
    schedule_marks.rise(tx)
    return added


def get(tx: Connection, shadow: int) -> StoredShadow | None:
    row = tx.execute(select(shadows).where(shadows.c.id == shadow)).one_or_none()
    return StoredShadow(**row._mapping) if row else None


def withdraw(tx: Connection, ids: Sequence[int], *, at: datetime) -> int:
    change = (
        update(shadows)
        .where(shadows.c.id.in_(ids), shadows.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
    )
    schedule_marks.rise(tx)
    return tx.execute(change).rowcount


def of_person(tx: Connection, rota: RotaId, person: PersonId, *, after: datetime) -> list[int]:
    """Those that stand and are not over."""
    wanted = select(shadows.c.id).where(
        shadows.c.rota == rota,
        shadows.c.person == person,
        shadows.c.end_at > after,
        shadows.c.withdrawn_at.is_(None),
    )
    return list(tx.execute(wanted).scalars())


def list_all(tx: Connection) -> dict[RotaId, list[Shadow]]:
    """By rota, of a withdrawn one what was done of it."""
    found: dict[RotaId, list[Shadow]] = {}
    for row in tx.execute(select(shadows).order_by(shadows.c.id)):
        end = min(row.end_at, row.withdrawn_at) if row.withdrawn_at else row.end_at
        if row.start_at < end:
            shadow = Shadow(person=row.person, start=row.start_at, end=end)
            found.setdefault(row.rota, []).append(shadow)
    return found
