"""Beside Alertmanager with its waits at nought: from the sending of an alert to its message.

Alertmanager keeps alerts in memory and has one webhook to call; Baton makes them durable, computes
the severity, opens an incident, finds who is on duty and rings their phone. Both messages arrive at
the same sink.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.bench.plan import Plan
from tests.bench.table import Row, quantile
from tests.bench.wire import Line, alert
from tests.bench.world import World, world
from tests.wire.alertmanager import NONE, Alertmanager, alertmanager

Send = Callable[[int, str], Awaitable[None]]
"""Sends the alert of a service under a title, and returns when it is answered."""
CLIENTS = 16
PAUSE = 0.5
"""Between two alerts, so that what the one before sets in motion in Slack has been said."""


async def measure(plan: Plan, folder: Path) -> list[Row]:
    """Alternating rounds; every alert is the first of its own trouble."""
    took: dict[str, dict[str, list[float]]] = {"Baton": {}, "Alertmanager": {}}
    for number in range(plan.rounds):
        place = folder / f"peer-{number}"
        services = plan.pages + plan.storm + plan.at_once + 20
        async with world(place, services=services) as here, _peer(here, place) as peer:
            await here.start()
            await here.ready()
            for name, send in (("Alertmanager", _to(peer)), ("Baton", _to_baton(here))):
                await _round(here, plan, name, send, took[name])
                here.numbers[0] = 0
    return _rows(plan, took)


@contextlib.asynccontextmanager
async def _peer(here: World, folder: Path) -> AsyncIterator[Alertmanager]:
    hook = f"http://127.0.0.1:{here.sink.port}/alertmanager"
    async with alertmanager(here.http, folder, hook=hook, token="t", waits=NONE) as peer:
        yield peer


def _to_baton(here: World) -> Send:
    async def send(number: int, title: str) -> None:
        async with here.line() as line:
            assert await line.post("/v1/alerts/generic", alert(number, title=title)) == 200

    return send


def _to(peer: Alertmanager) -> Send:
    port = int(peer.url.rpartition(":")[2])

    async def send(number: int, title: str) -> None:
        told: dict[str, Any] = {
            "labels": {"alertname": f"Late{number}", "table": "orders", "job": "loader"},
            "annotations": {"summary": title, "description": alert(number)["details"]},
            "generatorURL": "https://prometheus.acme.test/graph?g0.expr=rows",
        }
        async with Line(port) as line:
            assert await line.post("/api/v2/alerts", [told]) == 200

    return send


async def _round(
    here: World, plan: Plan, name: str, send: Send, took: dict[str, list[float]]
) -> None:
    def keep(what: str, times: list[float]) -> None:
        took.setdefault(what, []).extend(times)

    await _page(here, name, send)  # what the first one pays is told by the part `start`
    idle = []
    for _ in range(plan.pages):
        idle.append(await _page(here, name, send))
        await asyncio.sleep(PAUSE)
    keep("idle", idle)
    keep("at once", await _crowd(here, name, send, plan.at_once, at_once=plan.at_once))
    storm = asyncio.create_task(_crowd(here, name, send, plan.storm, at_once=CLIENTS))
    await asyncio.sleep(0.1)
    keep("sent into it", [await _page(here, name, send)])
    keep("storm", await storm)


async def _page(here: World, name: str, send: Send) -> float:
    """Milliseconds from the sending to the message."""
    return await (await _sent(here, name, send))


async def _sent(here: World, name: str, send: Send) -> asyncio.Task[float]:
    """Send one and return when it is answered, with what will be its milliseconds."""
    number = here.next_service()
    title = f"Late page {name} {number}"
    began = time.monotonic()

    async def took() -> float:
        return (await here.sink.arrival(title) - began) * 1000

    await send(number, title)
    return asyncio.create_task(took())


async def _crowd(here: World, name: str, send: Send, count: int, *, at_once: int) -> list[float]:
    """Each sender sends its next alert when the one before is answered."""
    left, sent = [count], []

    async def sender() -> None:
        while left[0] > 0:
            left[0] -= 1
            sent.append(await _sent(here, name, send))

    await asyncio.gather(*(sender() for _ in range(at_once)))
    return list(await asyncio.gather(*sent))


def _rows(plan: Plan, took: dict[str, dict[str, list[float]]]) -> list[Row]:
    rows: list[Row] = []
    names = {
        "idle": ("alert to page, idle", "median ≤ 3 ×, p99 ≤ 4 ×"),
        "at once": (f"{plan.at_once} P1s at once, alert to page", "the last within 2,000 ms"),
        "storm": (f"storm of {plan.storm} P1s at {CLIENTS} senders, alert to page", "p99 ≤ 2 ×"),
        "sent into it": ("a P1 sent into the storm, alert to page", "≤ 3 × its idle p99"),
    }
    for key, (what, goal) in names.items():
        mine, theirs = took["Baton"][key], took["Alertmanager"][key]
        rows.append(Row(what=f"{what}, Alertmanager", samples=theirs))
        rows.append(Row(what=f"{what}, Baton", samples=mine, goal=goal))
        ratios = [quantile(mine, share) / quantile(theirs, share) for share in (0.5, 0.99)]
        rows.append(Row(what="  to Alertmanager (median, p99)", samples=ratios, unit="×"))
    return rows
