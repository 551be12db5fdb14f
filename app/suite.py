"""`python3 -m app test`: the linters and the tests, as CI runs them."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent

LINTERS = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",))
# A worker that is done takes over from another; the ten slowest are told, lest they grow.
EVERYTHING = ("pytest", "--numprocesses", "auto", "--dist", "worksteal", "--durations", "10")


def run_suite(arguments: Sequence[str]) -> int:
    """Run it all and answer with the first failure's exit code.

    With `arguments`, run only pytest with them: for looking at one thing again and again.
    """
    if arguments:
        return _run("pytest", *arguments)
    codes = [_run(*command) for command in (*LINTERS, EVERYTHING)]
    return next((code for code in codes if code != 0), 0)


def _run(tool: str, *arguments: str) -> int:
    print("▸", tool, *arguments, flush=True)
    return subprocess.run(
        [sys.executable, "-m", tool, *arguments], cwd=ROOT, check=False
    ).returncode
