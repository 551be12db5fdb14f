"""A running workspace: started inside a test or the demo, or by the command line."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from app.demo.workspace import saved
from app.demo.workspace.clock import Clock
from app.demo.workspace.company import acme
from app.demo.workspace.errors import Refused
from app.demo.workspace.faults import Faults
from app.demo.workspace.later import post_what_is_due
from app.demo.workspace.link.deliveries import Deliveries
from app.demo.workspace.link.envelope import Transport
from app.demo.workspace.link.push import HttpPush
from app.demo.workspace.link.sockets import Sockets
from app.demo.workspace.manifest import Manifest, read_manifest
from app.demo.workspace.rates import Rates
from app.demo.workspace.server import build
from app.demo.workspace.state import State
from app.demo.workspace.world import Tokens, World

STOP_WAIT = 0.2


@dataclass(slots=True, kw_only=True)
class Workspace:
    """`async with Workspace.running(…) as workspace`; addresses and tokens are ready inside."""

    world: World
    sockets: Sockets
    transport: Transport
    faults: Faults

    @classmethod
    @contextlib.asynccontextmanager
    async def running(
        cls,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        manifest: Path | str | Mapping[str, Any] | None = None,
        company: Path | str | None = None,
        push: str = "",
        bot_token: str = "",
        app_token: str = "",
        signing_secret: str = "",
        rate_limits: bool = True,
    ) -> "AsyncIterator[Workspace]":
        """Starts on `port` (0: any free one) and is gone at the end of the block."""
        tokens = Tokens(
            bot=bot_token or f"xoxb-{secrets.token_hex(12)}",
            app=app_token or f"xapp-1-{secrets.token_hex(12)}",
            signing_secret=signing_secret or secrets.token_hex(16),
        )
        clock, allowed = Clock(), read_manifest(manifest)
        state = _company(company, allowed, clock.now())
        world = World(state=state, manifest=allowed, tokens=tokens, clock=clock)
        sockets = Sockets(world)
        pushing = HttpPush(push, tokens.signing_secret) if push else None
        workspace = cls(world=world, sockets=sockets, transport=pushing or sockets, faults=Faults())
        try:
            async with workspace._serving(host, port, Rates(enforced=rate_limits)):
                yield workspace
        finally:
            if pushing is not None:
                await pushing.close()

    @contextlib.asynccontextmanager
    async def _serving(self, host: str, port: int, rates: Rates) -> AsyncIterator[None]:
        world = self.world
        deliveries = Deliveries(world, self.transport)
        world.send_event, world.ask = deliveries.send_event, deliveries.ask
        application = build(
            world,
            sockets=self.sockets,
            transport=self.transport,
            rates=rates,
            faults=self.faults,
        )
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=STOP_WAIT)
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        world.url = f"http://{host}:{runner.addresses[0][1]}"
        clockwork = asyncio.create_task(post_what_is_due(world))
        try:
            yield
        finally:
            clockwork.cancel()
            await deliveries.close()
            await self.sockets.close()
            await runner.cleanup()

    @property
    def url(self) -> str:
        return self.world.url

    @property
    def api_url(self) -> str:
        return f"{self.world.url}/api/"

    @property
    def bot_token(self) -> str:
        return self.world.tokens.bot

    @property
    def app_token(self) -> str:
        return self.world.tokens.app

    @property
    def signing_secret(self) -> str:
        return self.world.tokens.signing_secret

    @property
    def state(self) -> State:
        return self.world.state


def _company(source: Path | str | None, manifest: Manifest, now: float) -> State:
    """The company in a saved file, or Acme."""
    if source is None:
        return acme(manifest, now)
    try:
        body = json.loads(Path(source).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refused(f"The company file {source} cannot be read: {error}") from error
    return saved.load(body)
