"""Slack's rate limits, kept on our side: one queue per method and per channel, pages first.

Slack answers 429 past about 20 (tier 2), 50 (tier 3) or 100 (tier 4) calls a minute and method,
and past about one post a second and channel. Waiting here is cheaper than being refused there,
and lets a page overtake whatever else waits.
"""

import asyncio
import heapq
import itertools
import time
from collections import defaultdict
from collections.abc import Callable

TIER_2 = frozenset(
    {
        "conversations.create",
        "conversations.archive",
        "conversations.rename",
        "conversations.setTopic",
        "conversations.setPurpose",
        "conversations.list",
        "pins.add",
        "bookmarks.add",
        "usergroups.list",
        "usergroups.users.update",
        "users.list",
    }
)
TIER_4 = frozenset(
    {"views.open", "views.update", "views.publish", "users.info", "chat.postEphemeral"}
)
POST = "chat.postMessage"
BURST = 5
"""So many calls may go at once before the minute's rate holds."""


def per_minute(method: str) -> float:
    """The rate we allow ourselves, a little under Slack's."""
    if method in TIER_2:
        return 19
    if method in TIER_4:
        return 95
    return 280 if method == POST else 48


class _Queue:
    """A token bucket whose waiters are served by urgency, then by arrival."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float]) -> None:
        self._rate = rate / 60
        self._burst = burst
        self._clock = clock
        self._tokens = burst
        self._at = clock()
        self._closed_until = 0.0
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._serving: asyncio.Task[None] | None = None

    async def turn(self, urgency: int) -> None:
        """Return when it is the caller's turn."""
        if not self._waiting and self._take():
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (urgency, next(self._order), turn))
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve())
        await turn

    def close_for(self, seconds: float) -> None:
        """Slack said 429: nobody goes before it said so."""
        self._closed_until = max(self._closed_until, self._clock() + seconds)

    async def _serve(self) -> None:
        while self._waiting:
            if self._waiting[0][2].cancelled():
                heapq.heappop(self._waiting)
            elif self._take():
                heapq.heappop(self._waiting)[2].set_result(None)
            else:
                await asyncio.sleep(max(0.005, self._wait()))

    def _take(self) -> bool:
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1 or now < self._closed_until:
            return False
        self._tokens -= 1
        return True

    def _wait(self) -> float:
        for_token = max(0.0, (1 - self._tokens) / self._rate)
        return max(for_token, self._closed_until - self._clock())


class Limits:
    """Who may call what when. Urgency 0 (pages) goes before 1 (everything else)."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._methods: dict[str, _Queue] = {}
        self._channels: dict[str, _Queue] = {}
        self._clock = clock
        self.waited: dict[str, float] = defaultdict(float)

    async def turn(self, method: str, *, channel: str | None = None, urgency: int = 1) -> None:
        """Wait until this call may go."""
        started = self._clock()
        await self._method(method).turn(urgency)
        if channel is not None:
            await self._channel(channel).turn(urgency)
        self.waited[method] += self._clock() - started

    def refused(self, method: str, channel: str | None, seconds: float) -> None:
        """Slack answered 429."""
        queue = self._channel(channel) if channel is not None else self._method(method)
        queue.close_for(seconds)

    def _method(self, method: str) -> _Queue:
        if method not in self._methods:
            self._methods[method] = _Queue(per_minute(method), BURST * 2, self._clock)
        return self._methods[method]

    def _channel(self, channel: str) -> _Queue:
        if channel not in self._channels:
            self._channels[channel] = _Queue(60, BURST, self._clock)
        return self._channels[channel]
