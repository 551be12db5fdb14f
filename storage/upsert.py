"""INSERT … ON CONFLICT, which both databases speak but SQLAlchemy spells once per dialect."""

import functools
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.prepared import Found, Prepared


def insert_for(tx: Connection, table: Table) -> Any:
    """An insert of this connection's dialect, with `on_conflict_do_nothing` and `…_do_update`."""
    if tx.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def add_if_new(tx: Connection, table: Table, values: Mapping[str, Any]) -> Found | None:
    """The new row, or None when one of its keys is there already."""
    return _unless_there(table, *table.c).first(tx, values)


def put_if_new(tx: Connection, table: Table, values: Mapping[str, Any]) -> int | None:
    """The new row's id, or None when one of its keys is there already."""
    made = _unless_there(table, table.c.id).first(tx, values)
    return made["id"] if made else None


@functools.cache
def _unless_there(table: Table, *columns: ColumnElement[Any]) -> Prepared:
    def make(dialect: str) -> Any:
        insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
        return insert(table).on_conflict_do_nothing().returning(*columns)

    return Prepared(make, columns)


def inserted(tx: Connection, statement: Any, key: ColumnElement[Any]) -> bool:
    """Run an INSERT … ON CONFLICT DO NOTHING; True when the row is new.

    RETURNING tells, because PostgreSQL's driver gives no row count for such an INSERT.
    """
    return tx.execute(statement.returning(key)).first() is not None
