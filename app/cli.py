"""The commands of `python3 -m app` and of `baton`."""

import argparse
import sys
from collections.abc import Sequence

from app.suite import run_suite


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the answer is the process's exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["test"]:  # everything after it belongs to pytest
        return run_suite(given[1:])
    parser = argparse.ArgumentParser(prog="baton", description="Incidents and on-call in Slack.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("test", help="run the linters and the tests; arguments go to pytest")
    parser.parse_args(given)
    return 0
