"""Handovers that are to come: whom they were told to, and what the outgoing person notes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from app.rules.organisation import PersonId, RotaId
from storage.tables import handover_drafts
from storage.upsert import insert_for


@dataclass(frozen=True, kw_only=True)
class Draft:
    """`told_at`: when `outgoing` and `incoming` were last told that it is theirs."""

    rota: RotaId
    boundary: datetime
    outgoing: PersonId | None = None
    incoming: PersonId | None = None
    told_at: datetime | None = None
    note: str | None = None
    note_by: PersonId | None = None


def get(tx: Connection, rota: RotaId, boundary: datetime) -> Draft | None:
    row = tx.execute(select(handover_drafts).where(*_which(rota, boundary))).one_or_none()
    return Draft(**row._mapping) if row else None


def hold(tx: Connection, rota: RotaId, boundary: datetime) -> Draft:
    """The draft of a boundary, made if it is not there; nobody else holds it before this
    transaction ends."""
    new = insert_for(tx, handover_drafts).values(rota=rota, boundary=boundary)
    tx.execute(new.on_conflict_do_nothing(index_elements=["rota", "boundary"]))
    wanted = select(handover_drafts).where(*_which(rota, boundary)).with_for_update()
    return Draft(**tx.execute(wanted).one()._mapping)


def change(tx: Connection, rota: RotaId, boundary: datetime, **values: Any) -> None:
    tx.execute(update(handover_drafts).where(*_which(rota, boundary)).values(**values))


def _which(rota: RotaId, boundary: datetime) -> tuple[Any, Any]:
    return handover_drafts.c.rota == rota, handover_drafts.c.boundary == boundary
