"""Hostile input: a fuzzer for every parser, and strangers at every door of a running Baton."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.campaign.hostile import guided
from tests.campaign.hostile.door import Visits, visit
from tests.campaign.hostile.mutate import fuzz
from tests.campaign.hostile.targets import TARGETS, Target
from tests.campaign.report import Finding, at_least, at_most, exactly, told

MINUTES, SHORT = 60.0, 0.15
DOORS = 0.4
"""This part of the time goes to the running Baton, the rest in equal parts to the parsers."""
GROWTH, MOST = 64, 256
"""MiB that a running Baton may grow by, and be in all."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--minutes", type=float, help=f"in all ({MINUTES:g}; short {SHORT:g})")
    parser.add_argument("--seed", type=int, default=1, help="of every chance in it")
    parser.add_argument(
        "--by-chance", action="store_true", help="plain mutations also where atheris is there"
    )


def run(options: argparse.Namespace) -> Sequence[Finding]:
    """With atheris where it can be imported; the first line says which it was."""
    seconds = 60 * (options.minutes or (SHORT if options.short else MINUTES))
    with_atheris = guided.is_there() and not options.by_chance
    findings = [told(f"parsers fuzzed {'by atheris' if with_atheris else 'by chance'}", 1)]
    each = seconds * (1 - DOORS) / len(TARGETS)
    for target in TARGETS.values():
        findings += _parser(target, with_atheris, seconds=each, chance=options.seed)
    with tempfile.TemporaryDirectory(prefix="baton-hostile-") as folder:
        visits = asyncio.run(visit(Path(folder), seconds=seconds * DOORS, chance=options.seed))
    return [*findings, *_doors(visits)]


def _parser(
    target: Target, with_atheris: bool, *, seconds: float, chance: int
) -> Sequence[Finding]:
    if with_atheris:
        tried, broken = guided.fuzz(target.name, target.seeds, seconds=seconds)
        _show([broken] if broken else [])
        return [
            at_least(f"{target.name}: inputs", tried, len(target.seeds)),
            _uncaught(target, bool(broken)),
        ]
    found = fuzz(target, seconds=seconds, chance=chance)
    _show(found.broken)
    return [
        at_least(f"{target.name}: inputs", found.tried, len(target.seeds)),
        _uncaught(target, len(found.broken)),
        at_most(f"{target.name}: slowest input", found.slowest, 1, "s"),
    ]


def _uncaught(target: Target, number: int) -> Finding:
    return exactly(f"{target.name}: broken promises and uncaught errors", number, 0)


def _doors(visits: Visits) -> Sequence[Finding]:
    _show([*visits.strange[:5], *visits.slow[:5]])
    return [
        at_least("requests to a running Baton", visits.asked, 100),
        exactly("answers other than 2xx, 4xx, 503", len(visits.strange), 0),
        exactly("requests answered after more than a second, twice", len(visits.slow), 0),
        told("slowest answer", visits.slowest, "s"),
        exactly("tracebacks in its log", visits.traces, 0),
        exactly("alive at the end, and takes an alert", int(visits.alive), 1),
        at_most("memory it grew by", visits.memory_after - visits.memory_before, GROWTH, "MiB"),
        at_most("memory at the end", visits.memory_after, MOST, "MiB"),
    ]


def _show(broken: Sequence[str]) -> None:
    """What broke a bound, for whoever mends it; the figures come on stdout."""
    for each in broken:
        print(each, file=sys.stderr)
