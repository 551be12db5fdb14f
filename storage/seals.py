"""The seals over the audit log. Rows are only ever added, and their numbers have no gap."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, select

from app.rules.chain import Seal
from storage.tables import audit_seals
from storage.upsert import add_if_new


def latest(tx: Connection) -> Seal | None:
    newest = select(audit_seals).order_by(audit_seals.c.number.desc()).limit(1)
    found = tx.execute(newest).one_or_none()
    return _value(found) if found else None


def add(tx: Connection, seal: Seal) -> bool:
    """False when another process has made a seal of this number, or over these rows."""
    return add_if_new(tx, audit_seals, vars(seal)) is not None


def each(tx: Connection) -> Iterator[Seal]:
    """All of them in order, a few at a time."""
    number = 0
    while True:
        more = select(audit_seals).where(audit_seals.c.number > number)
        found = tx.execute(more.order_by(audit_seals.c.number).limit(50)).all()
        if not found:
            return
        yield from map(_value, found)
        number = found[-1].number


def _value(row: Row[Any]) -> Seal:
    return Seal(**row._mapping)
