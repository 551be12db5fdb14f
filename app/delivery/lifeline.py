"""The lifeline: a sign of life to a checker outside, sent only while everything is well.

The checker calls people when it no longer comes; so it must not come when Baton is not well.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import aiohttp

from app.flows.kit import Kit

log = logging.getLogger("baton.watch")

PATIENCE = 5.0
"""Seconds for the database, and for the checker."""

Ills = Callable[[], Sequence[str]]
"""What is not well at this instant, in words; empty when all is."""


class Lifeline:
    """Fetches one address, and nothing that it answers with: no redirect is followed."""

    def __init__(self, kit: Kit, url: str, *, every: float, ills: Ills) -> None:
        self._kit = kit
        self._url = url
        self._every = every
        self._ills = ills
        self._task: asyncio.Task[None] | None = None
        self._was = ""
        self.sent = 0

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="lifeline")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> bool:
        """Send one sign if all is well; True when the checker took it."""
        ills = [*self._ills(), *await self._database()]
        if not ills:
            failure = await self._send()
            if failure is None:
                self.sent += 1
                self._tell("")
                return True
            ills = [failure]
        self._tell("; ".join(ills))
        return False

    async def _database(self) -> Sequence[str]:
        try:
            await asyncio.wait_for(self._kit.read(lambda work: work.org.version), PATIENCE)
        except Exception:
            return ["the database does not answer"]
        return ()

    async def _send(self) -> str | None:
        """None when it arrived; the address is a secret, so no error is told as it came."""
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
                session.get(self._url, allow_redirects=False) as answer,
            ):
                status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            where = urlsplit(self._url).hostname
            return f"the outside checker at {where} is not reached ({type(error).__name__})"
        return None if status < 300 else f"the outside checker answered {status}"

    def _tell(self, ill: str) -> None:
        """Only what is new."""
        if ill and ill != self._was:
            log.error("no sign of life is sent to the outside checker: %s", ill)
        elif self._was and not ill:
            log.info("signs of life go to the outside checker again")
        self._was = ill

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            try:
                await self.look()
            except Exception:
                log.exception("the sign of life failed inside; it is tried again")
