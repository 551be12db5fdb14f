"""Requests whose effect is committed, so that a redelivery is success without effect."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete

from storage.tables import seen_requests
from storage.upsert import add_if_new

_FORGET = delete(seen_requests).where(seen_requests.c.at < bindparam("before"))


def first_time(tx: Connection, key: str, *, at: datetime) -> bool:
    """True when `key` was never committed before; the mark is part of this transaction."""
    return add_if_new(tx, seen_requests, {"key": key, "at": at}) is not None


def forget(tx: Connection, *, before: datetime) -> None:
    tx.execute(_FORGET, {"before": before})


def forget_key(tx: Connection, key: str) -> None:
    """As if `key` had never been."""
    tx.execute(delete(seen_requests).where(seen_requests.c.key == key))
