"""Reads the database with plain SQL, beside the code under test."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from storage.engine import Database

Row: TypeAlias = Mapping[str, Any]


class Eye:
    """`rows` answers a SELECT; instants and JSON come back alike from both databases."""

    def __init__(self, database: Database) -> None:
        self._version: int | None = None
        self._file: sqlite3.Connection | None = None
        self._database = database
        if database.path is not None:
            self._file = sqlite3.connect(database.path, isolation_level=None)
            self._file.row_factory = sqlite3.Row

    def has_changed(self) -> bool:
        """Whether anybody committed since the last look; may say so too often."""
        if self._file is None:
            return True
        before = self._version
        self._version = self._file.execute("PRAGMA data_version").fetchone()[0]
        return before != self._version

    def rows(self, query: str) -> list[Row]:
        if self._file is not None:
            return [dict(row) for row in self._file.execute(query)]
        with self._database.read.begin() as tx:
            return [dict(row._mapping) for row in tx.exec_driver_sql(query)]

    def one(self, query: str) -> Any:
        """The first column of the only row."""
        [row] = self.rows(query)
        return next(iter(row.values()))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def instant(value: Any) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    assert isinstance(found, datetime)
    return found.astimezone(UTC)


def facts(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
