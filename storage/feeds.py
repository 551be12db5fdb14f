"""The addresses of calendars: who has one can read the shifts, so only its digest is kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from app.rules.organisation import PersonId
from storage.tables import feeds, leaves, organisations, overrides, shadows, tours


class Of(StrEnum):
    """Whose shifts a calendar has."""

    PERSON = "person"
    ROTA = "rota"


@dataclass(frozen=True, kw_only=True)
class Feed:
    id: int
    kind: Of
    subject: str
    made_at: datetime
    made_by: PersonId


def add(tx: Connection, kind: Of, subject: str, *, hash: str, at: datetime, by: PersonId) -> Feed:
    made = insert(feeds).values(kind=kind, subject=subject, hash=hash, made_at=at, made_by=by)
    return _value(tx.execute(made.returning(*feeds.c)).one())


def standing(tx: Connection, kind: Of, subject: str, *, by: PersonId) -> Feed | None:
    """The one that this person made and nobody revoked."""
    wanted = (
        select(feeds)
        .where(
            feeds.c.kind == kind,
            feeds.c.subject == subject,
            feeds.c.made_by == by,
            feeds.c.revoked_at.is_(None),
        )
        .order_by(feeds.c.id.desc())
    )
    row = tx.execute(wanted).first()
    return _value(row) if row else None


def find(tx: Connection, hash: str) -> Feed | None:
    """By its digest, unless it was revoked."""
    wanted = select(feeds).where(feeds.c.hash == hash, feeds.c.revoked_at.is_(None))
    row = tx.execute(wanted).one_or_none()
    return _value(row) if row else None


def revoke(tx: Connection, kind: Of, subject: str, *, by: PersonId, at: datetime) -> int:
    """All that this person made of it; how many there were."""
    change = (
        update(feeds)
        .where(
            feeds.c.kind == kind,
            feeds.c.subject == subject,
            feeds.c.made_by == by,
            feeds.c.revoked_at.is_(None),
        )
        .values(revoked_at=at)
    )
    return tx.execute(change).rowcount


def changed_at(tx: Connection) -> datetime:
    """When something last changed that may decide who serves."""
    columns = (
        organisations.c.applied_at, overrides.c.made_at, overrides.c.withdrawn_at,
        tours.c.made_at, tours.c.answered_at, tours.c.left_at, leaves.c.made_at,
        leaves.c.withdrawn_at, shadows.c.made_at, shadows.c.withdrawn_at,
    )  # fmt: skip
    found = tx.execute(
        select(*(select(func.max(each)).scalar_subquery() for each in columns))
    ).one()
    newest: datetime = max(each for each in found if each is not None)
    return newest


def _value(row: Row[Any]) -> Feed:
    return Feed(
        id=row.id,
        kind=Of(row.kind),
        subject=row.subject,
        made_at=row.made_at,
        made_by=row.made_by,
    )
