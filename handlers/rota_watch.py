"""The tick's duty that looks ahead on the rotas, a minute at a time."""

import time

from app.flows.kit import Kit
from app.flows.readiness import looks_due, plan_looks

EVERY = 60.0
"""Seconds between two looks: what is looked for is hours and days ahead."""


class RotaWatch:
    """Call it every second. It reads, and writes only when something has come due."""

    def __init__(self, kit: Kit, *, every: float = EVERY) -> None:
        self._kit = kit
        self._every = every
        self._looked: float | None = None

    async def __call__(self) -> None:
        if self._looked is not None and time.monotonic() - self._looked < self._every:
            return
        if await self._kit.read(looks_due):
            await self._kit.do(plan_looks)
        self._looked = time.monotonic()
