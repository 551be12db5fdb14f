"""Slack's return: one probe notices it, and what waited for Slack is said within seconds."""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Callable

from app.chat.client import TIMEOUT, Chat
from app.chat.errors import ChatError
from app.flows.kit import Kit
from app.flows.slack_is_back import hasten_slack, slack_is_back

log = logging.getLogger("baton.delivery")

LOOK = 1.0
PROBE_EVERY = 2.0
"""Seconds between two probes of a Slack that is away."""
SHUT_EVERY = 10.0
"""The same where only a person can mend it: a token that was refused, a missing permission."""
PROBE_WAIT = 3.0
STRAGGLERS = TIMEOUT + 1.0
"""So long after the return a call that began before it may still fail, and is hastened too."""


class Comeback:
    """Looks once a second how Slack stands; `look` is one such look, for whoever drives time.

    `fresh_token` tells the token as the settings have it now; a replaced one is taken up.
    """

    def __init__(
        self,
        kit: Kit,
        chat: Chat,
        *,
        fresh_token: Callable[[], str | None] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kit = kit
        self._chat = chat
        self._fresh_token = fresh_token
        self._monotonic = monotonic
        self._was_away = self._was_shut = False
        self._probed_at = -SHUT_EVERY
        self._again_at: float | None = None

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("what waits for Slack could not be hastened; trying again")
            await asyncio.sleep(LOOK)

    async def look(self) -> bool:
        """True when Slack is found to be back, and what waited for it is due."""
        reach, now = self._chat.reach, self._monotonic()
        if now - self._probed_at >= self._pause():
            self._probed_at = now
            await self._probe()
        # Gone is only what a probe found gone: one method that fails is no outage of Slack.
        back = (self._was_away and not reach.is_away) or (self._was_shut and not reach.is_shut)
        self._was_away, self._was_shut = reach.is_away, reach.is_shut
        if back:
            self._again_at = now + STRAGGLERS
            count = await self._kit.do(slack_is_back)
            log.info("Slack is back; %d things that waited for it are said now", count)
        elif self._again_at is not None and now >= self._again_at:
            self._again_at = None
            await self._kit.do(hasten_slack)
        return back

    def _pause(self) -> float:
        if self._chat.reach.is_away:
            return PROBE_EVERY
        return SHUT_EVERY if self._chat.reach.is_shut else math.inf

    async def _probe(self) -> None:
        if self._chat.reach.is_shut and (token := self._fresh_token()):
            self._chat.renew(token)
        with contextlib.suppress(ChatError, TimeoutError):
            async with asyncio.timeout(PROBE_WAIT):
                await self._chat.who_am_i()
