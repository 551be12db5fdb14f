"""Statements of the hot paths: made once for each database, then run as the driver's text.

To take a statement through SQLAlchemy costs many times what SQLite needs to run it. What a
statement says, and how values go in and come out, is still SQLAlchemy's.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Dialect, Executable, Insert
from sqlalchemy.sql.compiler import SQLCompiler

from storage import bulk

Found: TypeAlias = dict[str, Any]
"""A row, by the names of its columns."""
Convert: TypeAlias = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Made:
    """`binds`: name, conversion and, where it is the statement's own, the value; in the order of
    their places, a name again for each of them on SQLite. `converts`: what comes out otherwise."""

    text: str
    binds: tuple[tuple[str, Convert | None, Any], ...]
    names: tuple[str, ...]
    converts: tuple[tuple[str, Convert], ...]

    def value(self, row: Iterable[Any]) -> Found:
        found = dict(zip(self.names, row, strict=True))
        for name, convert in self.converts:
            if found[name] is not None:
                found[name] = convert(found[name])
        return found


class Prepared:
    """`statement`, or what makes it for a dialect's name; `columns` are what it gives back.

    An `IN (…)` of its own is fine, one of a number of values that differs is not.
    """

    def __init__(
        self,
        statement: Executable | Callable[[str], Executable],
        columns: Iterable[ColumnElement[Any]] = (),
    ) -> None:
        self._statement = statement
        self._columns = tuple(columns)
        self._made: dict[tuple[str, ...], _Made] = {}

    def all(self, tx: Connection, values: Mapping[str, Any]) -> list[Found]:
        """Every row."""
        made, told = self._ready(tx, values)
        return [made.value(row) for row in bulk.run_text(tx, made.text, told)]

    def first(self, tx: Connection, values: Mapping[str, Any]) -> Found | None:
        """The one row, or None; for what finds or makes one at most."""
        made, told = self._ready(tx, values)
        rows = bulk.run_text(tx, made.text, told).fetchall()
        return made.value(rows[0]) if rows else None

    def run(self, tx: Connection, values: Mapping[str, Any]) -> int:
        """How many rows it changed; for what gives none back."""
        made, told = self._ready(tx, values)
        changed: int = bulk.run_text(tx, made.text, told).rowcount
        return changed

    def _ready(self, tx: Connection, values: Mapping[str, Any]) -> tuple[_Made, Any]:
        dialect = tx.dialect
        key = (dialect.name, *values)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._make(dialect, list(values))
        told = [
            values.get(name, own) if convert is None else convert(values.get(name, own))
            for name, convert, own in made.binds
        ]
        if dialect.positional:
            return made, told
        return made, {bind[0]: value for bind, value in zip(made.binds, told, strict=True)}

    def _make(self, dialect: Dialect, names: list[str]) -> _Made:
        given = self._statement
        statement: Any = given(dialect.name) if callable(given) else given
        keys = names if isinstance(statement, Insert) else None
        compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=keys)
        expanded = compiled.construct_expanded_state(dict.fromkeys(names))
        own = expanded.parameters
        binds = (
            (name, _way_in(compiled, name, dialect), None if name in names else own[name])
            for name in expanded.positiontup or own
        )
        ways = [(str(column.key), _way_out(column, dialect)) for column in self._columns]
        return _Made(
            text=expanded.statement,
            binds=tuple(binds),
            names=tuple(name for name, _ in ways),
            converts=tuple((name, convert) for name, convert in ways if convert is not None),
        )


def _way_in(compiled: SQLCompiler, name: str, dialect: Dialect) -> Convert | None:
    bind = compiled.binds.get(name)  # a value of an IN (…) has a name of its own, and is plain
    return bind.type.dialect_impl(dialect).bind_processor(dialect) if bind is not None else None


def _way_out(column: ColumnElement[Any], dialect: Dialect) -> Convert | None:
    return column.type.dialect_impl(dialect).result_processor(dialect, None)
