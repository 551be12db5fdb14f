"""A Hypothesis state machine over the real flows, claims and records: what may happen to Baton, in
any order, with the invariants of reliability.md 3 looked at after each step.

Two replicas share a database, each with its own clock, lanes and memory; phones and Slack do as
they are told: answer, refuse, hang, lose the question or the answer. The laws are read from the
database and from what the far ends heard, by code of its own.
"""

import argparse
import multiprocessing
import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.campaign.machine.drive import Course, drive
from tests.campaign.report import Finding, at_least, exactly, told

STEPS, SHORT = 1_000_000, 20_000
A_COURSE = 5_000
"""Steps of one seed; so many are done by a process at a time."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--steps", type=int, help=f"at least so many ({STEPS:,})")
    parser.add_argument("--seed", type=int, default=1, help="of the first course; each has its own")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)


def run(options: argparse.Namespace) -> Sequence[Finding]:
    """Each course of some thousand steps has its own seed, which is printed when it breaks."""
    wanted = options.steps or (SHORT if options.short else STEPS)
    steps: Counter[str] = Counter()
    figures: Counter[str] = Counter()
    broken = 0
    for course in _courses(wanted, options.seed, options.workers):
        steps += course.steps
        figures += course.figures
        broken += bool(course.broken)
        if course.broken:
            print(f"seed {course.seed}:\n{course.broken}\n", flush=True)
        if not course.seed % 20:
            print(f"{sum(steps.values()):,} steps, {broken} broken", flush=True)
    return [
        at_least("steps", sum(steps.values()), wanted),
        *(told(f"  {name}", count) for name, count in steps.most_common()),
        *(told(name, count) for name, count in sorted(figures.items())),
        exactly("broken invariants", broken, 0),
    ]


def _courses(wanted: int, seed: int, workers: int) -> Sequence[Course]:
    """As many as it takes; a course that broke has fewer steps."""
    sizes = [A_COURSE] * (wanted // A_COURSE) + ([wanted % A_COURSE] if wanted % A_COURSE else [])
    seeds = range(seed, seed + len(sizes))
    if workers == 1:
        return [drive(each, size) for each, size in zip(seeds, sizes, strict=True)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        return list(pool.map(drive, seeds, sizes))
