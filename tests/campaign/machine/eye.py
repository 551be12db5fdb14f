"""Reads the database with plain SQL, beside the code under test."""

import functools
import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias, cast

from storage.engine import Database
from tests.campaign.machine.town import guise

Row: TypeAlias = Mapping[str, Any]


class Eye:
    """`rows` answers a SELECT; instants and JSON come back alike from both databases."""

    def __init__(self, database: Database, live: sqlite3.Connection | None = None) -> None:
        """`live` is the one connection of a database in memory."""
        self._seen: int | None = None
        self._live = live
        self._file: sqlite3.Cursor | None = None
        self._database = database
        if database.path is not None:
            self._file = sqlite3.connect(database.path, isolation_level=None).cursor()
        elif live is not None:
            self._file = live.cursor()
        if self._file is not None:
            self._file.row_factory = sqlite3.Row

    def has_changed(self) -> bool:
        """Whether anybody committed since the last look; may say so too often."""
        if self._file is None:
            return True
        before = self._seen
        if self._live is not None:
            self._seen = self._live.total_changes
        else:
            self._seen = self._file.execute("PRAGMA data_version").fetchone()[0]
        return before != self._seen

    def forget(self) -> None:
        """Everything was put back."""
        self._seen = None

    def rows(self, query: str) -> list[Row]:
        if self._file is not None:
            return cast(list[Row], self._file.execute(query).fetchall())
        with self._database.read.begin() as tx:
            return [dict(row._mapping) for row in tx.exec_driver_sql(query)]

    def one(self, query: str) -> Any:
        """The first column of the only row."""
        [row] = self.rows(query)
        return row[next(iter(row.keys()))]

    def close(self) -> None:
        if self._file is not None:
            self._file.connection.close()


def instant(value: Any) -> datetime:
    """As the machine counts time, whatever the guise."""
    found = _read(value) if isinstance(value, str) else value.astimezone(UTC)
    assert isinstance(found, datetime)
    return found - guise.shift


@functools.lru_cache(4096)
def _read(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@functools.lru_cache(4096)
def _parsed(text: str) -> Any:
    return json.loads(text)


def facts(value: Any) -> Any:
    return _parsed(value) if isinstance(value, str) else value
