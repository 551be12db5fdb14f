"""A canary goes the whole way, reaches nobody, and leaves no trace that people see."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.delivery.delivery import Delivery
from app.flows.audit_state import audit_state, count_alerts
from app.flows.canary import last_round
from app.flows.figures import count_everything
from app.paging.gateway import Gateway
from app.paging.links import Links
from app.paging.seal import Seal
from handlers.canary import Canaries
from handlers.web.intake.door import Door
from storage import tables
from tests.kit import Bench

pytestmark = pytest.mark.anyio
KEY = "k" * 32
EVERY = timedelta(minutes=5)


def delivery_of(bench: Bench) -> Delivery:
    return Delivery(bench.kit, chat=None, gateway=Gateway(), links=Links(None, KEY), seal=Seal(KEY))


def canaries_of(bench: Bench) -> Canaries:
    door = Door(bench.kit, max_bytes=1000)
    return Canaries(bench.kit, door.take_canary, every=EVERY)


def count(bench: Bench, table: Any) -> int:
    query = select(func.count()).select_from(table)
    number: int = bench.do(lambda work: work.tx.execute(query).scalar_one())
    return number


async def test_it_comes_round_and_nobody_sees_it(bench: Bench) -> None:
    await canaries_of(bench)()
    assert bench.do(last_round) is None
    assert await delivery_of(bench).drain() >= 2
    sent, took = bench.do(last_round)
    assert (sent, took) == (bench.clock(), timedelta(0))
    for table in (
        tables.incidents,
        tables.alerts,
        tables.escalations,
        tables.pages,
        tables.timeline,
        tables.inbox,
    ):
        assert count(bench, table) == 0
    assert set(bench.do(count_alerts).values()) == {0}
    assert bench.do(count_everything).canary_seconds == 0


async def test_of_several_processes_one_sends_it(bench: Bench) -> None:
    first, second = canaries_of(bench), canaries_of(bench)
    await asyncio.gather(first(), second())
    await first()
    assert count(bench, tables.canaries) == 1
    bench.clock.forward(minutes=5)
    await asyncio.gather(second(), first())
    assert count(bench, tables.canaries) == 2


async def test_one_that_does_not_come_round_makes_the_auditor_discontent(bench: Bench) -> None:
    await canaries_of(bench)()
    bench.clock.forward(seconds=59)
    assert "canary" not in [each.key for each in bench.do(audit_state).findings]
    bench.clock.forward(seconds=2)
    found = [each for each in bench.do(audit_state).findings if each.key == "canary"]
    assert [each.sentence for each in found] == [
        "The canary of 22:00:00 UTC has not come round (its step was not taken): a page might not "
        "get through either."
    ]
    await delivery_of(bench).drain()
    assert bench.do(audit_state).content


async def test_the_next_one_that_comes_round_makes_it_content_again(bench: Bench) -> None:
    send = canaries_of(bench)
    await send()
    bench.do(lambda work: work.tx.execute(tables.effects.delete()))
    bench.clock.forward(minutes=5)
    assert not bench.do(audit_state).content
    await send()
    await delivery_of(bench).drain()
    bench.clock.forward(minutes=2)
    assert bench.do(audit_state).content


async def test_a_canary_that_hanging_phones_keep_out_does_not_come_round(bench: Bench) -> None:
    await canaries_of(bench)()
    gateway = Gateway()
    gateway.lines.limit = 0
    delivery = Delivery(
        bench.kit, chat=None, gateway=gateway, links=Links(None, KEY), seal=Seal(KEY)
    )
    await delivery.drain()
    bench.clock.forward(minutes=2)
    assert "canary" in [each.key for each in bench.do(audit_state).findings]
