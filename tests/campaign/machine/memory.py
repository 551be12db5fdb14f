"""SQLite in memory, on one connection and with one thread, in the place of `storage.engine`.

The flows and the storage functions are the real ones, and so are the statements: SQLAlchemy
compiles them and its types convert what goes in and comes out. Only its engine is passed by, whose
pool, events and results cost several times what SQLite does. The machine on PostgreSQL, and every
other test, goes through the engine; `test_memory.py` holds the two against each other.
"""

import sqlite3
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from sqlalchemy import Row, create_engine
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError

from storage.columns import dump_json
from storage.engine import Database

Given: TypeAlias = Mapping[str, Any]
Convert: TypeAlias = Callable[[Any], Any]


def in_memory(live: sqlite3.Connection) -> Database:
    """A database whose engines are this one connection; `read` refuses changes as the real one."""
    write, read = Engine(live), Engine(live, writes=False)
    return Database(
        dialect="sqlite", write=cast(Any, write), read=cast(Any, read), swift=cast(Any, write)
    )


class Engine:
    """As much of SQLAlchemy's as the kit uses."""

    dialect = create_engine("sqlite://", json_serializer=dump_json).dialect

    def __init__(self, live: sqlite3.Connection, *, writes: bool = True) -> None:
        self._live = live
        self._tx = Tx(live, self.dialect)
        self._writes = writes

    @contextmanager
    def begin(self) -> Iterator["Tx"]:
        assert not self._live.in_transaction, "one transaction at a time"
        before = self._live.total_changes
        self._live.execute("BEGIN")
        try:
            yield self._tx
        except BaseException:
            self._live.execute("ROLLBACK")
            raise
        assert self._writes or self._live.total_changes == before, "a view wrote"
        self._live.execute("COMMIT")

    def dispose(self) -> None:
        """The connection belongs to whoever made it."""


class Tx:
    """As much of SQLAlchemy's connection as storage uses."""

    def __init__(self, live: sqlite3.Connection, dialect: Any) -> None:
        self.driver_connection = live
        self.connection = self
        self.dialect = dialect
        self._compiled: dict[Any, Any] = {}
        self._plans: dict[int, tuple[weakref.ref[Any], dict[Any, Plan]]] = {}

    def execute(self, statement: Any, given: Given | Sequence[Given] | None = None) -> "Answer":
        several = isinstance(given, list)
        rows: Sequence[Given] = cast(Any, given) if several else [cast(Any, given) or {}]
        plan = self._plan(statement, tuple(rows[0]), several and len(rows) > 1)
        try:
            if len(rows) > 1:
                assert not plan.description, "several rows and RETURNING: not needed so far"
                cursor = self.driver_connection.executemany(plan.text, map(plan.values, rows))
                return Answer(plan, [], cursor.rowcount)
            return plan.run(self.driver_connection, rows[0])
        except sqlite3.Error as error:
            raise DBAPIError.instance(
                plan.text, None, error, sqlite3.Error, hide_parameters=True, dialect=self.dialect
            ) from error

    @contextmanager
    def begin_nested(self) -> Iterator[None]:
        self.driver_connection.execute("SAVEPOINT inner")
        try:
            yield
        except BaseException:
            self.driver_connection.execute("ROLLBACK TO inner")
            self.driver_connection.execute("RELEASE inner")
            raise
        self.driver_connection.execute("RELEASE inner")

    def _plan(self, statement: Any, names: tuple[str, ...], several: bool) -> "Plan":
        """Statements that are made once and used again are looked up by what they are."""
        here = id(statement)
        known = self._plans.get(here)
        if known is None:
            forget = weakref.ref(statement, lambda _: self._plans.pop(here, None))
            known = self._plans[here] = forget, {}
        plan = known[1].get((names, several))
        if plan is None:
            plan = known[1][names, several] = self._make(statement, names, several)
        return plan

    def _make(self, statement: Any, names: tuple[str, ...], several: bool) -> "Plan":
        compiled, extracted, collected, _ = statement._compile_w_cache(
            dialect=self.dialect,
            compiled_cache=self._compiled,
            column_keys=sorted(names),
            for_executemany=several,
        )
        constants = compiled.construct_params(
            extracted_parameters=extracted,
            escape_names=False,
            _check=False,
            _collected_params=collected,
        )
        shape = compiled.__dict__.get("machine_shape")
        if shape is None:
            shape = compiled.machine_shape = Shape.of(compiled, self.dialect)
        return Plan(shape, constants, frozenset(names))


