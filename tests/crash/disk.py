"""A small disk of a test's own, which it fills and frees again."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

BALLAST = "ballast"


@contextlib.contextmanager
def small_disk(folder: Path, *, megabytes: int = 8) -> Iterator[Path]:
    """A file system of so many megabytes, where this machine lets us have one."""
    disk = folder / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(disk)]
    try:
        done = subprocess.run(mounting, capture_output=True, check=False).returncode
    except FileNotFoundError:
        done = 1
    if done:
        pytest.skip("only root can mount a small disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path) -> None:
    """To the last byte."""
    with contextlib.suppress(OSError), (disk / BALLAST).open("wb", 0) as ballast:
        while True:
            ballast.write(bytes(4096))


def free(disk: Path) -> None:
    (disk / BALLAST).unlink()
