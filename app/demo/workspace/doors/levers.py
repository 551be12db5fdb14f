"""Levers for tests and demos: faults, darkness, dropped sockets, the clock, what was called."""

from dataclasses import asdict

from aiohttp import web

from app.demo.workspace import saved
from app.demo.workspace.doors.json_door import lever
from app.demo.workspace.errors import Refused
from app.demo.workspace.faults import Faults
from app.demo.workspace.link.sockets import Sockets
from app.demo.workspace.values import Json
from app.demo.workspace.world import World


def routes(world: World, *, faults: Faults, sockets: Sockets) -> list[web.RouteDef]:
    levers = Levers(world, faults, sockets)
    return [
        web.put("/_workspace/faults/{method}", lever(levers.put_fault)),
        web.delete("/_workspace/faults/{method}", lever(levers.remove_fault)),
        web.post("/_workspace/dark", lever(levers.dark)),
        web.post("/_workspace/sockets/drop", lever(levers.drop)),
        web.get("/_workspace/calls", lever(levers.calls)),
        web.delete("/_workspace/calls", lever(levers.forget_calls)),
        web.get("/_workspace/deliveries", lever(levers.deliveries)),
        web.get("/_workspace/saved", lever(levers.save)),
        web.put("/_workspace/saved", lever(levers.load)),
        web.post("/_workspace/clock", lever(levers.clock)),
    ]


class Levers:
    def __init__(self, world: World, faults: Faults, sockets: Sockets) -> None:
        self._world, self._faults, self._sockets = world, faults, sockets

    async def put_fault(self, request: web.Request, body: Json) -> Json:
        self._faults.put(request.match_info["method"], body)
        self._world.touch()
        return {"ok": True, "faults": self._faults.listed()}

    async def remove_fault(self, request: web.Request, body: Json) -> Json:
        del body
        self._faults.remove(request.match_info["method"])
        self._world.touch()
        return {"ok": True, "faults": self._faults.listed()}

    async def dark(self, request: web.Request, body: Json) -> Json:
        del request
        await self.go_dark(on=bool(body.get("on")))
        return {"ok": True, "dark": self._world.dark}

    async def go_dark(self, *, on: bool) -> None:
        """Dark: calls are cut, connections fall, events wait in Slack's queue."""
        if on:
            self._world.light.clear()
            await self._sockets.drop("abort")
        else:
            self._world.light.set()
        self._world.touch()

    async def drop(self, request: web.Request, body: Json) -> Json:
        del request
        await self._sockets.drop(str(body.get("how", "close")))
        return {"ok": True, "connected": len(self._sockets.connections)}

    async def calls(self, request: web.Request, body: Json) -> Json:
        del body
        method, since = request.query.get("method"), _since(request)
        found = [
            asdict(call)
            for call in self._world.state.calls
            if (not method or call.method == method) and call.at >= since
        ]
        return {"ok": True, "calls": found}

    async def forget_calls(self, request: web.Request, body: Json) -> Json:
        del request, body
        self._world.state.calls.clear()
        self._world.state.deliveries.clear()
        self._world.touch()
        return {"ok": True}

    async def deliveries(self, request: web.Request, body: Json) -> Json:
        del body
        since = _since(request)
        found = [asdict(d) for d in self._world.state.deliveries if d.at >= since]
        return {"ok": True, "deliveries": found}

    async def save(self, request: web.Request, body: Json) -> Json:
        del request, body
        return saved.save(self._world.state)

    async def load(self, request: web.Request, body: Json) -> Json:
        del request
        self._world.state = saved.load(body)
        self._world.touch()
        return {"ok": True}

    async def clock(self, request: web.Request, body: Json) -> Json:
        del request
        seconds = body.get("advance")
        if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or seconds < 0:
            raise Refused("`advance` is a number of seconds, and time only goes forward.")
        self._world.clock.advance(seconds)
        self._world.touch()
        return {"ok": True, "now": self._world.now()}


def _since(request: web.Request) -> float:
    try:
        return float(request.query.get("since", "0"))
    except ValueError:
        raise Refused("`since` is a time in seconds since 1970.") from None
