"""The tick's duty that looks ahead on the rotas, a minute at a time."""

import time
from datetime import date

from app.flows.gaps_ahead import gaps_found, look_for_gaps
from app.flows.kit import Kit
from app.flows.pay import pay_due, publish_pay
from app.flows.readiness import looks_due, plan_looks
from app.flows.rota_digest import digest_due, plan_digest
from app.flows.work import Work
from app.rules.schedule import Schedule

EVERY = 60.0
"""Seconds between two looks: what is looked for is hours and days ahead."""


class RotaWatch:
    """Call it every second. It reads, and writes only when something has come due."""

    def __init__(self, kit: Kit, *, every: float = EVERY) -> None:
        self._kit = kit
        self._every = every
        self._looked: float | None = None
        self._known: tuple[date, Schedule] | None = None
        """The day and the schedule that were looked through for gaps."""

    async def __call__(self) -> None:
        if self._looked is not None and time.monotonic() - self._looked < self._every:
            return
        if await self._kit.read(looks_due):
            await self._kit.do(plan_looks)
        await self._look_for_gaps()
        if await self._kit.read(digest_due):
            await self._kit.do(plan_digest)
        if await self._kit.read(pay_due):
            await self._kit.do(publish_pay)
        self._looked = time.monotonic()

    async def _look_for_gaps(self) -> None:
        """Once a day, and whenever somebody has changed the schedule."""
        seen = await self._kit.read(_ground)
        if self._known is not None and seen[0] == self._known[0] and seen[1] is self._known[1]:
            return
        if await self._kit.read(gaps_found):
            await self._kit.do(look_for_gaps)
        self._known = seen


def _ground(work: Work) -> tuple[date, Schedule]:
    return work.now.astimezone(work.org.timezone).date(), work.schedule
