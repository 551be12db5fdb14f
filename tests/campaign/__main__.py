"""`python3 -m tests.campaign NAME [--short]`: run one campaign; exit 1 when a bound is broken."""

import argparse
import importlib
import logging
import pkgutil
import sys
import time
from collections.abc import Sequence
from typing import Protocol, cast

import tests.campaign
from tests.campaign.report import Finding, report


class Campaign(Protocol):
    """What a module or package `tests.campaign.NAME` offers."""

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add its own options; `--short` is there already."""

    def run(self, options: argparse.Namespace) -> Sequence[Finding]:
        """Everything that was found, in the order of its telling."""


NO_CAMPAIGN = ("report",)
"""Modules beside the campaigns that are none."""


def names() -> list[str]:
    """Every campaign there is."""
    found = (each.name for each in pkgutil.iter_modules(tests.campaign.__path__))
    return [
        name for name in found if not name.startswith(("_", "test_")) and name not in NO_CAMPAIGN
    ]


def main(arguments: Sequence[str]) -> int:
    name = arguments[0] if arguments else ""
    if name not in names():
        print(f"python3 -m tests.campaign NAME [--short]; NAME is one of: {', '.join(names())}")
        return 2
    campaign = cast(Campaign, importlib.import_module(f"tests.campaign.{name}"))
    parser = argparse.ArgumentParser(
        prog=f"python3 -m tests.campaign {name}", description=campaign.__doc__
    )
    parser.add_argument("--short", action="store_true", help="the form that the suite runs")
    campaign.arguments(parser)
    logging.getLogger().addHandler(logging.NullHandler())  # the table alone is printed
    began = time.monotonic()
    findings = campaign.run(parser.parse_args(arguments[1:]))
    print(report(name, findings, seconds=time.monotonic() - began))
    return 0 if all(finding.held for finding in findings) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
