"""A state machine over the real flows, claims and records: what may happen to Baton, in any order,
with the invariants of reliability.md 3 looked at after each step.

Two replicas share a database, each with its own clock, lanes and memory; phones and Slack do as
they are told: answer, refuse, hang, lose the question or the answer. The laws are read from the
database and from what the far ends heard, by code of its own. Here a seeded chooser tells the
stories, some hundred steps each; in the suite Hypothesis tells some of them as well. With
`--mutants` Baton is given deliberate mistakes, each of which must break a law.
"""

import argparse
import multiprocessing
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.campaign.machine.course import Course
from tests.campaign.machine.mutants import MUTANTS, survive
from tests.campaign.machine.walk import replay, walk
from tests.campaign.report import Finding, at_least, at_most, exactly, told

STEPS, SHORT = 1_000_000, 20_000
A_COURSE = 5_000
"""Steps of one seed; so many are done by a process at a time."""
MUTANT = 20_000
"""Steps in which a mutant must be found."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--steps", type=int, help=f"at least so many ({STEPS:,})")
    parser.add_argument("--seed", type=int, default=1, help="of the first course; each has its own")
    parser.add_argument("--story", type=int, help="tell this one again: the number that was told")
    parser.add_argument(
        "--mutants", action="store_true", help=f"each must be found in {MUTANT:,} steps"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)


def run(options: argparse.Namespace) -> Sequence[Finding]:
    """Each course of some thousand steps has its own seed; a story that breaks is told."""
    if options.story is not None:
        broken = replay(options.story)
        print(broken)
        return [exactly("broken invariants", bool(broken), 0)]
    if options.mutants:
        return _mutants(options.steps or MUTANT, options.seed)
    return _stories(options.steps or (SHORT if options.short else STEPS), options)


def _stories(wanted: int, options: argparse.Namespace) -> Sequence[Finding]:
    steps: Counter[str] = Counter()
    figures: Counter[str] = Counter()
    broken = 0
    for course in _courses(wanted, options.seed, options.workers):
        steps += course.steps
        figures += course.figures
        broken += bool(course.broken)
        if course.broken:
            print(f"{course.broken}\n", flush=True)
        if not course.seed % 10:
            print(f"{steps.total():,} steps, {broken} broken", flush=True)
    return [
        at_least("steps", steps.total(), wanted),
        *(told(f"  {name}", count) for name, count in steps.most_common()),
        *(told(name, count) for name, count in sorted(figures.items())),
        exactly("broken invariants", broken, 0),
    ]


def _courses(wanted: int, seed: int, workers: int) -> Iterator[Course]:
    """As many as it takes; a course that broke has fewer steps."""
    sizes = [A_COURSE] * (wanted // A_COURSE) + ([wanted % A_COURSE] if wanted % A_COURSE else [])
    seeds = range(seed, seed + len(sizes))
    if workers == 1:
        yield from map(walk, seeds, sizes)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from pool.map(walk, seeds, sizes)


def _mutants(limit: int, seed: int) -> Sequence[Finding]:
    findings = []
    for name in MUTANTS:
        steps, broken = survive(name, limit, seed)
        print(f"{name}: {broken or 'not found'}", flush=True)
        findings.append(at_most(f"{name}, steps until it was found", steps, limit))
    return findings
