"""The column types that behave alike on both databases: instants and JSON."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator, TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """An instant to the microsecond. Aware values go in and UTC comes out; naive is refused.

    On PostgreSQL it is a timestamptz. On SQLite it is text of fixed width,
    `2026-01-02T03:04:05.000000Z`: it sorts and compares as time does, SQLite's own date
    functions read it, and so does a person with the sqlite3 shell.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(27))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no zone: only aware times are stored")
        instant = value.astimezone(UTC)
        if dialect.name == "sqlite":
            return instant.isoformat(timespec="microseconds")[:26] + "Z"
        return instant

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return datetime.fromisoformat(value)
        instant: datetime = value
        return instant.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """Any JSON value; None is SQL's NULL. Comes back equal, whatever text is in it.

    Written as ASCII, so that lone surrogates and NUL, which both databases refuse as text,
    survive as escapes; PostgreSQL's json (not jsonb) keeps those. NaN is refused.
    """

    impl = JSON(none_as_null=True)
    cache_ok = True


_ENCODER = json.JSONEncoder(allow_nan=False, separators=(",", ":"))


def dump_json(value: Any) -> str:
    """As every JSON column is written."""
    return _ENCODER.encode(value)
