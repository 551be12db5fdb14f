"""The tick: every duty for itself, readiness from the last whole tick, a stop that waits."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from handlers.clock import Tick

pytestmark = pytest.mark.anyio


async def test_a_duty_that_fails_costs_only_itself_and_the_tick_is_not_whole() -> None:
    done = []

    async def fails() -> None:
        raise RuntimeError("on purpose")

    async def works() -> None:
        done.append("works")

    tick = Tick([fails, works])
    await tick.once()
    assert done == ["works"]
    assert tick.age is None
    healthy = Tick([works])
    await healthy.once()
    assert healthy.age is not None
    assert healthy.age < 5


async def test_a_clock_set_back_by_an_hour_stops_no_tick() -> None:
    done: list[datetime] = []

    async def works() -> None:
        done.append(datetime.now(UTC))

    tick = Tick([works], every=0.1)
    tick.start()
    await asyncio.sleep(0.3)
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=1), tick=True):
        await asyncio.sleep(0.2)
        before = len(done)
        await asyncio.sleep(1)
        assert len(done) > before + 2
    await tick.stop()


async def test_it_ticks_by_itself_and_a_stop_lets_a_running_tick_end() -> None:
    begun, ended = asyncio.Event(), []

    async def slow() -> None:
        begun.set()
        await asyncio.sleep(0.2)
        ended.append("whole")

    tick = Tick([slow], every=0.05)
    tick.start()
    await asyncio.wait_for(begun.wait(), 5)
    await tick.stop()
    assert ended
    count = len(ended)
    await asyncio.sleep(0.2)
    assert len(ended) == count
