"""Durable intake beside Alertmanager, which keeps nothing through a kill, and beside the least that
a durable route can be on this machine: rounds that alternate, each answered by one process."""

import asyncio
import contextlib
import json
import shutil
import sqlite3
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tests.bench.load import MARK, Job, Outcome
from tests.bench.plan import Plan
from tests.bench.table import Row, quantile
from tests.bench.wire import alert
from tests.bench.world import World, world
from tests.wire.stage import free_port

ALERTMANAGER = shutil.which("prometheus-alertmanager")
CONFIGURATION = "route: {receiver: none, group_by: [alertname]}\nreceivers: [{name: none}]\n"
GENERIC = "/v1/alerts/generic"


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What senders send: so many alerts a body, each new or always the same."""

    what: str
    clients: int
    alerts: int = 1
    new: bool = True
    goal: str = ""


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A process that answers, and how an alert is told to it."""

    name: str
    port: int
    path: str = GENERIC
    token: str = ""

    def job(self, shape: Shape, seconds: float) -> Job:
        serial = MARK if shape.new else "1"
        make = _theirs if self.path != GENERIC else _ours
        found = [make(serial) for _ in range(shape.alerts)]
        return Job(
            port=self.port,
            path=self.path,
            bodies=[json.dumps(found)],
            clients=shape.clients,
            headers={"Authorization": f"Bearer {self.token}"},
            seconds=seconds,
            first=time.time_ns() // 1_000_000,
        )


def _ours(serial: str) -> Mapping[str, Any]:
    return alert(0, fingerprint=serial)


def _theirs(serial: str) -> Mapping[str, Any]:
    """The same to Alertmanager's own API, to the byte about as long."""
    told = alert(0)
    return {
        "labels": {"alertname": told["alarm"], "n": serial, **told["labels"]},
        "annotations": {"summary": told["title"], "description": told["details"]},
        "generatorURL": told["url"],
    }


def shapes(plan: Plan) -> list[Shape]:
    most = max(plan.clients)
    one = [
        Shape(what=f"alerts accepted, {clients} senders", clients=clients, goal=goal)
        for clients, goal in zip(plan.clients, ("≥ 0.35", "", "≥ 0.5"), strict=False)
    ]
    return [
        *one,
        Shape(what="20 alerts a body, 16 senders", clients=16, alerts=20, goal="≥ 0.6"),
        Shape(what=f"repeats, {most} senders", clients=most, new=False, goal="≥ 0.6"),
    ]


async def measure(plan: Plan, folder: Path) -> list[Row]:
    """Rounds of every shape at every peer; then memory after many alerts."""
    raw: list[float] = []
    rates: dict[tuple[str, str], list[float]] = defaultdict(list)
    waits: list[float] = []
    async with world(folder / "intake") as here, _peers(here, folder) as peers:
        await here.start()
        await here.ready()
        await asyncio.sleep(2)
        idle = here.memory()
        await _warm(here)
        for _ in range(plan.rounds):
            raw.append(await asyncio.to_thread(_raw, folder / "raw.db", plan.seconds))
            for shape in shapes(plan):
                for peer in peers:
                    outcome = await send(peer.job(shape, plan.seconds))
                    assert set(outcome.statuses) == {"200"}, (peer.name, outcome)
                    rates[shape.what, peer.name].append(outcome.rate * shape.alerts)
                    if peer.name == "Baton" and shape.alerts == 1 and shape.new:
                        waits.append(outcome.p99)
        job = peers[0].job(Shape(what="", clients=8), 3600.0)
        await send(replace(job, count=plan.alerts))
        full = here.memory()
    rows = [Row(what="raw durable transactions (SQLite, WAL, FULL)", samples=raw, unit="/s")]
    for shape in shapes(plan):
        rows += _rows(shape, [peer.name for peer in peers], rates)
    rows.append(Row(what="  answered, p99 of each run", samples=waits, goal="≤ 50"))
    rows.append(Row(what="resident memory, idle", samples=[idle], unit="MB", goal="< 120"))
    what = f"resident memory after {plan.alerts:,} alerts and the rounds"
    return [*rows, Row(what=what, samples=[full], unit="MB")]


def _rows(
    shape: Shape, names: list[str], rates: Mapping[tuple[str, str], list[float]]
) -> list[Row]:
    mine = rates[shape.what, "Baton"]
    rows = [Row(what=shape.what, samples=mine, unit="/s")]
    for name in names[1:]:
        theirs = rates[shape.what, name]
        ratios = [one / other for one, other in zip(mine, theirs, strict=True)]
        told = f"  to {name} ({quantile(theirs, 0.5):,.0f} /s)"
        goal = shape.goal if name == "Alertmanager" else ""
        rows.append(Row(what=told, samples=ratios, unit="×", goal=goal))
    return rows


async def send(job: Job) -> Outcome:
    """A job, done by a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await process.communicate(json.dumps(asdict(job)).encode())
    assert process.returncode == 0
    return Outcome(**json.loads(told))


async def _warm(here: World) -> None:
    """The first alert opens the incident and pages."""
    async with here.line() as line:
        assert await line.post(GENERIC, alert(0)) == 200


@contextlib.asynccontextmanager
async def _peers(here: World, folder: Path) -> AsyncIterator[list[Peer]]:
    """Baton first; Alertmanager where it is installed; the floor and the bare route."""
    peers = [Peer(name="Baton", port=here.port, token=here.token)]
    async with contextlib.AsyncExitStack() as stack:
        if ALERTMANAGER is not None:
            port, file = free_port(), folder / "alertmanager.yml"
            file.write_text(CONFIGURATION, encoding="utf-8")
            command = [ALERTMANAGER, f"--config.file={file}", "--cluster.listen-address="]
            command += [f"--web.listen-address=127.0.0.1:{port}"]
            command += [f"--storage.path={folder / 'alertmanager'}"]
            await stack.enter_async_context(_process(port, *command))
            peers.append(Peer(name="Alertmanager", port=port, path="/api/v2/alerts"))
        kept = ("a bare durable route", [str(folder / "floor.db")])
        for name, given in (kept, ("a bare route", list[str]())):
            port = free_port()
            command = [sys.executable, "-m", "tests.bench.floor", str(port), *given]
            await stack.enter_async_context(_process(port, *command))
            peers.append(Peer(name=name, port=port))
        yield peers


@contextlib.asynccontextmanager
async def _process(port: int, *command: str) -> AsyncIterator[None]:
    """A process that listens there; ended at the end."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(30):
            while not await _listens(port):
                await asyncio.sleep(0.05)
        yield
    finally:
        process.terminate()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


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
