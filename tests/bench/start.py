"""From a process to its first 2xx and to ready, beside what importing alone takes."""

import asyncio
import sys
import time
from pathlib import Path

from tests.bench.plan import Plan
from tests.bench.table import Row
from tests.bench.wire import alert
from tests.bench.world import World, world

WHOLE = "import app.build, alembic.command, apprise.plugins.ntfy, slack_bolt.async_app"
"""Everything that a running Baton has loaded."""


async def measure(plan: Plan, folder: Path) -> list[Row]:
    """The database is there and migrated, as on every start but the first."""
    imports: list[float] = []
    first: list[float] = []
    ready: list[float] = []
    async with world(folder / "start", services=100) as here:
        for _ in range(plan.starts):
            imports.append(await _import())
            await _start(here, first, ready)
        few = Row(what="", samples=ready).median
        await _fill(here, plan.open_alerts)
        full: list[float] = []
        for _ in range(plan.starts):
            await _start(here, [], full)
    rows = [
        Row(what="importing the whole stack", samples=imports),
        Row(what="cold start to the first durable 2xx", samples=first),
        Row(what="cold start to /readyz", samples=ready),
    ]
    for row, goal in zip(rows[1:], ("≤ 0.5 ×", "≤ 1.5 ×"), strict=True):
        ratio = row.median / rows[0].median
        rows.append(Row(what=f"  to importing: {row.what}", samples=[ratio], unit="×", goal=goal))
    what = f"cold start to /readyz, {plan.open_alerts:,} alerts open"
    more = [each - few for each in full]
    return [*rows, Row(what=what, samples=full), Row(what="  more", samples=more, goal="≤ 200")]


async def _import() -> float:
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", WHOLE)
    assert await process.wait() == 0
    return (time.monotonic() - began) * 1000


async def _start(here: World, first: list[float], ready: list[float]) -> None:
    started = await here.start()
    first.append((await here.takes_alerts(alert(0)) - started) * 1000)
    ready.append((await here.ready() - started) * 1000)
    await here.stop()


async def _fill(here: World, alerts: int) -> None:
    """So many alerts that go on firing, over some services."""
    await here.start()
    await here.ready()
    async with here.line() as line:
        for number in range(alerts):
            told = alert(number % 100, fingerprint=f"open-{number}")
            assert await line.post("/v1/alerts/generic", told) == 200
    await here.stop()
