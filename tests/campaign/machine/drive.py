"""Drives the machine for a number of steps from one seed."""

import logging
import traceback
from collections import Counter
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.campaign.machine import story
from tests.campaign.machine.world import Place, remembering

A_STORY = 150
"""Steps of one example at most."""
A_BATCH = 10
"""Examples after which the steps are counted."""


@dataclass
class Course:
    """What came of one seed."""

    seed: int
    steps: Counter[str] = field(default_factory=Counter)
    figures: Counter[str] = field(default_factory=Counter)
    broken: str = ""


def drive(
    number: int,
    wanted: int,
    *,
    url: str | None = None,
    shrink: bool = True,
    batch_of: int = A_BATCH,
) -> Course:
    """At least so many steps, or fewer up to the first broken law, which is told."""
    place = Place(url)
    story.place.append(place)
    story.steps.clear()
    story.figures.clear()
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # a replica that dies has much to say
    course = Course(number)
    batch = 0
    try:
        with remembering():
            while not course.broken and sum(story.steps.values()) < wanted:
                course.broken = _batch(number * 100_000 + batch, shrink=shrink, examples=batch_of)
                batch += 1
    finally:
        logging.disable(before)
        story.place.remove(place)
        place.close()
    course.steps, course.figures = Counter(story.steps), Counter(story.figures)
    return course


def _batch(number: int, *, shrink: bool, examples: int) -> str:
    phases = [Phase.generate, *([Phase.shrink] if shrink else [])]
    limits = settings(
        max_examples=examples,
        stateful_step_count=A_STORY,
        deadline=None,
        database=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    try:
        run_state_machine_as_test(seed(number)(story.Story), settings=limits)
    except Exception as error:
        notes = "\n".join(getattr(error, "__notes__", ()))
        kept = [line for line in notes.splitlines() if "the_laws_hold" not in line]
        return "\n".join([*traceback.format_exception_only(error)[:1], *kept])
    return ""
