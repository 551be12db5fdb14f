"""Handovers: one row per rota and boundary, whatever happens (product.md 29)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from app.rules.organisation import PersonId, RotaId
from storage.tables import handovers
from storage.upsert import insert_for


@dataclass(frozen=True, kw_only=True)
class Handover:
    id: int
    rota: RotaId
    boundary: datetime
    outgoing: PersonId | None
    incoming: PersonId | None
    shift_start: datetime
    shift_end: datetime
    note: str | None
    note_by: PersonId | None
    posted_at: datetime | None
    accepted_by: PersonId | None
    accepted_at: datetime | None


def open_boundary(tx: Connection, **values: Any) -> Handover | None:
    """The new row, or None when this boundary has its row already."""
    found = tx.execute(
        insert_for(tx, handovers)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["rota", "boundary"])
        .returning(*handovers.c)
    ).one_or_none()
    return _value(found) if found else None


def get(tx: Connection, handover_id: int) -> Handover | None:
    found = tx.execute(select(handovers).where(handovers.c.id == handover_id)).one_or_none()
    return _value(found) if found else None


def find(tx: Connection, rota: RotaId, boundary: datetime) -> Handover | None:
    found = tx.execute(
        select(handovers).where(handovers.c.rota == rota, handovers.c.boundary == boundary)
    ).one_or_none()
    return _value(found) if found else None


def latest(tx: Connection, rota: RotaId, *, until: datetime | None = None) -> Handover | None:
    """The newest, or the newest of those whose boundary had come by `until`."""
    wanted = select(handovers).where(handovers.c.rota == rota)
    if until is not None:
        wanted = wanted.where(handovers.c.boundary <= until)
    found = tx.execute(wanted.order_by(handovers.c.boundary.desc()).limit(1)).one_or_none()
    return _value(found) if found else None


def around(
    tx: Connection, rota: RotaId, boundary: datetime
) -> tuple[Handover | None, Handover | None]:
    """The last one before a boundary and the first one after it."""
    of_rota = select(handovers).where(handovers.c.rota == rota).limit(1)
    at = handovers.c.boundary
    before = tx.execute(of_rota.where(at < boundary).order_by(at.desc())).one_or_none()
    after = tx.execute(of_rota.where(at > boundary).order_by(at)).one_or_none()
    return _value(before) if before else None, _value(after) if after else None


def list_since(tx: Connection, since: datetime) -> list[Handover]:
    """Those of boundaries from then on."""
    return [
        _value(row) for row in tx.execute(select(handovers).where(handovers.c.boundary >= since))
    ]


def change(tx: Connection, handover_id: int, **values: Any) -> None:
    tx.execute(update(handovers).where(handovers.c.id == handover_id).values(**values))


def accept(tx: Connection, handover_id: int, *, by: PersonId, at: datetime) -> bool:
    """True for the first press of "I have the pager"."""
    change = (
        update(handovers)
        .where(handovers.c.id == handover_id, handovers.c.accepted_at.is_(None))
        .values(accepted_by=by, accepted_at=at)
    )
    return tx.execute(change).rowcount == 1


def _value(row: Row[Any]) -> Handover:
    return Handover(**row._mapping)
