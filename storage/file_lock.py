"""Keeps a SQLite file to one `run` at a time, and notices when the file has vanished."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


class FileHeld(Exception):
    """The database file must not be used now; the text tells the operator why."""


@contextlib.contextmanager
def hold_file(path: Path, *, restoring: bool = False) -> Iterator[None]:
    """Hold the SQLite file at `path` for one long-running process; before it is opened.

    The lock is the kernel's and stands on `<file>.lock`, so it ends with the process however
    that ends. The lock's file stays: where it stands and the database does not, the database
    was lost, and starting empty would be silence that looks like calm. Short commands do not
    ask for it; SQLite's own locks settle those. `restoring` is for whoever puts a lost one back.
    """
    beside = path.with_name(path.name + ".lock")
    known = beside.exists()
    with _open(beside) as file:
        _lock(file, path)
        if known and not restoring and not (path.exists() and path.stat().st_size):
            raise FileHeld(
                f"{path} is gone or empty, but Baton has run on it before. Put back a backup;"
                f" or, to start anew without any memory, delete {beside} and start again."
            )
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        yield


@contextlib.contextmanager
def _open(beside: Path) -> Iterator[int]:
    try:
        file = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FileHeld(f"{beside} cannot be written: {error.strerror}.") from error
    try:
        yield file
    finally:
        os.close(file)


def _lock(file: int, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(file, 20, 0).decode().strip() or "unknown"
        raise FileHeld(
            f"Another `run` (process {holder}) already works on {path}. One process serves a"
            " SQLite file; for several, use PostgreSQL."
        ) from error
