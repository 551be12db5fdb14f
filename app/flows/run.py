"""One run of a flow, until it is committed for certain and once."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from storage import runs

T = TypeVar("T")


class Run:
    """`commit` may be called again after it raised, whether or not its commit came through.

    On PostgreSQL a connection may be lost after COMMIT was sent, and nobody knows then whether it
    was heard. So what a run writes commits together with a mark of its own, and the next try looks
    for that mark: if it is there, what the first try told is the answer. One that is still being
    committed meets the next try at the mark's key, which only one of them can have. The mark is in
    the database, so it is right also when the next try meets another server after a failover.
    SQLite is a file: its commits are never in doubt while we live.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._marks = engine.dialect.name == "postgresql"
        self._key = uuid.uuid4().hex if self._marks else ""
        self._in_doubt = False
        self._told: Any = None
        self.wrote = False

    def commit(self, body: Callable[[Connection], T], *, now: Callable[[], datetime]) -> T:
        """What `body` told in the transaction that is committed; raises what either raises."""
        with self._engine.begin() as tx:
            if self._in_doubt and runs.is_marked(tx, self._key):
                told: T = self._told
                return told
            before = 0 if self._marks else _changes(tx)
            told = body(tx)
            self.wrote = runs.mark(tx, self._key, at=now()) if self._marks else False
            if not self._marks:
                self.wrote = _changes(tx) != before
            self._told, self._in_doubt = told, self._marks
        self._in_doubt = False
        return told


def _changes(tx: Connection) -> int:
    """How many rows this connection has ever changed."""
    changed: int = tx.connection.driver_connection.total_changes  # type: ignore[union-attr]
    return changed
