"""Canaries: alerts of Baton's own that went the whole way, or are still under way."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from storage.tables import canaries
from storage.upsert import add_if_new


@dataclass(frozen=True, kw_only=True)
class Canary:
    id: int
    sent_at: datetime
    stepped_at: datetime | None
    answered_at: datetime | None


def send(tx: Connection, number: int, *, at: datetime) -> bool:
    """True for the one caller that sent it."""
    return add_if_new(tx, canaries, {"id": number, "sent_at": at}) is not None


def step(tx: Connection, number: int, *, at: datetime) -> None:
    tx.execute(update(canaries).where(canaries.c.id == number).values(stepped_at=at))


def come_round(tx: Connection, number: int, *, at: datetime) -> None:
    """The first time counts: a ring may be repeated."""
    away = canaries.c.answered_at.is_(None)
    change = update(canaries).where(canaries.c.id == number, away)
    tx.execute(change.values(answered_at=at))


def newest(
    tx: Connection, *, sent_before: datetime | None = None, round: bool = False
) -> Canary | None:
    """The one that was sent last; `sent_before` then, or of those that have come round."""
    query = select(canaries).order_by(canaries.c.id.desc()).limit(1)
    if sent_before is not None:
        query = query.where(canaries.c.sent_at < sent_before)
    if round:
        query = query.where(canaries.c.answered_at.is_not(None))
    row = tx.execute(query).one_or_none()
    return Canary(**row._mapping) if row is not None else None


def forget(tx: Connection, *, before: datetime) -> int:
    return tx.execute(delete(canaries).where(canaries.c.sent_at < before)).rowcount
