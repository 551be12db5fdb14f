"""`python3 -m app test`: the linters and the tests, as CI runs them."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent

LINTERS = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",))
# A worker that is done takes over from another; the ten slowest are told, lest they grow.
EVERYTHING = ("pytest", "--dist", "worksteal", "--durations", "10", "--numprocesses")


def run_suite(arguments: Sequence[str]) -> int:
    """Run it all and answer with the first failure's exit code.

    With `arguments`, run only pytest with them: for looking at one thing again and again.
    """
    if arguments:
        return _run("pytest", *arguments)
    commands = (*LINTERS, (*EVERYTHING, str(_workers())))
    codes = [_run(*command) for command in commands]
    return next((code for code in codes if code != 0), 0)


def _workers() -> int:
    """Half as many again as there are processors: for much of their time tests wait."""
    processors = os.cpu_count() or 1
    return processors + max(1, processors // 2)


def _run(tool: str, *arguments: str) -> int:
    print("▸", tool, *arguments, flush=True)
    return subprocess.run(
        [sys.executable, "-m", tool, *arguments], cwd=ROOT, check=False
    ).returncode
