"""Opens the database: SQLite (one writer, several readers) or PostgreSQL (design.md, stack)."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from storage import bulk
from storage.address import read_address
from storage.columns import dump_json
from storage.trouble import READ_ONLY, SQLITE_DAMAGED, FileGone

BUSY_SECONDS = 5.0
"""How long a SQLite writer waits for another process, for example a short CLI command."""

STEPS = 100_000
"""Of SQLite's machine, between two looks at whether somebody still wants to know."""

POSTGRES_SESSION = (
    "SET TIME ZONE 'UTC'",
    "SET statement_timeout = '10s'",
    "SET lock_timeout = '5s'",
    "SET idle_in_transaction_session_timeout = '30s'",
    # Whoever is answered with 2xx was promised durability; a stronger setting is left alone.
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') = 'off'",
)

POSTGRES_CONNECT: dict[str, Any] = {
    "connect_timeout": 5,
    "target_session_attrs": "read-write",
    "application_name": "baton",
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


class CannotOpen(Exception):
    """The database cannot be used; the text tells the operator why and what to do."""


@dataclass(frozen=True)
class Database:
    """An open database. Writers begin on `write`, pages that only read begin on `read`.

    `write.begin()` holds the writer's place from its first statement, so a read inside it is
    still true when it writes. `read` refuses every change and sees one moment for the whole
    transaction. On SQLite `write` is one connection, so callers queue for it in this process.

    `swift` writes without waiting for the disk: a crash of Baton loses nothing of it, loss of
    power may lose the newest, and never something that was written on `write` after it.
    """

    dialect: Literal["sqlite", "postgresql"]
    write: Engine
    read: Engine
    swift: Engine
    path: Path | None = None

    def dispose(self) -> None:
        """Close all connections; the database can be opened again afterwards."""
        for engine in (self.read, self.swift, self.write):
            engine.dispose()


def open_engine(url: str, *, connections: int = 12, check: bool = False) -> Database:
    """Open the database at `url` and prove that it answers, or raise `CannotOpen`.

    `connections` bounds SQLite's readers, or all of PostgreSQL's connections. With `check` a
    SQLite file is read through first and a damaged one refused: `run` asks for that.
    """
    try:
        parsed = read_address(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError) as error:
        raise CannotOpen(
            "The database URL cannot be read. Use sqlite:///baton.db or"
            " postgresql://user:password@host/name."
        ) from error
    if backend == "sqlite":
        return _open_sqlite(parsed, readers=connections, check=check)
    if backend in ("postgresql", "postgres"):
        return _open_postgresql(parsed, connections=connections)
    raise CannotOpen(f"Baton remembers in SQLite or PostgreSQL, not in {backend}.")


def _open_sqlite(url: URL, *, readers: int, check: bool) -> Database:
    if not url.database or url.database == ":memory:" or "mode" in url.query:
        raise CannotOpen("SQLite needs a file, such as sqlite:///baton.db: memory forgets.")
    path = Path(url.database).absolute()
    if not path.parent.is_dir():
        raise CannotOpen(f"{path} cannot be made: the folder {path.parent} does not exist.")
    target = URL.create("sqlite+pysqlite", database=str(path), query=url.query)
    write = _sqlite_engine(target, begin="BEGIN IMMEDIATE", size=1, prepare=_prepare_writer)
    swift = _sqlite_engine(target, begin="BEGIN IMMEDIATE", size=1, prepare=_prepare_swift)
    read = _sqlite_engine(target, begin="BEGIN", size=readers, prepare=_prepare_reader)
    database = Database(dialect="sqlite", write=write, read=read, swift=swift, path=path)
    try:
        with write.begin() as connection:  # proves that the file can be written, too
            if check:
                _refuse_damage(connection, path)
        _watch_file(path, write, swift, read)
    except DBAPIError as error:
        database.dispose()
        raise CannotOpen(sqlite_refusal(path, error.orig)) from error
    except CannotOpen:
        database.dispose()
        raise
    return database


def _sqlite_engine(
    url: URL, *, begin: str, size: int, prepare: Callable[[sqlite3.Cursor], None]
) -> Engine:
    engine = create_engine(
        url,
        # An error is logged with its statement; the values are other people's words.
        hide_parameters=True,
        # The driver would begin transactions by itself, too late and never IMMEDIATE.
        connect_args={
            "isolation_level": None,
            "timeout": BUSY_SECONDS,
            "check_same_thread": False,
            # Inserts of several rows are a statement for each number of them.
            "cached_statements": 512,
        },
        pool_size=size,
        max_overflow=0,
        json_serializer=dump_json,
    )

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, record: object) -> None:
        cursor = connection.cursor()
        prepare(cursor)
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        bulk.run(connection, begin)

    return engine


