"""The throw-away database: what decides who is rung and how, and nothing of what happened."""

import contextlib
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select

from app.organisation.apply import apply
from app.rules.ladder import Method
from app.rules.organisation import PersonId
from storage import contacts
from storage.engine import Database, open_engine
from storage.tables import (
    contact_methods,
    heartbeats,
    metadata,
    organisations,
    overrides,
    people,
    rota_versions,
)

# In the order in which their keys point at one another.
DECIDING = (organisations, rota_versions, overrides, people, contact_methods, heartbeats)


@contextlib.contextmanager
def empty_copy() -> Iterator[Database]:
    """A SQLite file with this version's tables, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="baton-simulate-") as folder:
        database = open_engine(f"sqlite:///{Path(folder) / 'copy.db'}", connections=2)
        try:
            with database.write.begin() as tx:
                metadata.create_all(tx)
            yield database
        finally:
            database.dispose()


def copy_from(source: Database, copy: Database) -> None:
    """The organisation in force with its history, who took what shift, and how people are
    reached, read in one transaction."""
    with source.read.begin() as old, copy.write.begin() as new:
        for table in DECIDING:
            rows = [dict(row._mapping) for row in old.execute(select(table))]
            if rows:
                new.execute(insert(table), rows)


def copy_of_file(text: str, copy: Database, *, now: datetime) -> None:
    """The organisation of a file without problems, as if it had been in force since ever."""
    with copy.write.begin() as tx:
        apply(tx, text, now=now, by="simulate")


def make_reachable(tx: Connection, person: PersonId, *, now: datetime) -> None:
    """A stand-in that wakes, so that waits can be shown where nobody's phone is known."""
    contacts.add(
        tx,
        person=person,
        method=Method.PUSH,
        target=b"",
        hint="",
        delay_seconds=0,
        trusted=True,
        added_by="simulate",
        added_at=now,
        verified_at=now,
    )
