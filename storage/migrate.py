"""Bring the schema up to this version: one locked transaction, and on SQLite a copy first."""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from storage.address import read_address
from storage.engine import CannotOpen, sqlite_refusal

log = logging.getLogger("baton")

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x6261746F6E  # "baton": the advisory lock two starting replicas meet at


class MigrationError(Exception):
    """The schema could not be brought up to date; the sentence says what was kept."""


def migrate(url: str) -> list[str]:
    """Upgrade the database at `url`; returns the revisions that were run, none when up to date.

    Nothing is changed unless everything succeeds. A SQLite file that already holds data is
    copied beside itself (`<file>.before-<revision>`) first. Raises CannotOpen for a file that
    cannot be used.
    """
    made = read_address(url)
    if made.get_backend_name() != "sqlite":
        return _migrate_postgresql(url)
    try:
        return _migrate_sqlite(url)
    except (DBAPIError, sqlite3.Error) as error:
        reason = getattr(error, "orig", error)
        raise CannotOpen(sqlite_refusal(Path(made.database or ""), reason)) from error


def schema_of(tx: Connection) -> tuple[str | None, str]:
    """The revision of the database's schema (None: no schema yet), and this version's own."""
    return _current(tx), _head()


def newest_schema() -> str:
    """This version's own revision."""
    return _head()


def _migrate_sqlite(url: str) -> list[str]:
    engine = create_engine(url, poolclass=NullPool)
    _copy_beside(read_address(url).database)

    @event.listens_for(engine, "connect")
    def _own_transactions(connection, _record):  # type: ignore[no-untyped-def]
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout = 30000")
        # Ignored inside a transaction, so it must be off before BEGIN: a batch rebuild with
        # keys on empties child tables without an error.
        connection.execute("PRAGMA foreign_keys = OFF")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN EXCLUSIVE")

    with engine.begin() as tx:
        ran = _upgrade(tx, _current(tx))
        broken = tx.execute(text("PRAGMA foreign_key_check")).all() if ran else []
        if broken:
            raise MigrationError(
                f"The migration would leave {len(broken)} rows pointing at nothing, so it was "
                "undone. The database is as it was; report this with the version you came from."
            )
    engine.dispose()
    return ran


def _migrate_postgresql(url: str) -> list[str]:
    engine = create_engine(_with_driver(url), poolclass=NullPool)
    with engine.begin() as tx:
        tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        ran = _upgrade(tx, _current(tx))
    engine.dispose()
    return ran


def _upgrade(tx: Connection, before: str | None) -> list[str]:
    # Lazy: alembic costs a fifth of the start, and a schema that is up to date needs none of it.
    if before == _head():
        return []
    if before is not None and before > _head():
        # A roll-back: schemas only grow, so that older code goes on working on a newer one.
        log.warning("the schema is at %s, newer than this version's %s", before, _head())
        return []
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = tx
    command.upgrade(config, "head")
    revisions = sorted(_revisions())
    return [each for each in revisions if before is None or each > before]


def _current(tx: Connection) -> str | None:
    if "alembic_version" not in inspect(tx).get_table_names():
        return None
    return tx.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _head() -> str:
    return max(_revisions())


def _revisions() -> list[str]:
    """Revision files are numbered: `0001_first.py`. Their number is their revision."""
    return [path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py")]


def _copy_beside(path: str | None) -> None:
    """Keep `<file>.before-<revision>`, made by SQLite itself so that its WAL is in it."""
    if not path or not Path(path).exists():
        return
    with closing(sqlite3.connect(path)) as source:
        tables = source.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
        version = tables.fetchone() and source.execute("SELECT version_num FROM alembic_version")
        before = version.fetchone()[0] if version else None
        if before is None or before >= _head():
            return
        with closing(sqlite3.connect(f"{path}.before-{before}")) as copy:
            source.backup(copy)


def _with_driver(url: str) -> str:
    made = read_address(url)
    if made.drivername == "postgresql":
        made = made.set(drivername="postgresql+psycopg")
    return made.render_as_string(hide_password=False)
