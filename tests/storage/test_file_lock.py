"""One `run` per SQLite file, and no fresh start over a lost one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage.engine import open_engine
from storage.file_lock import FileHeld, hold_file

ROOT = Path(__file__).parents[2]
HOLD = """
import pathlib, sys, time
from storage.file_lock import hold_file
with hold_file(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "baton.db"


def fill(path: Path) -> None:
    open_engine(f"sqlite:///{path}").dispose()


def test_a_second_run_is_refused_until_the_first_is_killed(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path], cwd=ROOT, stdout=subprocess.PIPE
    ) as first:
        assert first.stdout
        assert first.stdout.readline() == b"held\n"
        fill(path)  # a short command works beside it
        with pytest.raises(FileHeld, match=rf"process {first.pid}\b.*PostgreSQL"), hold_file(path):
            pass
        os.kill(first.pid, signal.SIGKILL)
    with hold_file(path):
        assert path.exists()


def test_a_first_start_and_every_later_one_are_let_in(path: Path) -> None:
    for _ in range(3):
        with hold_file(path):
            fill(path)


@pytest.mark.parametrize("loss", [Path.unlink, lambda path: os.truncate(path, 0)])
def test_a_lost_database_is_not_begun_anew(path: Path, loss: object) -> None:
    with hold_file(path):
        fill(path)
    assert callable(loss)
    loss(path)
    with pytest.raises(FileHeld, match=r"gone or empty.*delete .*baton\.db\.lock"), hold_file(path):
        pass
    path.with_name("baton.db.lock").unlink()
    with hold_file(path):
        fill(path)


def test_a_folder_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    with pytest.raises(FileHeld, match="cannot be written"), hold_file(tmp_path / "no" / "x.db"):
        pass
