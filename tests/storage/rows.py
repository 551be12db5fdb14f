"""Rows for every table of a schema, whichever revision it is at: two of each, all of them full."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    LargeBinary,
    String,
    Table,
    func,
    inspect,
    select,
)

from storage.columns import Json, UtcDateTime
from storage.tables import metadata

AT = datetime(2026, 11, 25, 3, 17, tzinfo=UTC)
ROWS = (1, 2)
WORDS: Mapping[str, Mapping[str, str]] = {
    "alerts": {"state": "firing", "severity": "P1"},
    "effects": {"kind": "ring", "lane": "page", "outcome": "due"},
    "escalations": {"kind": "incident", "state": "ringing"},
    "inbox": {"state": "waiting"},
    "incidents": {"severity": "P1", "state": "triggered"},
    "pages": {"state": "ringing"},
    "participants": {"role": "lead"},
    "people": {"standing": "member"},
}
"""What code reads as one of a few words; any other text does for the rest."""
EMPTY = {
    ("incidents", "merged_into"),
    ("incidents", "came_back_from"),
    ("contact_methods", "removed_at"),
}
"""Left empty, so that the rows stand for something that is still read."""


def fill(tx: Connection) -> None:
    """Two rows in every table that is there, with the columns that it has by now."""
    look = inspect(tx)
    there = set(look.get_table_names())
    for table in metadata.sorted_tables:
        if table.name in there:
            columns = {each["name"] for each in look.get_columns(table.name)}
            for number in ROWS:
                tx.execute(table.insert(), row_of(table, columns, number))


def row_of(table: Table, columns: set[str], number: int) -> dict[str, Any]:
    return {
        column.name: _value(table.name, column, number)
        for column in table.columns
        if column.name in columns and (table.name, column.name) not in EMPTY
    }


def counts(tx: Connection, tables: set[str]) -> dict[str, int]:
    return {
        name: tx.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
        for name in tables
    }


def contents(tx: Connection, columns: Mapping[str, set[str]]) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the given columns, in an order of its own."""
    found = {}
    for name, wanted in columns.items():
        chosen = [each for each in metadata.tables[name].columns if each.name in wanted]
        found[name] = sorted((tuple(row) for row in tx.execute(select(*chosen))), key=repr)
    return found


def _value(table: str, column: Column[Any], number: int) -> Any:
    if column.foreign_keys:
        return number
    word = WORDS.get(table, {}).get(column.name)
    if word is not None:
        return word
    return _of_type(column, number)


def _of_type(column: Column[Any], number: int) -> Any:
    match column.type:
        case UtcDateTime():
            return AT
        case Date():
            return AT.date()
        case Json():
            return {"v": 1, "number": number}
        case Boolean():
            return True
        case Integer():
            return number
        case LargeBinary():
            return bytes([number, 0, 255])
        case String():
            return f"{column.name} {number}"[: column.type.length]
    raise TypeError(f"no row can be made up for {column}")
