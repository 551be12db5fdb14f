"""One WebSocket to Slack: dialled once, watched by the monotonic clock, closed for good."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from aiohttp import WSMessage
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

MISSED_PONGS = 4
Hear: TypeAlias = Callable[[AsyncBaseSocketModeClient, SocketModeRequest], Awaitable[None]]

quiet = logging.getLogger("slack_sdk.socket_mode.baton")
quiet.setLevel(logging.CRITICAL)
"""The client tells every failed try with a traceback; our status tells it in a sentence."""


class _Client(SocketModeClient):
    """slack_sdk's client, which leaves reconnecting to us."""

    def __init__(self, leaving: asyncio.Event, **given: Any) -> None:
        super().__init__(auto_reconnect_enabled=False, logger=quiet, **given)
        self._leaving = leaving

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        """Slack is about to close this connection, or has: somebody else takes over."""
        self._leaving.set()


class Connection:
    """`leaving` is set when Slack asks us to go; `is_alive` is False once it is of no use.

    `heard_at` is when an envelope last came by it (at first, when it was made); `missed` counts
    those that came by others since.
    """

    def __init__(
        self,
        web: AsyncWebClient,
        app_token: str,
        *,
        ping_interval: float,
        monotonic: Callable[[], float],
        hear: Hear,
    ) -> None:
        self.leaving = asyncio.Event()
        self._monotonic = monotonic
        self._silence = ping_interval * MISSED_PONGS
        self._client = _Client(
            self.leaving, app_token=app_token, web_client=web, ping_interval=ping_interval
        )
        self._client.proxy = web.proxy
        self._hear = hear
        self._client.socket_mode_request_listeners.append(self._heard)
        self._client.on_close_listeners.append(self._closed)
        self._pong: float | None = None
        self._pong_at = self.heard_at = monotonic()
        self.missed = 0

    async def dial(self) -> None:
        """Ask for an address and connect; the caller bounds the time, because a spent address
        is tried for ever."""
        self._client.wss_uri = await self._client.issue_new_wss_url()
        await self._client.connect()  # type: ignore[no-untyped-call]
        self._pong_at = self._monotonic()

    def is_alive(self) -> bool:
        """Open, and not silent for four pings; the wall clock may jump without harm."""
        session = self._client.current_session
        if self._client.closed or session is None or session.closed:
            return False
        if self._client.last_ping_pong_time != self._pong:
            self._pong = self._client.last_ping_pong_time
            self._pong_at = self._monotonic()
        return self._monotonic() - self._pong_at <= self._silence

    async def _heard(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        self.heard_at, self.missed = self._monotonic(), 0
        await self._hear(client, request)

    async def _closed(self, message: WSMessage) -> None:
        self.leaving.set()

    async def close(self, wait: float) -> None:
        """Say goodbye for at most `wait` seconds, then go."""
        client = self._client
        client.closed = True
        tasks = (client.message_processor, client.current_session_monitor, client.message_receiver)
        for task in tasks:
            if task is not None:
                task.cancel()
        session = client.current_session
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(wait):
                if session is not None:
                    await session.close()
        await client.aiohttp_client_session.close()
