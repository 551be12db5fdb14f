"""Chromium's DevTools protocol on a WebSocket: numbered calls, and what pages report."""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

Json = dict[str, Any]
ANSWER_WITHIN = 30.0


class BrowserError(Exception):
    """The browser, or the page in it, did not do what was asked; says what."""


@dataclass
class Wire:
    """One connection; a listener hears what its session reports."""

    socket: aiohttp.ClientWebSocketResponse
    listeners: dict[str, Callable[[str, Json], None]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _waiting: dict[int, asyncio.Future[Json]] = field(default_factory=dict)

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, address: str) -> "AsyncIterator[Wire]":
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(address, max_msg_size=0) as socket,
        ):
            wire = cls(socket)
            reading = asyncio.create_task(wire._read())
            try:
                yield wire
            finally:
                reading.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await reading

    async def call(self, method: str, session: str = "", **params: Any) -> Json:
        number = next(self._numbers)
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        message: Json = {"id": number, "method": method, "params": params}
        await self.socket.send_json(message | ({"sessionId": session} if session else {}))
        try:
            said = await asyncio.wait_for(answer, ANSWER_WITHIN)
        finally:
            self._waiting.pop(number, None)
        if "error" in said:
            raise BrowserError(f"{method}: {said['error'].get('message')}")
        result: Json = said.get("result", {})
        return result

    async def _read(self) -> None:
        async for frame in self.socket:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                continue
            said = json.loads(frame.data)
            if answer := self._waiting.get(said.get("id", 0)):
                if not answer.done():
                    answer.set_result(said)
            elif hear := self.listeners.get(said.get("sessionId", "")):
                hear(said["method"], said.get("params", {}))
