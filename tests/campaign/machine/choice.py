"""What a step of the story may be given: once for Hypothesis, and once for a seeded chooser."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

F = TypeVar("F", bound=Callable[..., Any])


class Choice(Protocol):
    def strategy(self) -> st.SearchStrategy[Any]:
        """As Hypothesis draws it, and shrinks it."""

    def pick(self, chance: random.Random) -> Any:
        """As the chooser does."""


@dataclass(frozen=True)
class OneOf:
    values: Sequence[Any]

    def strategy(self) -> st.SearchStrategy[Any]:
        return st.sampled_from(self.values)

    def pick(self, chance: random.Random) -> Any:
        return self.values[int(chance.random() * len(self.values))]


@dataclass(frozen=True)
class Some:
    """At least `least` and at most `most`, with repeats."""

    values: Sequence[Any]
    least: int
    most: int

    def strategy(self) -> st.SearchStrategy[Any]:
        return st.lists(st.sampled_from(self.values), min_size=self.least, max_size=self.most)

    def pick(self, chance: random.Random) -> Any:
        return chance.choices(self.values, k=chance.randint(self.least, self.most))


EITHER = OneOf((False, True))


@dataclass(frozen=True)
class Step:
    """A rule of the story, to be run with `run(story, **chosen)`."""

    name: str
    run: Callable[..., None]
    choices: Mapping[str, Choice]
    when: Callable[[Any], bool] | None

    def pick(self, chance: random.Random) -> dict[str, Any]:
        return {name: choice.pick(chance) for name, choice in self.choices.items()}


STEPS: dict[str, Step] = {}
"""Every step of the story by its name, in the order of their writing."""
FIRST: list[Step] = []
"""The one that begins it."""


def step(*, when: Callable[[Any], bool] | None = None, **choices: Choice) -> Callable[[F], Any]:
    """One thing that may happen; only `when` that holds of the story."""

    def mark(method: F) -> Any:
        name = method.__name__
        STEPS[name] = Step(name, method, choices, when)
        made = _hypothesis(rule, choices)(method)
        return made if when is None else precondition(when)(made)

    return mark


def first(**choices: Choice) -> Callable[[F], Any]:
    """What happens before all others, once."""

    def mark(method: F) -> Any:
        FIRST.append(Step(method.__name__, method, choices, None))
        return _hypothesis(initialize, choices)(method)

    return mark


def _hypothesis(make: Any, choices: Mapping[str, Choice]) -> Any:
    return make(**{name: choice.strategy() for name, choice in choices.items()})
