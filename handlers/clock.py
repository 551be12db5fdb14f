"""The tick: once a second, look for what time has made due. APScheduler is only its metronome."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger("baton.clock")

Duty = Callable[[], Awaitable[object]]

OVERDUE = 1.5
"""Of the time between two ticks."""


class Tick:
    """Runs its duties every second, each for itself: one that fails costs only itself.

    `age` is how long ago a tick last completed, in seconds of a clock that nobody can set; what
    `/readyz` calls "ticking".
    """

    def __init__(self, duties: Sequence[Duty], *, every: float = 1.0) -> None:
        self._duties = duties
        self._every = every
        self._begun = time.monotonic()
        self._completed: float | None = None
        self._guarding: asyncio.Task[None] | None = None
        self._ticking = asyncio.Lock()
        self._scheduler = AsyncIOScheduler()
        # A late tick is still wanted, and several late ones are one.
        self._scheduler.add_job(
            self.once,
            "interval",
            seconds=every,
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )

    @property
    def age(self) -> float | None:
        """None before the first tick has completed."""
        return None if self._completed is None else time.monotonic() - self._completed

    def start(self) -> None:
        """The first tick comes at once: `/readyz` waits for it."""
        self._scheduler.start()
        self._guarding = asyncio.create_task(self._guard())
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))

    async def stop(self) -> None:
        """Start no further tick, and let one that runs end: what it writes is wanted."""
        if self._guarding is not None:
            self._guarding.cancel()
        self._scheduler.remove_all_jobs()
        async with self._ticking:
            self._scheduler.shutdown(wait=False)

    async def _guard(self) -> None:
        """APScheduler goes by the machine's clock: set that back by an hour, and it would wait for
        an hour. A tick that is overdue by a clock that nobody can set is begun by hand."""
        while True:
            await asyncio.sleep(self._every)
            overdue = time.monotonic() - self._begun > OVERDUE * self._every
            if overdue and not self._ticking.locked():
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))

    async def once(self) -> None:
        """One tick."""
        self._begun = time.monotonic()
        async with self._ticking:
            done = [await self._do(duty) for duty in self._duties]
        if all(done):
            self._completed = time.monotonic()

    async def _do(self, duty: Duty) -> bool:
        try:
            await duty()
        except Exception:
            log.exception("a duty of the tick failed; it is tried again in a second")
            return False
        return True
