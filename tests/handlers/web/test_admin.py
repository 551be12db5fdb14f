"""Ready means ticking, never the port; the sums that metrics tell reconcile."""

import asyncio
import re
from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from app.delivery.waits import answer_next
from app.flows.acknowledge import acknowledge
from app.flows.admit import SlackCaller
from app.flows.quarantine import quarantine, refuse_oversized
from app.rules.alert import AlertState, Delivery
from handlers.clock import Tick
from handlers.web import admin
from storage.engine import Database
from tests.flows.test_receive_alerts import elt_late, send
from tests.kit import Bench, SetClock, open_bench

pytestmark = pytest.mark.anyio


@pytest.fixture
async def bench(database: Database) -> AsyncIterator[Bench]:
    opened = open_bench(database, clock=SetClock())
    yield opened
    opened.kit.close()


def client(bench: Bench, tick: Tick) -> httpx2.AsyncClient:
    routes = admin.routes(bench.kit, tick_age=lambda: tick.age, slack=dict)
    transport = httpx2.ASGITransport(app=Starlette(routes=routes))
    return httpx2.AsyncClient(transport=transport, base_url="http://baton")


async def test_it_is_ready_only_while_it_ticks(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin, "TICK_LIMIT", 0.5)
    tick = Tick([], every=0.05)
    async with client(bench, tick) as web:
        assert (await web.get("/readyz")).status_code == 503
        tick.start()
        await asyncio.sleep(0.2)
        assert (await web.get("/readyz")).json() == {
            "database": True,
            "organisation": True,
            "tick": True,
        }
        await tick.stop()
        await asyncio.sleep(0.6)
        answer = await web.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["tick"] is False
        assert (await web.get("/healthz")).status_code == 200


async def test_it_is_not_ready_without_its_database(bench: Bench) -> None:
    tick = Tick([])
    await tick.once()
    async with client(bench, tick) as web:
        assert (await web.get("/readyz")).status_code == 200
        bench.kit.close()
        assert (await web.get("/readyz")).json()["database"] is False


async def test_the_sums_reconcile(bench: Bench) -> None:
    send(bench, elt_late(), elt_late("b"), delivery_id="one")
    send(bench, elt_late(), delivery_id="one")
    send(bench, elt_late(state=AlertState.RESOLVED))
    bench.do(quarantine, Delivery(source="generic", body=b"?"), problem="not JSON")
    bench.do(refuse_oversized, "generic", size=9, limit=1)
    while bench.do(answer_next):
        pass
    bench.do(acknowledge, 1, by=SlackCaller(slack_id="UCHI", team="T1"))
    async with client(bench, Tick([])) as web:
        text = (await web.get("/metrics")).text
    alerts, pages = sums(text, "baton_alerts"), sums(text, "baton_pages")
    assert alerts == {
        "received": 5,
        "attached": 2,
        "cleared": 1,
        "suppressed": 1,
        "quarantined": 1,
        "refused": 1,
    }
    assert pages["asked"] == sum(pages[fate] for fate in ("sent", "cancelled", "parked", "due"))
    assert pages["asked"] > 0


def sums(text: str, name: str) -> dict[str, int]:
    found = re.findall(rf'^{name}{{fate="(\w+)"}} (\S+)$', text, re.MULTILINE)
    return {fate: int(float(number)) for fate, number in found}
