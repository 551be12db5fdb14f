"""Whether a claim is still held: looked at in the instant before its first byte leaves.

A process that was frozen, or on a machine that was suspended, wakes in the middle of what it did.
Meanwhile another one may have taken the effect over and said it.
"""

from contextvars import ContextVar

from app.flows.elapsed import elapsed
from storage.effects import Effect


class LeaseLost(Exception):
    """The lease ran out before this could be said; somebody else may have it by now."""


class Hold:
    """One claim for as long as its lease runs, by a clock that nobody can set and that counts a
    suspension. Whatever thread says the effect may look at it."""

    def __init__(self, effect: Effect, *, seconds: float) -> None:
        self.effect = effect
        self.begun = False
        """Something of it may have been heard."""
        self.lengthen(elapsed(), seconds=seconds)

    def lengthen(self, since: float, *, seconds: float) -> None:
        """It is held for so many seconds from that instant on."""
        self._until = since + seconds

    def check(self) -> None:
        """Raises LeaseLost when it may be another's by now; else its first byte may leave."""
        if elapsed() >= self._until:
            raise LeaseLost
        self.begun = True


HELD: ContextVar[Hold | None] = ContextVar("held", default=None)
"""The claim that this task speaks. Outside of a lane there is none."""


def check_lease() -> None:
    """What the phones' lines and Slack's client call before each message: raises LeaseLost."""
    hold = HELD.get()
    if hold is not None:
        hold.check()
