"""Copies the whole database while it is in use, and puts such a copy back into an empty one."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, inspect
from sqlalchemy.engine import URL

from app.rules.incident import IncidentId
from storage.address import read_address
from storage.effects import doubt_all
from storage.engine import Database, open_engine
from storage.file_lock import hold_file
from storage.incidents import leave_gap
from storage.migrate import LOCK, schema_of

CLIENT = "on Debian, apt-get install postgresql-client"


class BackupError(Exception):
    """It was not done; the sentence says why, and that nothing was changed."""


def copy_out(database: Database, url: str, into: Path) -> str:
    """A consistent copy in the new file `into`; the revision of its schema.

    SQLite copies a file of its own kind, PostgreSQL makes a dump that `pg_restore` reads. Neither
    keeps a running Baton waiting.
    """
    with database.read.begin() as tx:
        schema, _ = schema_of(tx)
    if schema is None:
        raise BackupError("The database is empty: there is nothing to keep.")
    if database.path is not None:
        _copy_file(database.path, into)
        return _check_file(into)
    _run("pg_dump", read_address(url), "--format=custom", f"--file={into}")
    return schema


def put_back(url: str, payload: Path, *, schema: str, age: timedelta) -> IncidentId:
    """Make the empty database at `url` what the copy is; nothing of it stays when that fails.

    What was on its way when the copy was made, so long ago, may have been heard since: it is
    looked for, or repeated. Returns the number of the next incident, which none had before.
    """
    made = read_address(url)
    if made.get_backend_name() == "sqlite":
        return _put_file_back(Path(made.database or "").absolute(), payload, schema, age)
    return _put_dump_back(url, payload, schema, age)


def _settle(tx: Connection, age: timedelta) -> IncidentId:
    """What the time that is lost makes doubtful."""
    doubt_all(tx)
    return leave_gap(tx, since=age)


def _copy_file(path: Path, into: Path) -> None:
    with closing(_opened(path)) as source, closing(sqlite3.connect(into)) as target:
        # In one step, so that it is one moment of the database whatever is written meanwhile.
        source.backup(target, pages=-1)
        target.execute("PRAGMA journal_mode = DELETE")


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)


def _check_file(path: Path) -> str:
    """The schema of a copy that is whole; raises when it is not."""
    try:
        with closing(_opened(path)) as copy:
            answer = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if answer != "ok":
                raise BackupError(f"The copy is damaged ({answer.splitlines()[-1]}).")
            return str(copy.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise BackupError(f"The copy is damaged ({error}).") from error


def _put_file_back(path: Path, payload: Path, schema: str, age: timedelta) -> IncidentId:
    with hold_file(path, restoring=True):
        _refuse_file(path)
        found = _check_file(payload)
        if found != schema:
            raise BackupError(f"The copy's schema is {found}, and its note says {schema}.")
        part = path.with_name(path.name + ".restoring")
        try:
            shutil.copyfile(payload, part)
            part.chmod(0o600)
            database = open_engine(f"sqlite:///{part}", connections=1)
            with database.write.begin() as tx:
                first = _settle(tx, age)
            database.dispose()
            _sync(part)
            os.replace(part, path)
            _sync(path.parent)
            return first
        finally:
            for left in (part, *_beside(part)):
                left.unlink(missing_ok=True)


def _refuse_file(path: Path) -> None:
    """Only where nothing is: what is there may be newer than any backup."""
    if path.exists() and path.stat().st_size and _tables_of_file(path):
        raise BackupError(
            f"{path} holds a database already. Move it away first, with {path.name}-wal beside "
            "it, or name another file in BATON_DATABASE_URL."
        )
    for each in _beside(path):
        if each.exists() and each.stat().st_size:
            raise BackupError(
                f"{each} is left of an earlier database and would be mixed into this one. Move "
                "it away first, and keep it: it may hold the newest changes."
            )


def _tables_of_file(path: Path) -> bool:
    try:
        with closing(_opened(path)) as file:
            return bool(file.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    except sqlite3.DatabaseError:
        return True


def _beside(path: Path) -> list[Path]:
    return [path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal")]


def _put_dump_back(url: str, payload: Path, schema: str, age: timedelta) -> IncidentId:
    database = open_engine(url, connections=1)
    try:
        # A `run` that starts meanwhile waits here, in its migration, and finds all or nothing.
        with database.write.connect() as held, _locked(held):
            if inspect(held).get_table_names():
                raise BackupError(
                    "The PostgreSQL database is not empty. Make a new one with `createdb`, and "
                    "name it in BATON_DATABASE_URL."
                )
            held.commit()
            _run(
                "pg_restore", read_address(url), "--single-transaction", "--no-owner", str(payload)
            )
            found, _ = schema_of(held)
            if found != schema:
                raise BackupError(f"The dump's schema is {found}, and its note says {schema}.")
            first = _settle(held, age)
            held.commit()
            return first
    finally:
        database.dispose()


@contextmanager
def _locked(held: Connection) -> Iterator[None]:
    held.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK})")
    held.commit()
    try:
        yield
    finally:
        held.rollback()
        held.exec_driver_sql(f"SELECT pg_advisory_unlock({LOCK})")
        held.commit()


def _run(program: str, url: URL, *arguments: str) -> None:
    """PostgreSQL's own client; the password goes by the environment, where nobody sees it."""
    found = _find(program)
    target = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    secret: Mapping[str, str] = {"PGPASSWORD": str(url.password)} if url.password else {}
    command: Sequence[str] = [found, "--no-password", f"--dbname={target}", *arguments]
    done = subprocess.run(
        command, env={**os.environ, **secret}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["it said nothing"]
        raise BackupError(f"{program} failed, and nothing was kept of it: {lines[-1]}")


def _find(program: str) -> str:
    """On the path, or where Debian keeps the newest."""
    newest = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{program}"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdecimal() else 0,
    )
    found = shutil.which(program) or (str(newest[-1]) if newest else None)
    if found is None:
        raise BackupError(f"{program}, which comes with PostgreSQL's client, is missing: {CLIENT}.")
    return found


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
