"""Phones that keep a ledger of every copy they were given, behind a network with some latency."""

import asyncio
import contextlib
import random
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web

from app.paging.links import Links

LINK = re.compile(r"/acknowledge/([\w-]+)")
THERE = 0.05
BACK = 0.02
"""The longest a message is on its way to a phone, and its receipt on its way back, in seconds."""


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One message as it was heard, on `phone`; what its link says it is about and for whom."""

    at: datetime
    phone: str
    incident: int
    escalation: int
    person: str
    link: str


@dataclass
class Phones:
    """An ntfy for everybody. Nothing in it is Baton's word: it is what was really heard."""

    links: Links
    chance: random.Random
    copies: list[Copy] = field(default_factory=list)
    heard: Callable[[Copy], None] = lambda copy: None
    port: int = 0

    async def take(self, request: web.Request) -> web.Response:
        try:
            told = await request.text()
        except ConnectionResetError:
            return web.Response(status=500)
        told += " ".join(request.headers.values())
        topic = request.match_info["topic"] or (await request.json())["topic"]
        await asyncio.sleep(self.chance.uniform(0, THERE))
        if request.transport is None or request.transport.is_closing():
            # Whoever sent it died while it was on its way: it never reached the phone.
            return web.Response(status=500)
        self._hear(topic, told)
        await asyncio.sleep(self.chance.uniform(0, BACK))
        return web.json_response({"id": "1", "time": 0, "event": "message", "topic": topic})

    def _hear(self, topic: str, told: str) -> None:
        found = LINK.search(told)
        claim = self.links.read(found[1]) if found else None
        assert found is not None
        assert claim is not None, f"a page without a genuine link: {told}"
        copy = Copy(
            at=datetime.now(UTC),
            phone=topic,
            incident=claim.incident,
            escalation=claim.escalation,
            person=claim.person,
            link=found[0],
        )
        self.copies.append(copy)
        self.heard(copy)


@contextlib.asynccontextmanager
async def phones(key: str, chance: random.Random) -> AsyncIterator[Phones]:
    """Phones that listen, until the end of the block."""
    made = Phones(links=Links(None, key), chance=chance)
    application = web.Application()
    application.router.add_route("*", "/{topic:.*}", made.take)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.port = runner.addresses[0][1]
    try:
        yield made
    finally:
        await runner.cleanup()
