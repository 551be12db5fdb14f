"""Reads a SQLite file through now and then: damage is found only where somebody looks."""

import asyncio
import logging
import sqlite3
import threading

from app.flows.kit import Kit
from storage.engine import damage_of
from storage.trouble import FileDamaged

log = logging.getLogger("baton.watch")

EVERY = 3600.0
"""Seconds between two looks; each reads the whole file, beside everything else."""
WHILE_DAMAGED = 60.0
"""Somebody may have mended it in its place."""
GLANCE = 1.0
"""Seconds between two glances at whether somebody met damage."""


class FileWatch:
    """A server looks after its own files, so this is for SQLite; elsewhere it does nothing."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._task: asyncio.Task[None] | None = None
        self._ending = threading.Event()

    def start(self) -> None:
        if self._kit.database.path is not None:
            self._task = asyncio.create_task(self._run(), name="file-watch")

    async def stop(self) -> None:
        self._ending.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> None:
        """Once; a file that cannot be read at all is told of by everybody who uses it."""
        path = self._kit.database.path
        assert path is not None
        try:
            detail = await asyncio.to_thread(damage_of, path, ended=self._ending.is_set)
        except sqlite3.Error as error:
            log.warning("%s could not be looked over: %s", path, error)
            return
        if detail is not None:
            self._kit.writing.failed(FileDamaged(path, detail))
            return
        for outage in (self._kit.writing, self._kit.reading):
            if outage.is_damaged:
                outage.mended()

    async def _run(self) -> None:
        while True:
            await self._pause()  # `run` has just looked, before it started
            await self.look()

    async def _pause(self) -> None:
        """Until the next look; damage that somebody met meanwhile is looked at sooner."""
        waited = 0.0
        while waited < (WHILE_DAMAGED if self._kit.writing.is_damaged else EVERY):
            await asyncio.sleep(GLANCE)
            waited += GLANCE
