"""From the accepted alert to the page that leaves, whatever mood Slack is in."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.bench.plan import Plan
from tests.bench.table import Row
from tests.bench.wire import Line, alert
from tests.bench.world import World, world

SLOW = 0.3
PAUSE = 0.05
"""Between two alerts, so that each finds an idle Baton."""


async def _well(here: World) -> None:
    await here.lever("POST", "dark", {"on": False})
    await here.lever("DELETE", "faults/*", {})


async def _slow(here: World) -> None:
    await _well(here)
    await here.lever("PUT", "faults/*", {"delay": SLOW})


async def _dark(here: World) -> None:
    await here.lever("POST", "dark", {"on": True})


MOODS: dict[str, Callable[[World], Awaitable[None]]] = {
    "Slack well": _well,
    "Slack takes 300 ms a call": _slow,
    "Slack dark": _dark,
}


async def measure(plan: Plan, folder: Path) -> list[Row]:
    """Several rounds, each in a new Baton; the moods alternate within a round."""
    took: dict[str, list[float]] = defaultdict(list)
    for number in range(plan.rounds):
        services = plan.open_incidents + 6 * plan.pages + 1
        async with world(folder / f"paging-{number}", services=services) as here:
            await here.start()
            await here.ready()
            await _page(here, took["warm-up"])
            await _round(here, plan, "idle", took)
            await _open(here, plan.open_incidents)
            await _round(here, plan, f"{plan.open_incidents} other P1s open", took)
    del took["warm-up"]
    goal = "median < 20, p99 < 100"
    rows = [
        Row(what=f"page leaves, {what}", samples=times, goal=goal) for what, times in took.items()
    ]
    # A page that overtook its 2xx took no time, and nothing is a multiple of that.
    well = max(rows[0].median, 0.1)
    ratio = [
        Row(what=f"{row.what}, to the first", samples=[row.median / well], unit="×", goal="about 1")
        for row in rows[1:]
    ]
    return rows + ratio


async def _round(here: World, plan: Plan, load: str, took: dict[str, list[float]]) -> None:
    for mood, set_mood in MOODS.items():
        await set_mood(here)
        for _ in range(plan.pages):
            await _page(here, took[f"{load}, {mood}"])
            await asyncio.sleep(PAUSE)
    await _well(here)


async def _page(here: World, took: list[float]) -> None:
    """One P1: from the 2xx until its page arrives; then its person resolves it by the link.

    Where the page overtakes the 2xx, it took no time.
    """
    number = here.next_service()
    title = f"Late page {number}"
    async with here.line() as line:
        assert await line.post("/v1/alerts/generic", alert(number, title=title)) == 200
        accepted = time.monotonic()
    arrived = await here.sink.arrival(title)
    took.append(max(0.0, arrived - accepted) * 1000)
    async with Line(here.port) as line:
        assert await line.form(here.sink.links[title], b"act=resolve") == 200


async def _open(here: World, count: int) -> None:
    """So many P1s that nobody answers."""
    async with here.line() as line:
        for _ in range(count):
            number = here.next_service()
            title = f"Open {number}"
            assert await line.post("/v1/alerts/generic", alert(number, title=title)) == 200
            await here.sink.arrival(title)
