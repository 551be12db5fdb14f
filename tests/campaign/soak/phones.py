"""Phones of the shape of ntfy's: each push is read once and not kept, so that they stay small."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

NUMBER = re.compile(r"INC-(\d+)")


class Phones:
    """Who was rung for which incident since the last look."""

    def __init__(self) -> None:
        self._rung: list[tuple[str, int]] = []
        self.port = 0

    def target(self, person: str) -> str:
        return f"ntfy://127.0.0.1:{self.port}/phone-{person}"

    def rung(self) -> list[tuple[str, int]]:
        found, self._rung = self._rung, []
        return found

    async def take(self, request: web.Request) -> web.Response:
        body = await request.json()
        number = NUMBER.search(str(body.get("title", "")))
        person = str(body.get("topic", "")).removeprefix("phone-")
        if number is not None:
            self._rung.append((person, int(number.group(1))))
        return web.json_response({"id": "x"})


@asynccontextmanager
async def phones() -> AsyncIterator[Phones]:
    made = Phones()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.port = runner.addresses[0][1]
    try:
        yield made
    finally:
        await asyncio.shield(runner.cleanup())
