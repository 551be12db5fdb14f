"""The watchman: mends what he finds, tells what stands, and is not content meanwhile."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from app.delivery.waits import answer_next
from handlers.watchman import STANDS, Watchman
from storage import tables
from storage.engine import Database
from tests.flows.test_receive_alerts import elt_late, send
from tests.kit import Bench, SetClock, open_bench

pytestmark = pytest.mark.anyio


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    opened = open_bench(database, clock=SetClock())
    yield opened
    opened.kit.close()


def asked(bench: Bench, kind: str) -> int:
    query = select(tables.effects.c.id).where(tables.effects.c.kind == kind)
    return len(bench.do(lambda work: work.tx.execute(query).all()))


async def test_what_can_be_mended_is_and_the_next_round_is_content(bench: Bench) -> None:
    send(bench, elt_late())
    while bench.do(answer_next):
        pass
    watchman = Watchman(bench.kit)
    assert watchman.age is None
    assert not await watchman.look()
    assert watchman.content
    ended = {"state": "ended", "ended_at": bench.clock()}
    bench.do(lambda work: work.tx.execute(update(tables.escalations).values(**ended)))
    bench.do(lambda work: work.tx.execute(update(tables.effects).values(outcome="cancelled")))
    assert [each.rule for each in await watchman.look()] == ["I3"]
    assert not watchman.content
    while bench.do(answer_next):
        pass
    assert not await watchman.look()
    assert watchman.content
    assert watchman.age is not None


async def test_what_stands_for_minutes_is_pushed_once_to_a_manager(bench: Bench) -> None:
    send(bench, elt_late())
    bench.clock.forward(seconds=120)  # nobody serves the lanes
    contact = {
        "person": "mia@acme.test",
        "method": "push",
        "target": b"sealed",
        "hint": "ntfy",
        "trusted": True,
        "added_by": "test",
        "added_at": bench.clock(),
        "verified_at": bench.clock(),
    }
    bench.do(lambda work: work.tx.execute(tables.contact_methods.insert().values(**contact)))
    watchman = Watchman(bench.kit)
    for _ in range(STANDS - 1):
        assert await watchman.look()
    assert asked(bench, "tell") == 0
    alarms = asked(bench, "alarm")
    for _ in range(3):
        await watchman.look()
    assert asked(bench, "tell") >= 1
    assert asked(bench, "alarm") == alarms


async def test_it_goes_on_by_itself(bench: Bench) -> None:
    watchman = Watchman(bench.kit, every=0.05)
    watchman.start()
    for _ in range(100):
        await asyncio.sleep(0.05)
        if watchman.content:
            break
    await watchman.stop()
    assert watchman.content
