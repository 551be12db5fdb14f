"""What the browser page is made of: the state, the stream of changes, pictures, static files."""

import asyncio
import contextlib
import json
from pathlib import Path

from aiohttp import web

from app.demo.workspace.doors.json_door import lever
from app.demo.workspace.errors import Refused
from app.demo.workspace.faults import Faults
from app.demo.workspace.link.envelope import Transport
from app.demo.workspace.link.sockets import Sockets
from app.demo.workspace.picture import picture
from app.demo.workspace.values import Json
from app.demo.workspace.world import World

PAGE = Path(__file__).resolve().parent.parent / "page" / "dist"
KEEP_ALIVE = 15.0
_NO_PAGE = "The browser page is not built here; the state is at /_workspace/state."


def routes(
    world: World, *, faults: Faults, sockets: Sockets, transport: Transport
) -> list[web.RouteDef]:
    window = Window(world, faults, sockets, transport)
    return [
        web.get("/", window.page),
        web.get("/_workspace/page/{path:.*}", window.asset),
        web.get("/_workspace/state", lever(window.state)),
        web.get("/_workspace/stream", window.stream),
        web.get("/_workspace/avatar/{user}", window.avatar),
        web.get("/_workspace/team-icon", window.team_icon),
    ]


class Window:
    def __init__(
        self, world: World, faults: Faults, sockets: Sockets, transport: Transport
    ) -> None:
        self._world, self._faults = world, faults
        self._sockets, self._transport = sockets, transport

    async def page(self, request: web.Request) -> web.StreamResponse:
        del request
        return _file(PAGE / "index.html")

    async def asset(self, request: web.Request) -> web.StreamResponse:
        wanted = (PAGE / request.match_info["path"]).resolve()
        if not wanted.is_relative_to(PAGE):
            return web.Response(status=404, text="There is no such file.")
        return _file(wanted)

    async def state(self, request: web.Request, body: Json) -> Json:
        """All of it; `?as=` what one person sees, `?calls=0` without calls and deliveries,
        `?channel=` with the messages of one channel only."""
        del body
        seen_by = request.query.get("as", "")
        if seen_by:
            who = self._world.state.user_called(seen_by)
            if who is None:
                raise Refused(f"Nobody here is called {seen_by!r}.")
            seen_by = who.id
        return picture(
            self._world,
            faults=self._faults,
            connected=len(self._sockets.connections),
            mode=self._transport.name,
            seen_by=seen_by,
            calls=request.query.get("calls") != "0",
            channel=request.query.get("channel"),
        )

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: one at once, then one for each burst of changes."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        self._world.open()
        with contextlib.suppress(ConnectionError):
            await self._follow(response)
        return response

    async def _follow(self, response: web.StreamResponse) -> None:
        seen = self._world.changes.seq
        await _tell(response, seen)
        while True:
            try:
                seen = await asyncio.wait_for(self._world.changes.after(seen), KEEP_ALIVE)
            except TimeoutError:
                await response.write(b": still here\n\n")
            else:
                await _tell(response, seen)

    async def avatar(self, request: web.Request) -> web.Response:
        who = self._world.state.users.get(request.match_info["user"])
        if who is None:
            return web.Response(status=404, text="Nobody has this picture.")
        letters = "".join(word[0] for word in who.real_name.split()[:2]).upper()
        return _picture(who.color, letters)

    async def team_icon(self, request: web.Request) -> web.Response:
        del request
        return _picture("4a154b", self._world.state.team.name[:1])


async def _tell(response: web.StreamResponse, seq: int) -> None:
    await response.write(f"event: change\ndata: {json.dumps({'seq': seq})}\n\n".encode())


def _file(path: Path) -> web.StreamResponse:
    if not path.is_file():
        return web.Response(status=404, text=_NO_PAGE)
    return web.FileResponse(path, headers={"Cache-Control": "no-cache"})


def _picture(color: str, letters: str) -> web.Response:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">'
        f'<rect width="48" height="48" rx="8" fill="#{color}"/>'
        '<text x="24" y="31" font-family="sans-serif" font-size="20" fill="#fff" '
        f'text-anchor="middle">{letters}</text></svg>'
    )
    return web.Response(text=svg, content_type="image/svg+xml")
