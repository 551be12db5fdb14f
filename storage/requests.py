"""Requests whose effect is committed, so that a redelivery is success without effect."""

from datetime import datetime

from sqlalchemy import Connection, delete

from storage.tables import seen_requests
from storage.upsert import insert_for, inserted


def first_time(tx: Connection, key: str, *, at: datetime) -> bool:
    """True when `key` was never committed before; the mark is part of this transaction."""
    new = insert_for(tx, seen_requests).values(key=key, at=at).on_conflict_do_nothing()
    return inserted(tx, new, seen_requests.c.key)


def forget(tx: Connection, *, before: datetime) -> None:
    tx.execute(delete(seen_requests).where(seen_requests.c.at < before))


def forget_key(tx: Connection, key: str) -> None:
    """As if `key` had never been."""
    tx.execute(delete(seen_requests).where(seen_requests.c.key == key))
