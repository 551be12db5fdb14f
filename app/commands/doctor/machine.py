"""Python, and the packages against the lock."""

import platform
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from app.commands.doctor.finding import Finding, fail, ok, warn

ROOT = Path(__file__).parents[3]
LOCK = ROOT / "app" / "requirements.lock"
OLDEST = (3, 11)
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(\s*;)?", re.MULTILINE)
MOST_NAMED = 4


def look_at_machine() -> Iterator[Finding]:
    if sys.version_info[:2] < OLDEST:
        fix = "Start Baton with Python 3.11 or later."
        yield fail("python", f"Python {platform.python_version()} is too old", fix)
    else:
        yield ok("python", f"Python {platform.python_version()}")
    yield _packages(LOCK)


def _packages(lock: Path) -> Finding:
    """What is installed beside this Python, against the lock."""
    try:
        text = lock.read_text(encoding="utf-8")
    except OSError:
        return ok("packages", "not compared: this installation has no lock beside it")
    odd = []
    for name, wanted, conditional in PINNED.findall(text):
        found = _installed(name)
        if found != wanted and not (conditional and found is None):
            odd.append(f"{name} {found or 'missing'} instead of {wanted}")
    if odd:
        more = f" and {len(odd) - MOST_NAMED} more" if len(odd) > MOST_NAMED else ""
        return warn(
            "packages",
            f"not what the lock names: {', '.join(odd[:MOST_NAMED])}{more}",
            "Delete .venv and start `python3 -m app` once; it installs what is locked.",
        )
    return ok("packages", "as locked")


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
