"""The steps of one seed: where they are counted, and the place in which they are gone."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.campaign.machine import story
from tests.campaign.machine.world import Place, remembering


@dataclass
class Course:
    """What came of one seed."""

    seed: int
    steps: Counter[str]
    figures: Counter[str]
    broken: str = ""


@contextmanager
def opened(number: int, url: str | None) -> Iterator[Course]:
    """A place for stories; what they do is counted in the course."""
    place = Place(url)
    story.place.append(place)
    story.steps.clear()
    story.figures.clear()
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # a replica that dies has much to say
    course = Course(number, story.steps, story.figures)
    try:
        with remembering():
            yield course
    finally:
        course.steps, course.figures = Counter(story.steps), Counter(story.figures)
        logging.disable(before)
        story.place.remove(place)
        place.close()
