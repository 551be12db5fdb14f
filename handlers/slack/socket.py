"""Socket Mode: two connections to Slack, each watched and replaced by us.

slack_sdk's client dials a spent address again and again, and judges silence by the wall clock
(reliability.md 0.5). Here a connection that is dead, silent or about to be closed by Slack gets a
successor with an address of its own, one after the other, so that one of the two is always there.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

import aiohttp
from slack_bolt.adapter.socket_mode.async_internals import (
    run_async_bolt_app,
    send_async_response,
)
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from app.chat.client import Chat
from app.chat.errors import explain
from handlers.slack.connection import Connection
from handlers.slack.status import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    SlackStatus,
    Standing,
    introduce,
)

log = logging.getLogger(__name__)
CONNECTIONS = 2
WATCH = 1.0
DIAL_WAIT = 5.0
"""Longer than a healthy connection takes; a spent address shows by nothing but silence."""
DRAIN = 3.0
"""An old connection may still acknowledge what came by it for so long."""
CLOSE_WAIT = 1.0
SILENCE = 300.0
"""Seconds without an envelope after which we give ourselves a sign; never more often than that."""
ECHO_WAIT = 10.0
"""Slack tells of a reaction within a second; silent for so long, it will not tell."""
MOST_MISSED = 16
"""A connection by which nothing comes, while so many come by the other, is replaced too."""
APP_TOKEN = {
    "invalid_auth": "SLACK_APP_TOKEN is wrong. Make an app-level token with connections:write on "
    "the app's Basic Information page.",
    "not_allowed_token_type": "SLACK_APP_TOKEN is no app-level token: it begins with xapp-.",
    "missing_scope": "SLACK_APP_TOKEN lacks the scope connections:write. Make a new one.",
}


class SocketMode:
    """Keeps us connected in the background, from `start` to `stop`; never raises for Slack."""

    def __init__(
        self,
        bolt: AsyncApp,
        app_token: str,
        *,
        chat: Chat,
        clock: Callable[[], datetime] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        ping_interval: float = 10.0,
        connections: int = CONNECTIONS,
        ping: Callable[[], Awaitable[bool]] | None = None,
        silence: float = SILENCE,
        echo_wait: float = ECHO_WAIT,
    ) -> None:
        self._bolt = bolt
        self._app_token = app_token
        self._chat = chat
        self._monotonic = monotonic
        self._ping_interval = ping_interval
        self._standing = Standing("socket", clock)
        self._lines: list[Connection | None] = [None] * connections
        self._ping = ping
        self._silence = silence
        self._echo_wait = echo_wait
        self._heard_at = self._pinged_at = monotonic()
        self._turn = asyncio.Lock()
        self._running: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to connect; returns at once, and works without Slack, too."""
        self._running = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Let go of all connections, within two seconds."""
        tasks = [task for task in (self._running, *self._leaving) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        lines = [line for line in self._lines if line is not None]
        await asyncio.gather(*(line.close(CLOSE_WAIT) for line in lines))
        self._lines = [None] * len(self._lines)
        self._standing.connections(0)

    def status(self) -> SlackStatus:
        self._count()
        return self._standing.status

    async def _run(self) -> None:
        await introduce(self._chat, self._standing)
        async with asyncio.TaskGroup() as group:
            for place in range(len(self._lines)):
                group.create_task(self._keep(place))
            if self._ping is not None:
                group.create_task(self._doubt(self._ping))

    async def _doubt(self, ping: Callable[[], Awaitable[bool]]) -> None:
        """Connections that only seem to stand are found out when nothing comes by them."""
        while True:
            await asyncio.sleep(min(WATCH, self._silence))
            now = self._monotonic()
            silent = now - max(self._heard_at, self._pinged_at) >= self._silence
            if not silent or not self._alive():
                continue
            self._pinged_at = now
            try:
                if await ping() and not await self._heard_after(now):
                    self._standing.hears_nothing()
                    self._replace_all()
            except Exception:
                log.exception("Whether Slack's connections carry anything could not be found out.")

    async def _heard_after(self, moment: float) -> bool:
        """An envelope came, or comes within the time that an echo takes."""
        end = self._monotonic() + self._echo_wait
        while self._heard_at < moment and self._monotonic() < end:
            await asyncio.sleep(min(WATCH, self._echo_wait / 10))
        return self._heard_at >= moment

    def _replace_all(self) -> None:
        """Each gets a successor, one after the other: only one is dialled at a time."""
        for line in self._alive():
            line.leaving.set()

    def _suspect(self) -> None:
        """Slack sends by any of the connections; one that is always passed over is dead."""
        for line in self._alive():
            quiet = self._monotonic() - line.heard_at >= self._silence
            if quiet and line.missed >= MOST_MISSED:
                log.warning("A connection to Slack carries nothing; it is replaced.")
                line.leaving.set()

    def _alive(self) -> list[Connection]:
        return [line for line in self._lines if line is not None and line.is_alive()]

    async def _keep(self, place: int) -> None:
        """Hold one of the places for ever: dial, watch, replace."""
        pause = FIRST_PAUSE
        while True:
            try:
                async with self._turn:
                    made = await self._dial()
                if made is not None:
                    pause = FIRST_PAUSE
                    await self._watch(place, made)
                    continue
            except Exception:
                # Whatever it was, a place that nobody holds would never come back.
                log.exception("A connection to Slack failed in a way that is new to us.")
            self._count()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _watch(self, place: int, made: Connection) -> None:
        """Put it in its place, and return when it needs a successor."""
        self._retire(self._lines[place])
        self._lines[place] = made
        self._count()
        while made.is_alive() and not made.leaving.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(made.leaving.wait(), WATCH)
        self._count()

    async def _dial(self) -> Connection | None:
        """A new connection by a new address, or None and a sentence in the status."""
        made = Connection(
            self._chat.client,
            self._app_token,
            ping_interval=self._ping_interval,
            monotonic=self._monotonic,
            hear=self._hear,
        )
        try:
            async with asyncio.timeout(DIAL_WAIT):
                await made.dial()
                return made
        except SlackApiError as error:
            code = str(error.response.get("error", ""))
            self._standing.trouble(APP_TOKEN.get(code) or explain("apps.connections.open", code))
        except (TimeoutError, OSError, ValueError, aiohttp.ClientError, SlackClientError) as error:
            self._standing.trouble(
                f"Slack's Socket Mode cannot be reached ({type(error).__name__}); "
                "I try again every few seconds. Alerts and pages by phone go on."
            )
        except asyncio.CancelledError:
            await made.close(CLOSE_WAIT)
            raise
        await made.close(CLOSE_WAIT)
        return None

    async def _hear(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """One envelope; without an acknowledgement Slack sends it again."""
        self._heard_at = self._monotonic()
        self._standing.heard()
        for line in self._alive():
            line.missed += 1
        self._suspect()
        started = time.time()
        try:
            answer = await run_async_bolt_app(self._bolt, request)
            await send_async_response(client, request, answer, started)
        except (OSError, aiohttp.ClientError, SlackClientError) as error:
            log.warning("An answer to Slack was lost.", extra={"why": type(error).__name__})
        except Exception:
            log.exception("Slack sent what Bolt cannot read.", extra={"type": request.type})

    def _count(self) -> None:
        self._standing.connections(len(self._alive()))

    def _retire(self, old: Connection | None) -> None:
        """Its successor is there; what it still has in hand may be answered."""
        if old is None:
            return

        async def leave() -> None:
            try:
                if old.is_alive():
                    await asyncio.sleep(DRAIN)
            finally:
                await old.close(CLOSE_WAIT)

        task = asyncio.get_running_loop().create_task(leave())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
