"""Slack's rate limits (slack-platform.md 2.2): a method over its tier is answered 429."""

import math
from collections import deque

WINDOW = 60.0
SPECIAL = {"chat.postMessage": 300, "auth.test": 600, "chat.getPermalink": 600}
CHANNEL_RATE = 1.0  # posts a second in one channel
CHANNEL_BURST = 10  # how many may come at once before that rate holds; Slack promises no number


class Rates:
    """Counts calls a minute by method, and posts by channel."""

    def __init__(self, *, enforced: bool = True) -> None:
        self.enforced = enforced
        self._calls: dict[str, deque[float]] = {}
        self._channels: dict[str, tuple[float, float]] = {}

    def wait(self, method: str, tier: int | None, channel: str, now: float) -> int:
        """Seconds the caller must wait (`Retry-After`), or 0 when this call may pass."""
        if not self.enforced:
            return 0
        limit = SPECIAL.get(method, 50) if tier is None else tier
        calls = self._calls.setdefault(method, deque())
        while calls and calls[0] + WINDOW <= now:
            calls.popleft()
        if len(calls) >= limit:
            return max(1, math.ceil(calls[0] + WINDOW - now))
        if method == "chat.postMessage" and (pause := self._channel_pause(channel, now)):
            return pause
        calls.append(now)
        return 0

    def _channel_pause(self, channel: str, now: float) -> int:
        """A bucket of posts that refills at one a second."""
        left, since = self._channels.get(channel, (float(CHANNEL_BURST), now))
        left = min(float(CHANNEL_BURST), left + (now - since) * CHANNEL_RATE)
        if left < 1:
            self._channels[channel] = (left, now)
            return max(1, math.ceil((1 - left) / CHANNEL_RATE))
        self._channels[channel] = (left - 1, now)
        return 0
