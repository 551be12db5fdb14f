"""Durable intake: alerts answered 2xx a second, beside what this machine's disk can do at all."""

import asyncio
import json
import sqlite3
import time
from collections import defaultdict
from pathlib import Path

from tests.bench.plan import Plan
from tests.bench.table import Row
from tests.bench.wire import alert
from tests.bench.world import World, world


async def measure(plan: Plan, folder: Path) -> list[Row]:
    """Rounds of raw transactions and of 1, 16, 64 senders; then memory after many alerts."""
    raw: list[float] = []
    rates: dict[int, list[float]] = defaultdict(list)
    async with world(folder / "intake") as here:
        await here.start()
        await here.ready()
        await asyncio.sleep(2)
        idle = here.memory()
        for _ in range(plan.rounds):
            raw.append(await asyncio.to_thread(_raw, folder / "raw.db", plan.seconds))
            for clients in plan.clients:
                rates[clients].append(await _rate(here, clients, plan.seconds))
        await _send(here, 8, count=plan.alerts)
        full = here.memory()
    rows = [Row(what="raw durable transactions (SQLite, WAL, FULL)", samples=raw, unit="/s")]
    for clients, found in rates.items():
        rows.append(Row(what=f"alerts accepted, {clients} senders", samples=found, unit="/s"))
        ratios = [mine / theirs for mine, theirs in zip(found, raw, strict=True)]
        rows.append(Row(what=f"  to raw, {clients} senders", samples=ratios, unit="×"))
    rows.append(Row(what="resident memory, idle", samples=[idle], unit="MB", goal="< 120"))
    what = f"resident memory after {plan.alerts:,} alerts and the rounds"
    return [*rows, Row(what=what, samples=[full], unit="MB")]


def _raw(path: Path, seconds: float) -> float:
    """One insert a transaction, with the pragmas Baton uses, from one thread without anything."""
    body = json.dumps(alert(1)).encode()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS raw (id INTEGER PRIMARY KEY, body BLOB)")
    made, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO raw (body) VALUES (?)", (body,))
        connection.execute("COMMIT")
        made += 1
    connection.close()
    return made / seconds


async def _rate(here: World, clients: int, seconds: float) -> float:
    started = time.monotonic()
    sent = await _send(here, clients, seconds=seconds)
    return sent / (time.monotonic() - started)


async def _send(
    here: World, clients: int, *, seconds: float = 3600.0, count: int | None = None
) -> int:
    """Every sender has its own connection and sends one alert after the other, each a new one."""
    end, sent = time.monotonic() + seconds, 0

    async def sender() -> None:
        nonlocal sent
        async with here.line() as line:
            while time.monotonic() < end and (count is None or sent < count):
                sent += 1
                told = alert(0, fingerprint=f"{time.monotonic_ns()}-{sent}")
                assert await line.post("/v1/alerts/generic", told) == 200

    await asyncio.gather(*(sender() for _ in range(clients)))
    return sent
