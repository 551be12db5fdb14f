"""From the start of the process to the first 2xx and to ready."""

from pathlib import Path

from tests.bench.plan import Plan
from tests.bench.table import Row
from tests.bench.wire import alert
from tests.bench.world import world


async def measure(plan: Plan, folder: Path) -> list[Row]:
    """The database is there and migrated, as on every start but the first."""
    first, ready = [], []
    async with world(folder / "start") as here:
        for _ in range(plan.starts):
            started = await here.start()
            first.append((await here.takes_alerts(alert(0)) - started) * 1000)
            ready.append((await here.ready() - started) * 1000)
            await here.stop()
    return [
        Row(what="cold start to the first 2xx", samples=first, goal="< 1,500"),
        Row(what="cold start to /readyz", samples=ready),
    ]
