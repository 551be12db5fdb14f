"""The workspace as one web application: which address leads to which room."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from app.demo.workspace.api.door import Door
from app.demo.workspace.doors import acts, levers, people, phones, response_urls, window
from app.demo.workspace.faults import Faults
from app.demo.workspace.link.envelope import Transport
from app.demo.workspace.link.sockets import Sockets
from app.demo.workspace.rates import Rates
from app.demo.workspace.world import World

LARGEST_BODY = 16 * 1024 * 1024


def build(
    world: World, *, sockets: Sockets, transport: Transport, rates: Rates, faults: Faults
) -> web.Application:
    application = web.Application(client_max_size=LARGEST_BODY, middlewares=[_same_site])
    door = Door(world, sockets=sockets, rates=rates, faults=faults)
    application.add_routes(
        [
            web.get("/api/{method}", door.answer),
            web.post("/api/{method}", door.answer),
            web.get("/link/", _unless_dark(world, sockets.accept)),
            *acts.routes(world),
            *people.routes(world),
            *phones.routes(world),
            *levers.routes(world, faults=faults, sockets=sockets),
            *response_urls.routes(world),
            *window.routes(world, faults=faults, sockets=sockets, transport=transport),
        ]
    )
    return application


_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _unless_dark(world: World, handler: _Handler) -> _Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        if world.dark:
            return web.Response(status=503, text="Slack is dark.")
        return await handler(request)

    return handle


@web.middleware
async def _same_site(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """The levers need no token, so no other site open in the same browser may pull them."""
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        return web.Response(status=403, text="Pages of other sites cannot use this workspace.")
    return await handler(request)
