"""A PostgreSQL server of one's own: started in a temporary folder, stopped or killed at will."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

PORT = 5432
"""Only names the socket: every server has its own folder and listens on no network."""

UNSAFE_BUT_FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


class NoPostgres(Exception):
    """No server is installed; the text says how to get one."""


def find_binaries() -> Path:
    """The folder of the newest installed server's programs."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"),
        key=lambda program: int(program.parts[-3]),
    )
    on_path = shutil.which("postgres")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise NoPostgres("PostgreSQL's server is not installed: on Debian, apt-get install postgresql")


class Server:
    """One PostgreSQL server in `folder`, reached by a socket there (so give it a short path:
    a socket's holds about 100 characters).

    With `durable=False` it is fast and would not survive a power cut: fine for most tests.
    `settings` are more of its own, as `name=value`.
    """

    def __init__(
        self, folder: Path, *, durable: bool = False, settings: Sequence[str] = ()
    ) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._programs = find_binaries()
        self._account = _account()
        self._options = (*(() if durable else UNSAFE_BUT_FAST), *settings)

    def create(self, like: "Server | None" = None) -> None:
        """Once, before the first start; a copy of what `like` was before its own is quicker."""
        if self._account:
            os.chown(self.folder, self._account["user"], self._account["group"])
        if like is not None:
            self._run("/bin/cp", "-r", like.folder / "pristine", self.data)
            return
        self._run(
            "initdb", "--pgdata", self.data, "--username=baton", "--auth=trust",
            "--encoding=UTF8", "--locale=C", "--no-sync",
        )  # fmt: skip

    def keep_pristine(self) -> None:
        """Between `create` and `start`: others may be created like this one."""
        self._run("/bin/cp", "-r", self.data, self.folder / "pristine")

    def start(self) -> None:
        """Start, or start again after `stop` or `kill`; returns when it answers."""
        settings = (
            "listen_addresses=",
            f"port={PORT}",
            f"unix_socket_directories={self.folder}",
            "max_connections=200",
            "timezone=UTC",
            *self._options,
        )
        options = " ".join(f"-c {setting}" for setting in settings)
        self._run(
            "pg_ctl", "start", "--wait", "--silent", "--pgdata", self.data,
            "--log", self.folder / "log", "--options", options,
        )  # fmt: skip

    def stop(self, mode: str = "fast") -> None:
        """`immediate` drops every connection without a word, as a crash does."""
        self._run("pg_ctl", "stop", "--wait", "--silent", "--pgdata", self.data, "--mode", mode)

    def kill(self) -> None:
        """SIGKILL to all of it at once; returns when nothing of it is left (Linux only)."""
        postmaster = self.postmaster()
        processes = [postmaster, *_children(postmaster)]
        for pid in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while any(map(_alive, processes)):
            time.sleep(0.01)
        # Where nobody collects zombies, the server would take its own for a running one.
        for lock in (self.data / "postmaster.pid", self.folder / f".s.PGSQL.{PORT}.lock"):
            lock.unlink()

    def remove_after(self, owner: int) -> None:
        """Stop and remove the server once the process `owner` is gone, however it ended."""
        guard = (
            f"(while kill -0 {owner}; do sleep 1; done;"
            f" kill -QUIT {self.postmaster()}; sleep 1; rm -rf {self.folder})"
        )
        quiet = subprocess.DEVNULL
        subprocess.run(
            ["sh", "-c", f"{guard} &"],
            stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True, check=True,
        )  # fmt: skip

    def is_running(self) -> bool:
        """A server that ended by itself, for want of a disk for example, is not."""
        return (self.data / "postmaster.pid").exists()

    def postmaster(self) -> int:
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def remove(self) -> None:
        """Stop it if it runs, and leave nothing behind."""
        if self.is_running():
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql://baton@/{database}?host={self.folder}&port={PORT}"

    def create_database(self, name: str, *, template: str = "template0") -> str:
        """A new database as a copy of `template`, on which nobody may be connected; its URL."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Gone, whoever is still connected."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self._execute(statement.format(sql.Identifier(name)))

    def make_standby(self, folder: Path) -> "Server":
        """A second server in `folder` that follows this one, byte for byte; it is not started."""
        other = Server(folder)
        other._options = self._options
        if self._account:
            os.chown(folder, self._account["user"], self._account["group"])
        self._run(
            "pg_basebackup", "--pgdata", other.data, "--write-recovery-conf", "--checkpoint=fast",
            "--wal-method=stream", "--no-sync", "--host", self.folder, "--port", str(PORT),
            "--username", "baton",
        )  # fmt: skip
        return other

    def promote(self) -> None:
        """A standby becomes a server of its own; returns when it takes writes."""
        self._run("pg_ctl", "promote", "--wait", "--silent", "--pgdata", self.data)

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, program: str, *arguments: str | Path) -> None:
        # A file, not a pipe: the server inherits it and would hold a pipe open.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [self._programs / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
                check=False,
                **self._account,
            )
            if done.returncode != 0:
                output.seek(0)
                raise RuntimeError(f"{program} failed: {output.read().decode(errors='replace')}")


_LOOK = """
SELECT (SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()),
       (SELECT md5(string_agg(concat_ws(' ', of, oid, number, made, facts), ',' ORDER BY 1, 2, 3))
        FROM (
          SELECT 1, oid, 0, xmin::text, concat_ws(' ', relname, reltuples, relpages)
          FROM pg_class WHERE oid >= 16384
          UNION ALL SELECT 2, attrelid, attnum, xmin::text, '' FROM pg_attribute
          WHERE attrelid >= 16384
          UNION ALL SELECT 3, oid, 0, xmin::text, '' FROM pg_constraint WHERE oid >= 16384
          UNION ALL SELECT 4, oid, 0, xmin::text, '' FROM pg_trigger
          UNION ALL SELECT 5, oid, 0, xmin::text, '' FROM pg_proc WHERE oid >= 16384
          UNION ALL SELECT 6, oid, 0, xmin::text, nspname FROM pg_namespace
          UNION ALL SELECT 7, starelid, staattnum, '', '' FROM pg_statistic
          WHERE starelid >= 16384
          UNION ALL SELECT 8, 0::oid, 0, '', setconfig::text FROM pg_db_role_setting
          WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
        ) AS parts (of, oid, number, made, facts))