def _prepare_writer(cursor: sqlite3.Cursor) -> None:
    cursor.execute("PRAGMA journal_mode = WAL")
    # With NORMAL, power loss may drop commits that were already answered with 2xx.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")


def _prepare_swift(cursor: sqlite3.Cursor) -> None:
    _prepare_writer(cursor)
    # In WAL mode this still keeps the order of commits and survives a crash of the process.
    cursor.execute("PRAGMA synchronous = NORMAL")


def _prepare_reader(cursor: sqlite3.Cursor) -> None:
    cursor.execute("PRAGMA query_only = ON")


def _watch_file(path: Path, *engines: Engine) -> None:
    """Whoever deletes or replaces the file leaves us writing into one that nobody finds again, so
    from then on nothing is done: no alert is answered 2xx that would be lost, and no empty file
    is made in its place."""
    known = _identity(path)

    def look(*_: object) -> None:
        if _identity(path) != known:
            raise FileGone(path)

    for engine in engines:
        event.listen(engine, "do_connect", look)
        event.listen(engine, "begin", look, insert=True)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _refuse_damage(connection: Connection, path: Path) -> None:
    answer = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if answer != "ok":
        raise CannotOpen(_damaged(path, answer.splitlines()[-1]))


def damage_of(path: Path, *, ended: Callable[[], bool]) -> str | None:
    """What is wrong with a SQLite file, read through anew; None when it is whole.

    Takes as long as it takes to read it, or until `ended`, and keeps no writer waiting. Raises
    what says that it cannot be read at all.
    """
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as fresh:
            fresh.set_progress_handler(ended, STEPS)
            answer = str(fresh.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "_").split("_")[1] not in SQLITE_DAMAGED:
            raise
        return str(error)
    return None if answer == "ok" else answer.splitlines()[-1]


def _damaged(path: Path, detail: str) -> str:
    return (
        f"{path} is damaged ({detail}). Nothing was changed. Keep a copy of the file and of"
        " its -wal beside it, then put back the newest backup."
    )


def sqlite_refusal(path: Path, error: BaseException | None) -> str:
    """Why the driver could not use the file, and what to do."""
    match getattr(error, "sqlite_errorname", "").split("_")[1:2]:
        case ["CORRUPT" | "NOTADB"]:
            return _damaged(path, str(error))
        case ["BUSY"]:
            return f"{path} is locked by another program. Close it, then start again."
        case ["READONLY" | "CANTOPEN" | "PERM"]:
            return f"{path} cannot be opened for writing. Check its owner and its folder's."
        case ["FULL"]:
            return f"{path} cannot grow: the disk is full. Make room, then start again."
    return f"{path} cannot be opened: {error}."


def _open_postgresql(url: URL, *, connections: int) -> Database:
    write = create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        connect_args={k: v for k, v in POSTGRES_CONNECT.items() if k not in url.query},
        pool_size=connections,
        max_overflow=0,
        pool_timeout=10,
        json_serializer=dump_json,
    )
    event.listen(write, "connect", _prepare_session)
    event.listen(write, "handle_error", _leave_a_standby)
    read = write.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    try:
        with write.connect() as connection:
            connection.execute(text("SELECT 1"))
    except OperationalError as error:
        write.dispose()
        where = url.render_as_string(hide_password=True)
        detail = str(error.orig).strip().splitlines()[-1]
        raise CannotOpen(f"PostgreSQL at {where} cannot be used: {detail}.") from error
    return Database(dialect="postgresql", write=write, read=read, swift=write)


def _leave_a_standby(context: ExceptionContext) -> None:
    """A server that takes no writes any more was the primary once: after a failover another one
    is. All connections to it are dropped, and the next are made to whichever takes writes."""
    connection = context.connection
    reads = connection is not None and connection.get_execution_options().get("postgresql_readonly")
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY and not reads:
        context.is_disconnect = True


def _prepare_session(connection: Any, record: object) -> None:
    connection.autocommit = True
    for statement in POSTGRES_SESSION:
        connection.execute(statement)
    connection.autocommit = False
