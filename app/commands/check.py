"""`check`: everything that is wrong or missing in an organisation file; for people and for CI."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.commands.memory import settings_now
from app.commands.sentences import told
from app.organisation.read import Reading, read, read_file


@told
def main(arguments: Sequence[str]) -> int:
    """Exit code 1 when something must be mended (with --strict: or when there is a warning)."""
    options = _parser().parse_args(arguments)
    reading = read_given(options.file)
    print(reading.as_json() if options.json else reading.text())
    return 1 if reading.problems or (options.strict and reading.warnings) else 0


def read_given(file: str | None) -> Reading:
    """The file that was named, standard input for "-", else the one BATON_ORGANISATION names."""
    now = datetime.now(UTC)
    if file == "-":
        return read(sys.stdin.buffer.read(), source="standard input", now=now)
    return read_file(path_of(file), now=now)


def path_of(file: str | None) -> Path:
    return Path(file) if file is not None else settings_now().organisation


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m app check",
        description="List everything that is wrong or missing in an organisation file. "
        "Problems prevent applying it; warnings do not.",
    )
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help="default: BATON_ORGANISATION; - for standard input"
    )
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    parser.add_argument("--strict", action="store_true", help="warnings fail as well")
    return parser
