"""Drives the machine by Hypothesis, which shortens what breaks, for a number of steps."""

import traceback

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.campaign.machine import story
from tests.campaign.machine.course import Course, opened

A_STORY = 150
"""Steps of one example at most."""
A_BATCH = 10
"""Examples after which the steps are counted."""


def drive(
    number: int,
    wanted: int,
    *,
    url: str | None = None,
    shrink: bool = True,
    batch_of: int = A_BATCH,
) -> Course:
    """At least so many steps, or fewer up to the first broken law, which is told."""
    with opened(number, url) as course:
        for batch in range(100_000):
            if course.broken or sum(course.steps.values()) >= wanted:
                break
            course.broken = _batch(number * 100_000 + batch, shrink=shrink, examples=batch_of)
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
