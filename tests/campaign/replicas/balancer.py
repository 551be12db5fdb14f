"""A load balancer before replicas in HTTP mode: each request goes to one that answers."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

PATIENCE = 1.0
"""Seconds that a replica has; Slack waits for three."""


@dataclass
class Balancer:
    """Tries the replicas in any order; 503 when none answers. It is no wiser than the simplest
    ones: what a frozen replica was given is given to another one, too."""

    http: aiohttp.ClientSession
    url: str = ""
    ports: Sequence[int] = ()
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    @classmethod
    @contextlib.asynccontextmanager
    async def serving(cls) -> "AsyncIterator[Balancer]":
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            made = cls(http)
            application = web.Application()
            application.router.add_post("/{path:.*}", made.forward)
            runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            try:
                yield made
            finally:
                await runner.cleanup()

    async def forward(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.startswith("X-Slack") or name == "Content-Type"
        }
        for port in self.chance.sample(list(self.ports), len(self.ports)):
            url = f"http://127.0.0.1:{port}{request.path}"
            with contextlib.suppress(aiohttp.ClientError, asyncio.TimeoutError):
                async with self.http.post(url, data=body, headers=headers) as answer:
                    told = await answer.read()
                    kind = answer.headers.get("Content-Type", "")
                    return web.Response(
                        status=answer.status, body=told, headers={"Content-Type": kind}
                    )
        return web.Response(status=503)
