"""The tick's duty that sends a canary every few minutes, through the intake's own door."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from app.flows.canary import send_canary
from app.flows.kit import Kit

log = logging.getLogger("baton.watch")

Take = Callable[[int], Awaitable[None]]


class Canaries:
    """Call it every second. Of several processes one sends the canary of each span of time."""

    def __init__(self, kit: Kit, take: Take, *, every: timedelta) -> None:
        self._kit = kit
        self._take = take
        self._every = every
        self._span: int | None = None

    async def __call__(self) -> None:
        span = int(self._kit.clock().timestamp() // self._every.total_seconds())
        if span == self._span:
            return
        number = await self._kit.do(send_canary, every=self._every)
        self._span = span
        if number is not None:
            await self._take(number)
