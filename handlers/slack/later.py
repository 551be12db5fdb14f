"""What is sent once a request is decided: it runs beside the answer and may fail without it."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)
STOP_WAIT = 1.0


class Later:
    """Background tasks that are neither forgotten by the loop nor by us."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Start it; whatever it raises becomes one log line."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def close(self) -> None:
        """Give what runs a moment to end, then end it."""
        if not self._tasks:
            return
        _, slow = await asyncio.wait(self._tasks, timeout=STOP_WAIT)
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("A private answer was not sent.", exc_info=error)
