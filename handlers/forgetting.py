"""The tick's duty that forgets what is old, a little at a time so that nobody waits for it."""

import time
from datetime import timedelta

from app.flows.forget import forget
from app.flows.kit import Kit

EVERY = 3600.0
"""Seconds between two looks at what is old."""


class Forgetting:
    """Call it every second: each time one short transaction, until nothing old is left."""

    def __init__(self, kit: Kit, *, keep: timedelta, every: float = EVERY) -> None:
        self._kit = kit
        self._keep = keep
        self._every = every
        self._since: int | None = 0
        self._ended: float | None = None

    async def __call__(self) -> None:
        if self._ended is not None and time.monotonic() - self._ended < self._every:
            return
        if self._ended is not None:
            self._since, self._ended = 0, None
        done = await self._kit.do(forget, keep=self._keep, since=self._since or 0)
        self._since = done.next_effect
        if done.next_effect is None and not done.bodies_left:
            self._ended = time.monotonic()
