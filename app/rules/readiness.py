"""Whether somebody is ready for a shift, as lights (product.md 25)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.rules.calendar import Interval
from app.rules.organisation import PersonId, RotaId

TEST_COUNTS = timedelta(days=30)
"""For so long an answered test page shows that the next one comes."""
STAGES = (timedelta(days=7), timedelta(days=1), timedelta(hours=1))
"""So long before a shift its person's readiness is looked at."""


class Need(StrEnum):
    """What a shift asks for."""

    WAKING = "waking"
    TESTED = "tested"
    ACCOUNT = "account"
    WHOLE = "whole"


class Light(StrEnum):
    OK = "ok"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """How one need stands; `at` is the last answered test page, or where the shift has a hole."""

    need: Need
    light: Light
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """Of `person`, for their shift on `rota` if they have one to come."""

    person: PersonId
    checked: tuple[Checked, ...]
    rota: RotaId | None = None
    shift: Interval | None = None

    @property
    def ready(self) -> bool:
        """What is not known is not held against anybody."""
        return not self.missing

    @property
    def missing(self) -> tuple[Checked, ...]:
        return tuple(each for each in self.checked if each.light is Light.MISSING)


def stage_at(start: datetime, now: datetime) -> timedelta | None:
    """The stage that a shift which begins at `start` has reached; None while it is far off."""
    reached = [each for each in STAGES if start - each <= now]
    return min(reached) if reached else None
