"""Where pages arrive: an ntfy on loopback that notes when, and nothing else."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

PATIENCE = 30.0
TITLE = re.compile(r"(Late page|Open|Bench|The load of the night)( Baton| Alertmanager)?( \d+)?")
LINK = re.compile(r"/acknowledge/[\w.~-]+")


@dataclass
class Sink:
    """`await sink.arrival(title)` is the instant (monotonic) at which that page came."""

    port: int = 0
    arrived: dict[str, float] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        at = time.monotonic()
        told = await request.text() + " ".join(request.headers.values())
        # "P1 INC-7 Late page 12 …": an alert's own title is what tells one page from another.
        title = TITLE.search(told)
        link = LINK.search(told)
        assert title is not None, told
        self.arrived.setdefault(title[0], at)
        self.links[title[0]] = link[0] if link else ""
        self._news.set()
        return web.json_response({"id": "1", "time": 0, "event": "message", "topic": "sink"})

    async def arrival(self, title: str) -> float:
        async with asyncio.timeout(PATIENCE):
            while title not in self.arrived:
                self._news.clear()
                await self._news.wait()
        return self.arrived[title]


@asynccontextmanager
async def sink() -> AsyncIterator[Sink]:
    made = Sink()
    application = web.Application()
    application.router.add_route("*", "/{topic:.*}", made.take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.port = runner.addresses[0][1]
    try:
        yield made
    finally:
        await runner.cleanup()
