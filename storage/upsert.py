"""INSERT … ON CONFLICT, which both databases speak but SQLAlchemy spells once per dialect."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_for(tx: Connection, table: Table) -> Any:
    """An insert of this connection's dialect, with `on_conflict_do_nothing` and `…_do_update`."""
    if tx.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def inserted(tx: Connection, statement: Any, key: ColumnElement[Any]) -> bool:
    """Run an INSERT … ON CONFLICT DO NOTHING; True when the row is new.

    RETURNING tells, because PostgreSQL's driver gives no row count for such an INSERT.
    """
    return tx.execute(statement.returning(key)).first() is not None