@dataclass(frozen=True)
class Shape:
    """What a compiled statement is, whatever its values."""

    compiled: Any
    names: Mapping[str, str]
    meta: SimpleResultMetaData | None

    @staticmethod
    def of(compiled: Any, dialect: Any) -> "Shape":
        assert not compiled.insert_prefetch
        assert not compiled.update_prefetch
        columns = compiled._result_columns
        meta = None
        if columns:
            out = [each.type._cached_result_processor(dialect, None) for each in columns]
            meta = SimpleResultMetaData([each.keyname for each in columns], _processors=out)
        names = {bound.key: name for bound, name in compiled.bind_names.items()}
        return Shape(compiled, names, meta)


class Plan:
    """A statement with its constants, to be run with values."""

    def __init__(self, shape: Shape, constants: Given, names: frozenset[str]) -> None:
        self.shape = shape
        self._constants = constants
        compiled = shape.compiled
        lists = {bound.key for bound in compiled.post_compile_params}
        assert not compiled.literal_execute_params
        self._each_anew = bool(lists & names)
        self.text = compiled.string
        if not self._each_anew:
            self.text, self._places = self._laid_out(constants, names)

    @property
    def description(self) -> bool:
        return self.shape.meta is not None

    def values(self, given: Given) -> list[Any]:
        found = []
        for _, key, convert, constant in self._places:
            if key is None:
                found.append(constant)
            else:
                value = given[key]
                found.append(value if convert is None else convert(value))
        return found

    def run(self, live: sqlite3.Connection, given: Given) -> "Answer":
        if self._each_anew:
            named = {self.shape.names[key]: value for key, value in given.items()}
            text, places = self._laid_out({**self._constants, **named}, frozenset())
            cursor = live.execute(text, [constant for _, _, _, constant in places])
        else:
            cursor = live.execute(self.text, self.values(given))
        rows = cursor.fetchall() if cursor.description else []
        return Answer(self, rows, cursor.rowcount)

    def _laid_out(
        self, values: Given, names: frozenset[str]
    ) -> tuple[str, list[tuple[str, str | None, Convert | None, Any]]]:
        """The text with every IN spelt out, and what stands at each of its places."""
        compiled = self.shape.compiled
        converts = dict(compiled._bind_processors)
        text, order = compiled.string, compiled.positiontup
        values = dict(values)
        if compiled.post_compile_params:
            spelt = compiled._process_parameters_for_postcompile(values)
            text, order = spelt.statement, spelt.positiontup
            converts |= spelt.processors
        keys = {self.shape.names[key]: key for key in names if key in self.shape.names}
        places = []
        for name in order:
            convert = converts.get(name)
            key = keys.get(name)
            constant = None if key is not None else values[name]
            if key is None and convert is not None:
                constant = convert(constant)
            places.append((name, key, convert, constant))
        return text, places


class Answer:
    """As much of SQLAlchemy's result as storage uses."""

    def __init__(self, plan: Plan, rows: list[Any], changed: int) -> None:
        self.rowcount = changed
        meta = plan.shape.meta
        self._rows: list[Row[Any]] = []
        if meta is not None and rows:
            out, index = meta._processors, meta._key_to_index
            self._rows = [Row(meta, out, index, row) for row in rows]

    def __iter__(self) -> Iterator[Row[Any]]:
        return iter(self._rows)

    def all(self) -> list[Row[Any]]:
        return self._rows

    def first(self) -> Row[Any] | None:
        return self._rows[0] if self._rows else None

    def one(self) -> Row[Any]:
        [row] = self._rows
        return row

    def one_or_none(self) -> Row[Any] | None:
        assert len(self._rows) < 2
        return self.first()

    def scalar_one(self) -> Any:
        return self.one()[0]

    def scalar_one_or_none(self) -> Any:
        row = self.one_or_none()
        return None if row is None else row[0]

    def scalars(self) -> list[Any]:
        return [row[0] for row in self._rows]