"""
"""Who else is connected, and a mark of everything but rows: it changes with any table, condition,
trigger, function, statistic or setting."""
_EMPTY = """
DO $$
DECLARE each record; filled boolean;
BEGIN
  FOR each IN SELECT oid::regclass AS it FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', each.it) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM %s', each.it); END IF;
  END LOOP;
  FOR each IN SELECT seqrelid::regclass AS it, seqstart FROM pg_sequence LOOP
    PERFORM setval(each.it, each.seqstart, false);
  END LOOP;
END $$
"""
"""No row in any table, and every number begins anew."""


class Databases:
    """Databases with the schema in them, each as good as new, and used by one test after another:
    making one takes longer than most tests. One that a test changed otherwise than by rows, or
    from which somebody is still connected, is not used again."""

    def __init__(self, server: Server, template: str) -> None:
        self._server = server
        self._template = template
        self._marks: dict[str, str] = {}
        self._free: list[str] = []

    def take(self) -> str:
        """The name of one that nobody uses."""
        if self._free:
            return self._free.pop()
        name = f"test_{uuid.uuid4().hex}"
        self._server.create_database(name, template=self._template)
        with self._connected(name) as connection:
            _, self._marks[name] = _looked(connection)
        return name

    def give_back(self, name: str) -> None:
        with self._connected(name) as connection:
            others, mark = _looked(connection)
            if clean := not others and mark == self._marks[name]:
                # Neither triggers nor foreign keys: the audit's rows are not for deleting.
                connection.execute("SET session_replication_role = replica")
                connection.execute(_EMPTY)
        if clean:
            self._free.append(name)
        else:
            self._server.drop_database(name)

    def _connected(self, name: str) -> "psycopg.Connection[Any]":
        return psycopg.connect(self._server.url(name), autocommit=True)


def _looked(connection: "psycopg.Connection[Any]") -> tuple[int, str]:
    others, mark = connection.execute(_LOOK).fetchone() or (0, "")
    return int(others), str(mark)


def _account() -> dict[str, Any]:
    """The server refuses to run as root; then it runs as Debian's own user for it."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _alive(pid: int) -> bool:
    """A zombie counts as gone: nobody may be there to collect it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
