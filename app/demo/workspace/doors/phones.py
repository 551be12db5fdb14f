"""The phones' addresses: ntfy's, Gotify's, and the levers that press and read."""

import json

from aiohttp import web

from app.demo.workspace import phones
from app.demo.workspace.doors.json_door import lever, read_object
from app.demo.workspace.errors import Refused
from app.demo.workspace.values import Json
from app.demo.workspace.world import World

_HEADERS = ("title", "priority", "tags", "click", "actions", "message")


def routes(world: World) -> list[web.RouteDef]:
    doors = PhoneDoors(world)
    plain = f"/{phones.TOPIC}{{handle}}"
    own = "/_workspace/phone/{handle}"
    return [
        web.post("/", lever(doors.ntfy_json)),
        web.post(plain, doors.ntfy_plain),
        web.put(plain, doors.ntfy_plain),
        web.post(f"{own}/message", doors.gotify),
        web.post(f"{own}/act", lever(doors.press)),
        web.post(f"{own}/read", lever(doors.read)),
    ]


class PhoneDoors:
    def __init__(self, world: World) -> None:
        self._world = world

    async def ntfy_json(self, request: web.Request, body: Json) -> Json:
        """ntfy's publishing as JSON, topic inside; ntfy reads its headers there, too."""
        topic = str(body.get("topic", ""))
        if not topic.startswith(phones.TOPIC):
            raise Refused(
                f"The topic {topic!r} is no phone; they are called {phones.TOPIC}<handle>."
            )
        return self._ring(topic.removeprefix(phones.TOPIC), {**_told_in_headers(request), **body})

    async def ntfy_plain(self, request: web.Request) -> web.Response:
        """ntfy's plain publishing: text in the body, the rest in headers or the query."""
        said: Json = {"message": await request.text(), **_told_in_headers(request)}
        try:
            return web.json_response(self._ring(request.match_info["handle"], said))
        except Refused as refused:
            return web.json_response({"error": str(refused)}, status=404)

    async def gotify(self, request: web.Request) -> web.Response:
        """Gotify's message, as JSON or as a form."""
        try:
            if request.content_type == "application/json":
                said = await read_object(request)
            else:
                said = {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
                if isinstance(said.get("extras"), str):
                    said["extras"] = json.loads(said["extras"])
            return web.json_response(self._ring(request.match_info["handle"], said))
        except (Refused, ValueError) as refused:
            body = {"error": "Bad Request", "errorDescription": str(refused)}
            return web.json_response(body, status=400)

    def _ring(self, handle: str, said: Json) -> Json:
        push = phones.ring(self._world, handle, said)
        return {
            "id": push.id,
            "time": int(push.at),
            "expires": int(push.at) + 43_200,
            "event": "message",
            "topic": f"{phones.TOPIC}{handle}",
            "title": push.title,
            "message": push.message,
            "priority": push.priority,
        }

    async def press(self, request: web.Request, body: Json) -> Json:
        index = body.get("action", 0)
        if not isinstance(index, int):
            raise Refused("`action` is the number of a button, counted from 0.")
        handle = request.match_info["handle"]
        return await phones.press(self._world, handle, str(body.get("id", "")), index)

    async def read(self, request: web.Request, body: Json) -> Json:
        phones.read(self._world, request.match_info["handle"], str(body.get("id", "")))
        return {"ok": True}


def _told_in_headers(request: web.Request) -> Json:
    """What stands in ntfy's headers (`Click` or `X-Click`), or in the query."""
    said: Json = {}
    for name in _HEADERS:
        header = request.headers.get(name) or request.headers.get(f"X-{name}")
        if value := header or request.query.get(name):
            said[name] = value
    return said
