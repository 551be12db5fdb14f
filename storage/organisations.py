"""Applied versions of the organisation file, and from when each version of a rota serves."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from app.rules.organisation import RotaId
from storage import bulk, schedule_marks
from storage.tables import organisations, rota_versions


@dataclass(frozen=True, kw_only=True)
class Applied:
    id: int
    applied_at: datetime
    applied_by: str
    digest: str
    source: str


@dataclass(frozen=True, kw_only=True)
class RotaMark:
    """From `effective` on (None: since ever) the rota is as organisation version `organisation`."""

    rota: RotaId
    effective: datetime | None
    organisation: int


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """Equal stamps mean that nothing which decides who is on duty has changed."""

    organisation: int | None
    mark: int | None
    acts: int | None


_STAMP = (
    "SELECT (SELECT max(id) FROM organisations), (SELECT max(id) FROM rota_versions),"
    f" (SELECT number FROM tallies WHERE name = '{schedule_marks.NAME}')"
)
"""Asked in every transaction, so it goes to the driver as it is."""


def stamp(tx: Connection) -> Stamp:
    found = bulk.run(tx, _STAMP).fetchone()
    return Stamp(organisation=found[0], mark=found[1], acts=found[2])


def add(tx: Connection, *, at: datetime, by: str, digest: str, source: str) -> int:
    added: int = tx.execute(
        insert(organisations)
        .values(applied_at=at, applied_by=by, digest=digest, source=source)
        .returning(organisations.c.id)
    ).scalar_one()
    return added


def newest_id(tx: Connection) -> int | None:
    newest: int | None = tx.execute(select(func.max(organisations.c.id))).scalar_one()
    return newest


def get(tx: Connection, version: int) -> Applied:
    row = tx.execute(select(organisations).where(organisations.c.id == version)).one()
    return Applied(**row._mapping)


def mark_rota(
    tx: Connection, rota: RotaId, *, effective: datetime | None, organisation: int
) -> None:
    tx.execute(
        insert(rota_versions).values(rota=rota, effective=effective, organisation=organisation)
    )


def list_marks(tx: Connection) -> list[RotaMark]:
    rows = tx.execute(
        select(
            rota_versions.c.rota, rota_versions.c.effective, rota_versions.c.organisation
        ).order_by(rota_versions.c.id)
    )
    return [RotaMark(**row._mapping) for row in rows]
