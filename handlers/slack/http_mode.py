"""HTTP mode: Slack comes to us, and the guard stands at the door."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from slack_bolt.async_app import AsyncApp
from starlette.routing import Route

from app.chat.client import Chat
from handlers.slack import guard
from handlers.slack.status import SlackStatus, Standing, introduce


class HttpMode:
    """The same to its owner as Socket Mode: start, stop, status; and the route Slack calls."""

    def __init__(
        self,
        bolt: AsyncApp,
        signing_secret: str,
        *,
        chat: Chat,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._bolt = bolt
        self._secret = signing_secret
        self._chat = chat
        self._standing = Standing("http", clock)
        self._running: asyncio.Task[None] | None = None

    def routes(self) -> list[Route]:
        """POST /slack/events."""
        return guard.routes(self._bolt, self._secret, heard=self._standing.heard)

    def start(self) -> None:
        """Learn in the background who we are; requests are answered meanwhile."""
        self._running = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        self._standing.connections(0)

    def status(self) -> SlackStatus:
        return self._standing.status

    async def _run(self) -> None:
        await introduce(self._chat, self._standing)
        self._standing.connections(1)
