"""INSERT … ON CONFLICT, which both databases speak but SQLAlchemy spells once per dialect."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_for(tx: Connection, table: Table) -> Any:
    """An insert of this connection's dialect, with `on_conflict_do_nothing` and `…_do_update`."""
    if tx.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
