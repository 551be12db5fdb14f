"""The ladder: in which order, after what delay a person's contact methods ring (product.md 8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Method(StrEnum):
    SLACK = "slack"
    PUSH = "push"
    SMS = "sms"
    VOICE = "voice"
    EMAIL = "email"
    APPRISE = "apprise"

    @property
    def wakes(self) -> bool:
        """Slack is silenced by do-not-disturb, and e-mail wakes nobody."""
        return self not in (Method.SLACK, Method.EMAIL)


DEFAULT_DELAY = {Method.VOICE: timedelta(minutes=1)}
"""Slack, push, SMS and e-mail at once; voice after a minute."""
ALL_BEFORE = 0.75
"""Every method has started to ring by this part of the step's wait."""


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One contact method of a person; `contact` is None for their Slack account."""

    method: Method
    delay: timedelta
    verified: bool
    contact: int | None = None


def is_reachable(rungs: Sequence[Rung], *, out_of_hours: bool) -> bool:
    """Out of hours only a verified method that can wake counts; in hours any verified one does."""
    return any(rung.verified and (rung.method.wakes or not out_of_hours) for rung in rungs)


def ladder(rungs: Sequence[Rung], *, wait: timedelta) -> list[Rung]:
    """The rungs to ring with their delays, squeezed so that all have rung before `wait` ends.

    Unverified ones never ring: a mistyped address is a stranger's.
    """
    rungs = [rung for rung in rungs if rung.verified]
    if not rungs:
        return []
    longest = max(rung.delay for rung in rungs)
    limit = wait * ALL_BEFORE
    scale = 1.0 if longest <= limit else limit / longest
    return sorted(
        (
            Rung(
                method=rung.method,
                delay=rung.delay * scale,
                verified=rung.verified,
                contact=rung.contact,
            )
            for rung in rungs
        ),
        key=lambda rung: rung.delay,
    )
