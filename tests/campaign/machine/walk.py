"""Stories by a seeded chooser: the steps and the laws of `story`, without what Hypothesis costs.

A story is the same again for the same seed. When a law breaks in it, the fewest steps that still
break that law are told.
"""

import random
from collections import Counter
from collections.abc import Callable

from tests.campaign.machine import story
from tests.campaign.machine.choice import FIRST, STEPS
from tests.campaign.machine.course import Course, opened
from tests.campaign.machine.ledger import Ledger
from tests.campaign.machine.story import Story
from tests.campaign.machine.tale import Event, Tale, retell, what_breaks
from tests.campaign.machine.twice import in_disguise, takes_phones, without_slack

A_STORY = 200
"""Steps of one story, of those that found something to do."""
A_COURSE = 100_000
"""Stories of one seed at most: they are numbered in it."""
LIKELY = (0, 1, 1, 1, 2, 4)
"""In each story some things happen often, and some not at all."""
TRIES = 200
"""So often a broken story is told again to shorten it."""


def walk(
    number: int, wanted: int, *, url: str | None = None, shrink: bool = True, length: int = A_STORY
) -> Course:
    """At least so many steps, or fewer up to the first broken law, which is told."""
    with opened(number, url) as course:
        for each in range(A_COURSE):
            if sum(course.steps.values()) >= wanted:
                break
            seed = number * A_COURSE + each
            tale = _tell(seed, length)
            if tale.broken is not None:
                course.broken = _told(seed, tale, shrink=shrink)
                break
    return course


def replay(seed: int) -> str:
    """What breaks in the story of this seed, with the fewest steps; empty when nothing does."""
    with opened(seed // A_COURSE, None):
        tale = _tell(seed, A_STORY)
        return _told(seed, tale, shrink=True) if tale.broken else ""


def _tell(seed: int, length: int) -> Tale:
    """Every eighth story is told again in disguise, every eighth without Slack."""
    return _twice(seed)(tell(seed, length, with_phones=_twice(seed) is without_slack))


def _twice(seed: int) -> Callable[[Tale], Tale]:
    return {1: in_disguise, 5: without_slack}.get(seed % 8, _once)


def _once(tale: Tale) -> Tale:
    return tale


def tell(seed: int, length: int = A_STORY, *, with_phones: bool = False) -> Tale:
    """The story of this seed; `with_phones` nobody is left with nothing but Slack."""
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
            event = Event(step, step.pick(chance))
            if with_phones and takes_phones(event):
                continue
            tale.events.append(event)
            if not tale.events[-1].happen(it):
                tale.events.pop()
            if len(tale.events) > length:
                break
        tale.ledger = Ledger.of(it.world)
        it.end()

    tale.broken = what_breaks(go_on)
    return tale


def _told(seed: int, tale: Tale, *, shrink: bool) -> str:
    before = Counter(story.steps), Counter(story.figures)
    short = shorten(tale, _twice(seed)) if shrink else tale
    for counts, kept in zip((story.steps, story.figures), before, strict=True):
        counts.clear()
        counts.update(kept)
    told = [f"story {seed}: {type(short.broken).__name__}: {short.broken}"]
    return "\n".join([*told, *(f"  {event}" for event in short.events)])


def shorten(tale: Tale, twice: Callable[[Tale], Tale]) -> Tale:
    """The story without whatever it takes not to break the same law."""
    tries, size = TRIES, len(tale.events) // 2
    while size:
        at = 1
        while at < len(tale.events) and tries:
            tries -= 1
            shorter = twice(retell([*tale.events[:at], *tale.events[at + size :]]))
            if _law(shorter) == _law(tale):
                tale = shorter
            else:
                at += size
        size //= 2
    return tale


def _law(tale: Tale) -> object:
    return type(tale.broken), str(tale.broken).partition(":")[0]
