"""Stories by a seeded chooser: the steps and the laws of `story`, without what Hypothesis costs.

A story is the same again for the same seed. When a law breaks in it, the fewest steps that still
break that law are told.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.campaign.machine import story
from tests.campaign.machine.choice import FIRST, STEPS, Step
from tests.campaign.machine.course import Course, opened
from tests.campaign.machine.ledger import Ledger
from tests.campaign.machine.story import Story

A_STORY = 200
"""Steps of one story, of those that found something to do."""
A_COURSE = 100_000
"""Stories of one seed at most: they are numbered in it."""
LIKELY = (0, 1, 1, 1, 2, 4)
"""In each story some things happen often, and some not at all."""
TRIES = 200
"""So often a broken story is told again to shorten it."""


@dataclass(frozen=True)
class Event:
    step: Step
    chosen: Mapping[str, Any]

    def happen(self, tale: Story) -> bool:
        """False when it found nothing to do; raises what broke."""
        self.step.run(tale, **self.chosen)
        if tale.sound:
            return False
        tale.the_laws_hold()
        return True

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.chosen.items())
        return f"{self.step.name}({told})"


@dataclass
class Tale:
    """What happened in a story, and what broke in it."""

    events: list[Event] = field(default_factory=list)
    broken: Exception | None = None
    ledger: Ledger | None = None


def walk(
    number: int, wanted: int, *, url: str | None = None, shrink: bool = True, length: int = A_STORY
) -> Course:
    """At least so many steps, or fewer up to the first broken law, which is told."""
    with opened(number, url) as course:
        for each in range(A_COURSE):
            if sum(course.steps.values()) >= wanted:
                break
            seed = number * A_COURSE + each
            tale = tell(seed, length)
            if tale.broken is not None:
                course.broken = _told(seed, tale, shrink=shrink)
                break
    return course


def replay(seed: int) -> str:
    """What breaks in the story of this seed, with the fewest steps; empty when nothing does."""
    with opened(seed // A_COURSE, None):
        tale = tell(seed)
        return _told(seed, tale, shrink=True) if tale.broken else ""


def tell(seed: int, length: int = A_STORY) -> Tale:
    """The story of this seed."""
    chance = random.Random(seed)
    [first] = FIRST
    tale = Tale([Event(first, first.pick(chance))])
    likely = [chance.choice(LIKELY) for _ in STEPS]
    several = list(STEPS.values())
    it = Story()

    def go_on() -> None:
        tale.events[0].happen(it)
        for step in chance.choices(several, likely, k=5 * length):
            if step.when is not None and not step.when(it):
                continue
            tale.events.append(Event(step, step.pick(chance)))
            if not tale.events[-1].happen(it):
                tale.events.pop()
            if len(tale.events) > length:
                break
        tale.ledger = Ledger.of(it.world)
        it.end()

    tale.broken = _what_breaks(go_on)
    return tale


def retell(events: Iterable[Event]) -> Tale:
    """What happens when these do."""
    it = Story()
    tale = Tale()

    def go_on() -> None:
        for event in events:
            tale.events.append(event)
            if event.step.when is None or event.step.when(it):
                event.happen(it)
        tale.ledger = Ledger.of(it.world)
        it.end()

    tale.broken = _what_breaks(go_on)
    return tale


def _what_breaks(go_on: Callable[[], None]) -> Exception | None:
    try:
        go_on()
    except Exception as error:
        return error
    return None


def _told(seed: int, tale: Tale, *, shrink: bool) -> str:
    before = Counter(story.steps), Counter(story.figures)
    short = shorten(tale) if shrink else tale
    for counts, kept in zip((story.steps, story.figures), before, strict=True):
        counts.clear()
        counts.update(kept)
    told = [f"story {seed}: {type(short.broken).__name__}: {short.broken}"]
    return "\n".join([*told, *(f"  {event}" for event in short.events)])


def shorten(tale: Tale) -> Tale:
    """The story without whatever it takes not to break the same law."""
    tries, size = TRIES, len(tale.events) // 2
    while size:
        at = 1
        while at < len(tale.events) and tries:
            tries -= 1
            shorter = retell([*tale.events[:at], *tale.events[at + size :]])
            if _law(shorter) == _law(tale):
                tale = shorter
            else:
                at += size
        size //= 2
    return tale


def _law(tale: Tale) -> object:
    return type(tale.broken), str(tale.broken).partition(":")[0]
