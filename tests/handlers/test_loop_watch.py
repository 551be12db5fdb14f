"""A blocked event loop is noticed from beside it, its stack told once, and it counts a while."""

import asyncio
import logging
import time

import pytest

from handlers.loop_watch import LoopWatch

pytestmark = pytest.mark.anyio


async def sleeps_in_a_handler(seconds: float) -> None:
    time.sleep(seconds)


async def test_a_real_block_is_told_once_with_its_stack(caplog: pytest.LogCaptureFixture) -> None:
    watch = LoopWatch(limit=0.3, calm=1.0)
    watch.start()
    try:
        await asyncio.sleep(0.5)
        assert not watch.is_blocked
        with caplog.at_level(logging.ERROR, logger="baton.watch"):
            await sleeps_in_a_handler(1.5)
        assert watch.is_blocked
        told = [record.getMessage() for record in caplog.records]
        assert len(told) == 1
        assert "sleeps_in_a_handler" in told[0]
        await asyncio.sleep(1.3)
        assert not watch.is_blocked
    finally:
        watch.stop()


async def test_a_loop_that_turns_is_never_called_blocked() -> None:
    watch = LoopWatch(limit=1.0)
    watch.start()
    for _ in range(30):
        await asyncio.sleep(0.05)
    assert not watch.is_blocked
    watch.stop()
