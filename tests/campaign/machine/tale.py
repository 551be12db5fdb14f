"""A story: what happened in it, what broke, and the same events happening again."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.campaign.machine.choice import Step
from tests.campaign.machine.ledger import Ledger
from tests.campaign.machine.story import Story


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

    tale.broken = what_breaks(go_on)
    return tale


def what_breaks(go_on: Callable[[], None]) -> Exception | None:
    try:
        go_on()
    except Exception as error:
        return error
    return None
