"""Many waits that end at one instant, beside as many stored jobs of APScheduler.

Baton's are the steps of unanswered P1s: each is taken in a transaction of its own, which chooses
the managers of that instant, writes their pages and claims their rings. APScheduler's jobs do
nothing but look at the clock. Both are stored in SQLite before the instant and found at it.
"""

import asyncio
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from tests.bench.plan import Plan
from tests.bench.table import Row
from tests.bench.wire import alert
from tests.bench.world import World, world

AHEAD = 2.0
"""Seconds from the preparation to the instant."""
SETTLE = 2.0
"""Seconds for what the P1s set in motion in Slack."""
PATIENCE = 60.0
_ran: list[float] = []


async def measure(plan: Plan, folder: Path) -> list[Row]:
    """Alternating rounds; every wait and every job must have come exactly once."""
    baton: list[float] = []
    peer: list[float] = []
    rounds = max(1, plan.rounds)
    for number in range(rounds):
        peer += await _apscheduler(folder / f"jobs-{number}.db", plan.waits)
        baton += await _baton(folder / f"waits-{number}", plan.waits)
    what = f"{plan.waits} waits end at once, late"
    rows = [
        Row(what=f"{what}, APScheduler's stored jobs", samples=peer),
        Row(what=f"{what}, Baton's steps taken", samples=baton, goal="p99 ≤ 50"),
    ]
    lost = rounds * plan.waits - len(baton)
    ratio = rows[1].p99 / rows[0].p99
    return [
        *rows,
        Row(what="  p99 to APScheduler's", samples=[ratio], unit="×"),
        Row(what="  lost or doubled", samples=[lost], unit="", goal="0"),
    ]


async def _baton(folder: Path, count: int) -> list[float]:
    """Milliseconds from the instant to each step's transaction."""
    async with world(folder, services=count + 1) as here:
        at = await let_end_together(here, folder / "baton.db", count)
        taken = await until_taken(folder / "baton.db", count)
        await here.stop()
    return [max(0.0, (each - at).total_seconds() * 1000) for each in taken]


async def let_end_together(here: World, database: Path, count: int) -> datetime:
    """So many unanswered P1s, whose first waits end at the instant that is returned."""
    await here.start()
    await here.ready()
    async with here.line() as line:
        for number in range(count):
            told = alert(number, title=f"Late page {number}")
            assert await line.post("/v1/alerts/generic", told) == 200
    await here.sink.arrival(f"Late page {count - 1}")
    await asyncio.sleep(SETTLE)
    at = datetime.now(UTC) + timedelta(seconds=AHEAD)
    with sqlite3.connect(database, timeout=10) as tx:
        moved = tx.execute(
            "UPDATE effects SET due = ? WHERE kind = 'step' AND outcome = 'due'",
            (at.isoformat(timespec="microseconds")[:26] + "Z",),
        )
        assert moved.rowcount == count
    return at


async def until_taken(database: Path, count: int) -> list[datetime]:
    """When each step was taken, once so many were."""
    async with asyncio.timeout(PATIENCE):
        while len(taken := steps_taken(database)) < count:
            await asyncio.sleep(0.1)
    return taken


def steps_taken(database: Path) -> list[datetime]:
    """By the page of the one manager that the second step rings; a step that were taken twice
    would have two."""
    query = "SELECT at FROM pages WHERE step = 1 AND tier = 2"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10) as tx:
        return [datetime.fromisoformat(row[0]) for row in tx.execute(query)]


async def _apscheduler(database: Path, count: int) -> list[float]:
    store = SQLAlchemyJobStore(url=f"sqlite:///{database}")
    scheduler = AsyncIOScheduler(
        jobstores={"default": store}, executors={"default": AsyncIOExecutor()}, timezone=UTC
    )
    scheduler.start(paused=True)
    at = datetime.now(UTC) + timedelta(seconds=AHEAD)
    for number in range(count):
        scheduler.add_job(
            _note, "date", run_date=at, id=str(number), misfire_grace_time=None, max_instances=1
        )
    _ran.clear()
    scheduler.resume()
    async with asyncio.timeout(PATIENCE):
        while len(_ran) < count:
            await asyncio.sleep(0.1)
    scheduler.shutdown()
    return [max(0.0, (ran - at.timestamp()) * 1000) for ran in _ran]


async def _note() -> None:
    _ran.append(time.time())
