"""The response addresses: where the app answers a command or a click afterwards."""

from aiohttp import web

from app.demo.workspace.api.arguments import read
from app.demo.workspace.errors import SlackError
from app.demo.workspace.interactions.replies import reply
from app.demo.workspace.link.sockets import abort
from app.demo.workspace.world import World


def routes(world: World) -> list[web.RouteDef]:
    async def answer(request: web.Request) -> web.Response:
        if world.dark:
            abort(request)
            return web.Response(status=503)
        try:
            arguments = await read(request)
            nested = arguments.nested("payload")
            origin = world.response_urls.use(request.match_info["name"], world.now())
            reply(world, origin, nested or arguments.values)
        except SlackError as error:
            gone = error.code in ("no_such_url", "expired_url", "used_url")
            body = {"ok": False, "error": error.code, **error.details}
            return web.json_response(body, status=404 if gone else 400)
        return web.json_response({"ok": True})

    return [web.post("/response/{team}/{name}", answer)]
