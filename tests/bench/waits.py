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

AHEAD = 3.0
"""Seconds from the preparation to the instant."""
SETTLE = 3.0
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
        await here.start()
        await here.ready()
        async with here.line() as line:
            for number in range(count):
                told = alert(number, title=f"Late page {number}")
                assert await line.post("/v1/alerts/generic", told) == 200
        await here.sink.arrival(f"Late page {count - 1}")
        await asyncio.sleep(SETTLE)
        database = folder / "baton.db"
        at = datetime.now(UTC) + timedelta(seconds=AHEAD)
        with sqlite3.connect(database, timeout=10) as tx:
            moved = tx.execute(
                "UPDATE effects SET due = ? WHERE kind = 'step' AND outcome = 'due'", (_told(at),)
            )
            assert moved.rowcount == count
        return await _until_taken(here, database, at, count)


async def _until_taken(here: World, database: Path, at: datetime, count: int) -> list[float]:
    """A step that was taken twice has two pages of one manager, or there are too few."""
    query = "SELECT p.at FROM pages AS p WHERE p.step = 1 AND p.tier = 2"
    async with asyncio.timeout(PATIENCE):
        while len(taken := _rows(database, query)) < count:
            await asyncio.sleep(0.25)
    await here.stop()
    return [_late(datetime.fromisoformat(row), at) for row in _rows(database, query) or taken]


def _rows(database: Path, query: str) -> list[str]:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as tx:
        return [row[0] for row in tx.execute(query)]


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


def _late(taken: datetime, at: datetime) -> float:
    return max(0.0, (taken - at).total_seconds() * 1000)


def _told(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")[:26] + "Z"
