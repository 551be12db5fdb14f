"""Reads people's calendars when they are due, each on a thread of its own and outside any
transaction; the tick looks for them."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from app.calendars.absences import Absence, BadCalendar
from app.calendars.apart import read_apart
from app.delivery.fetch import fetch_calendar
from app.flows.kit import Kit
from app.flows.leave_calendar import (
    AHEAD,
    AT_ONCE,
    calendar_failed,
    calendar_read,
    claim_calendars,
    is_calendar_due,
)
from app.paging.errors import PagingError
from app.paging.seal import Seal
from app.rules.calendar import zone_of
from storage.leave_calendars import LeaveCalendar
from storage.trouble import is_away

log = logging.getLogger("baton.calendars")

Fetch: TypeAlias = Callable[[str], bytes]
Read: TypeAlias = Callable[[bytes, datetime, datetime, ZoneInfo], list[Absence]]


class Calendars:
    def __init__(
        self, kit: Kit, seal: Seal, *, fetch: Fetch = fetch_calendar, read: Read = read_apart
    ) -> None:
        self._kit = kit
        self._seal = seal
        self._fetch = fetch
        self._read = read
        self._reading: set[asyncio.Task[None]] = set()
        # Its own threads: a server that hangs keeps nobody else waiting.
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="calendar")

    async def look(self) -> None:
        """Begin what is due; never waits for a server."""
        if self._reading or not await self._kit.read(is_calendar_due):
            return
        for calendar in await self._kit.do(claim_calendars):
            task = asyncio.create_task(self.take(calendar))
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)

    async def stop(self) -> None:
        for task in [*self._reading]:
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def take(self, calendar: LeaveCalendar) -> None:
        """One calendar; what it shows, or why it could not be read, is remembered."""
        try:
            found = await self._absences(calendar)
        except (BadCalendar, PagingError) as bad:
            log.info("calendar %d was not read: %s", calendar.id, bad)
            await self._kit.do(calendar_failed, calendar.id, str(bad))
        except Exception as error:
            if is_away(error):  # it is due again by itself
                return
            log.exception("calendar %d could not be read", calendar.id)
            problem = f"Baton failed inside: {type(error).__name__}."
            await self._kit.do(calendar_failed, calendar.id, problem)
        else:
            await self._kit.do(calendar_read, calendar.id, found)

    async def _absences(self, calendar: LeaveCalendar) -> list[Absence]:
        url = self._seal.open(calendar.address)
        loop = asyncio.get_running_loop()
        body = await loop.run_in_executor(self._threads, self._fetch, url)
        zone = await self._kit.read(lambda work: zone_of(work.org, calendar.person))
        now = self._kit.clock()
        end = now + AHEAD
        return await loop.run_in_executor(self._threads, self._read, body, now, end, zone)
