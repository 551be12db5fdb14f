"""A folder in memory for all the files of a run of the tests: databases, servers, profiles.

Baton waits for the disk at every commit, and what a test shows does not depend on how long.
"""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

MEMORY = Path("/dev/shm")
ROOM = 2 << 30
"""Bytes that have to be free; the suite needs a part of it."""


class Files:
    """Every temporary file of this process, and of those that it starts, is made in `folder`."""

    def __init__(self) -> None:
        _sweep()
        self.folder = Path(tempfile.mkdtemp(prefix="baton-tests-", dir=MEMORY))
        # A PostgreSQL in it may be another account's, and has to get there.
        self.folder.chmod(0o711)
        self._held = _held(self.folder)
        os.environ["TMPDIR"] = tempfile.tempdir = str(self.folder)

    @classmethod
    def where_there_is_room(cls) -> "Files | None":
        """None where memory is scarce, runs no programs, or where somebody has said TMPDIR."""
        if "TMPDIR" in os.environ or not MEMORY.is_dir():
            return None
        told = os.statvfs(MEMORY)
        fits = told.f_bavail * told.f_frsize >= ROOM and not told.f_flag & os.ST_NOEXEC
        return cls() if fits and os.access(MEMORY, os.W_OK) else None

    def leave(self, *, keep: bool) -> None:
        """The end of the run; what is kept is there until the next one."""
        if self._held is not None:
            self._held.close()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)


def _held(folder: Path) -> IO[str] | None:
    """The folder's lock, held for as long as the file is open; None when somebody has it."""
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _sweep() -> None:
    """What runs left behind that were killed, or kept for a look at what had failed."""
    for folder in MEMORY.glob("baton-tests-*"):
        if (folder / "lock").exists() and (lock := _held(folder)):
            shutil.rmtree(folder, ignore_errors=True)
            lock.close()
