"""`run`, from its start to its stop: the front first, and behind it everything else."""

import asyncio
import gc
import importlib
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from app.front import CannotStart, fronting
from app.organisation.apply_file import NothingInForce
from app.paging.keys import KeyUnusable
from app.settings import Settings
from storage.engine import CannotOpen
from storage.file_lock import FileHeld
from storage.migrate import MigrationError

log = logging.getLogger("baton")

REFUSALS = (CannotStart, NothingInForce, CannotOpen, FileHeld, MigrationError, KeyUnusable)

WhenReady = Callable[[Settings], Awaitable[object]]


def run(settings: Settings, *, when_ready: Callable[[], WhenReady] | None = None) -> int:
    """Until SIGTERM or SIGINT. 0 after a clean stop, 1 with a sentence when it cannot start.

    `when_ready` is asked once, after the start, for what runs beside Baton then; whatever that
    raises is only logged.
    """
    try:
        asyncio.run(_run(settings, when_ready))
    except REFUSALS as reason:
        log.error("%s", reason)
        return 1
    return 0


async def _run(settings: Settings, when_ready: Callable[[], WhenReady] | None) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    # Whoever waits for the interpreter gets it within a millisecond, not five: the writer's thread
    # gives it up at every statement.
    sys.setswitchinterval(0.001)
    async with fronting(settings) as front:
        # Most of the stack is Slack's; alerts do not wait for it.
        build: Any = await asyncio.to_thread(importlib.import_module, "app.build")
        async with build.behind(front):
            # What is there by now stays: to look through it for what is not costs a page its time.
            gc.freeze()
            alerts, private = front.bound
            log.info("Baton is ready: alerts on %s, health and metrics on %s", alerts, private)
            beside = asyncio.create_task(_beside(settings, when_ready))
            await stopping.wait()
            beside.cancel()
            log.info("stopping: nothing more is taken in, what is being said ends")


async def _beside(settings: Settings, when_ready: Callable[[], WhenReady] | None) -> None:
    if when_ready is None:
        return
    try:
        await (await asyncio.to_thread(when_ready))(settings)
    except Exception:
        log.exception("what a first run should hear could not be found out; `doctor` tells it")
