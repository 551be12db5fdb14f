"""Notices a blocked event loop from a thread beside it: whatever blocks the loop blocks pages."""

import asyncio
import logging
import sys
import threading
import time
import traceback

log = logging.getLogger("baton.watch")

LIMIT = 5.0
"""Seconds without a turn after which the loop is called blocked."""
LOOKS = 10
"""Looks of the thread within one limit."""
CALM = 20.0
"""Seconds after a block for which it still counts, so that the outside checker misses a beat."""


class LoopWatch:
    """`start` on the loop to be watched. While it is blocked, its stack is logged once."""

    def __init__(self, *, limit: float = LIMIT, calm: float = CALM) -> None:
        self._limit = limit
        self._calm = calm
        self._turned = time.monotonic()
        self._blocked_at: float | None = None
        self._asked = False
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_blocked(self) -> bool:
        """It is blocked, or was a moment ago."""
        at = self._blocked_at
        return at is not None and time.monotonic() - at < self._calm

    def start(self) -> None:
        self._turned = time.monotonic()
        self._thread = threading.Thread(
            target=self._watch,
            args=(asyncio.get_running_loop(), threading.get_ident()),
            name="loop-watch",
            daemon=True,
        )
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self, loop: asyncio.AbstractEventLoop, thread: int) -> None:
        told = False
        while not self._ending.wait(self._limit / LOOKS):
            if not self._ask(loop):
                return
            silent = time.monotonic() - self._turned
            if silent < self._limit:
                told = False
                continue
            self._blocked_at = time.monotonic()
            if not told:
                told = True
                log.error("the event loop has been blocked for %.1f s:\n%s", silent, _stack(thread))

    def _ask(self, loop: asyncio.AbstractEventLoop) -> bool:
        """False once the loop is closed."""
        if self._asked:
            return True
        self._asked = True
        try:
            loop.call_soon_threadsafe(self._turn)
        except RuntimeError:
            return False
        return True

    def _turn(self) -> None:
        self._turned = time.monotonic()
        self._asked = False


def _stack(thread: int) -> str:
    frame = sys._current_frames().get(thread)
    return "".join(traceback.format_stack(frame)) if frame is not None else "(it is gone)"
