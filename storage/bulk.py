"""Many rows in few statements: what the intake looks up and writes for all who wait at once.

SQLAlchemy costs more a row than SQLite does, so statements go to the driver as text that is made
once. On SQLite every row that is fetched lets another thread run and has to win the interpreter
back, so what is looked up there comes as one row of JSON.
"""

import functools
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table
from sqlalchemy.dialects import registry
from sqlalchemy.exc import DBAPIError

_POSTGRESQL: Dialect = registry.load("postgresql")()
FEW, MOST = 6, 64
"""Rows of one INSERT; the rest follow in a second one, and few are never cut in two."""


def instant(tx: Connection, at: datetime) -> Any:
    """An instant as `add` and `run` take it."""
    if tx.dialect.name == "sqlite":
        return at.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"
    return at


def run(tx: Connection, statement: str, values: Sequence[Any] = ()) -> Any:
    """The driver's cursor after a statement with `?` for its values; errors are SQLAlchemy's."""
    if tx.dialect.name != "sqlite":
        return run_text(tx, _percent(statement), tuple(values))
    return run_text(tx, statement, values)


def run_text(tx: Connection, statement: str, values: Any) -> Any:
    """The same for a statement whose places are the driver's own."""
    if tx.dialect.name != "sqlite":
        return tx.exec_driver_sql(statement, values)
    driver = tx.connection.driver_connection
    assert driver is not None
    assert tx.dialect.dbapi is not None
    try:
        return driver.execute(statement, values)
    except tx.dialect.dbapi.Error as error:
        raise DBAPIError.instance(
            statement, None, error, tx.dialect.dbapi.Error, hide_parameters=True, dialect=tx.dialect
        ) from error


def fetch(tx: Connection, columns: str, rest: str, values: Sequence[Any] = ()) -> list[Any]:
    """The rows of `SELECT columns rest`, each a sequence; instants come as the driver has them."""
    if tx.dialect.name != "sqlite":
        return list(run(tx, f"SELECT {columns} {rest}", values))
    inner = f"SELECT json_array({columns}) AS found {rest}"
    told = run(tx, f"SELECT json_group_array(json(found)) FROM ({inner})", values).fetchone()[0]
    found: list[Any] = json.loads(told)
    return found


def among(tx: Connection, values: Sequence[Any], kind: str = "text") -> tuple[str, Any]:
    """What stands after a column to ask for any of `values`, and the one value it takes."""
    if tx.dialect.name == "sqlite":
        return "IN (SELECT value FROM json_each(?))", json.dumps(values)
    return f"= ANY(CAST(? AS {kind}[]))", list(values)


def add(
    tx: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows as the driver stores them: see `instant`; JSON is its text."""
    start = 0
    while start < len(rows):
        size = _part(len(rows) - start)
        part = rows[start : start + size]
        start += size
        text = _insert(tx.dialect.name, table, columns, size)
        run(tx, text, [value for row in part for value in row])


def _part(left: int) -> int:
    """Few at once, more by powers of two, so that the databases keep few statements prepared."""
    return left if left <= FEW else min(MOST, 1 << left.bit_length() - 1)


def next_ids(tx: Connection, table: Table, number: int) -> Sequence[int]:
    """Ids for new rows, in order. On SQLite whoever writes is alone until the end."""
    if tx.dialect.name == "sqlite":
        last = run(tx, f"SELECT coalesce(max(id), 0) FROM {table.name}").fetchone()[0]
        return range(last + 1, last + 1 + number)
    drawn = f"nextval(pg_get_serial_sequence('{table.name}', 'id')) FROM generate_series(1, ?)"
    return [row[0] for row in run(tx, f"SELECT {drawn}", (number,))]


@functools.cache
def _insert(dialect: str, table: Table, columns: tuple[str, ...], rows: int) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    row = "(" + ", ".join(_place(dialect, table.c[name]) for name in columns) + ")"
    return f"INSERT INTO {table.name} ({names}) VALUES {', '.join([row] * rows)}"


def _place(dialect: str, column: Column[Any]) -> str:
    """PostgreSQL does not guess what a value in the second row of many is."""
    if dialect == "sqlite":
        return "?"
    return f"CAST(? AS {column.type.compile(_POSTGRESQL)})"


@functools.cache
def _percent(statement: str) -> str:
    """As psycopg wants its places."""
    return statement.replace("%", "%%").replace("?", "%s")
