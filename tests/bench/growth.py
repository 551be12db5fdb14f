"""What a running Baton's memory grows by, from its first alerts on."""

import asyncio
from pathlib import Path

from tests.bench.plan import Plan
from tests.bench.table import Row
from tests.bench.wire import alert
from tests.bench.world import World, world

REST = 1.0
SENDERS = 8
SERVICES = 200
WARM = 400
"""The first alerts load what an idle Baton has not needed yet; that is told by itself."""


async def measure(plan: Plan, folder: Path) -> list[Row]:
    async with world(folder / "growth", services=SERVICES) as here:
        await here.start()
        await here.ready()
        await asyncio.sleep(REST)
        idle = here.memory()
        await _send(here, 0, min(WARM, plan.alerts))
        await asyncio.sleep(REST)
        warm = here.memory()
        await _send(here, WARM, plan.alerts)
        await asyncio.sleep(REST)
        full = here.memory()
    grown = f"grown by {plan.alerts:,} alerts"
    return [
        Row(what="resident memory at rest", samples=[idle], unit="MB", goal="≤ 120"),
        Row(what="  grown by the first alerts", samples=[warm - idle], unit="MB"),
        Row(what=f"  {grown}", samples=[full - warm], unit="MB", goal="≤ 15"),
    ]


async def _send(here: World, first: int, count: int) -> None:
    """So many new firings over all services, by several senders at once."""
    left = list(range(first, first + count))

    async def sender() -> None:
        async with here.line() as line:
            while left:
                number = left.pop()
                told = alert(number % SERVICES, fingerprint=f"grown-{number}")
                assert await line.post("/v1/alerts/generic", told) in (200, 503)

    await asyncio.gather(*(sender() for _ in range(SENDERS)))
