"""Levers speak JSON both ways; a wrong pull is answered with a sentence."""

import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from app.demo.workspace.errors import Refused, SlackError
from app.demo.workspace.values import Json

Lever = Callable[[web.Request, Json], Awaitable[Json]]


def lever(pulled: Lever) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A route whose body is a JSON object, and whose refusals are sentences."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return web.json_response(await pulled(request, await read_object(request)))
        except Refused as refused:
            return _no(str(refused))
        except SlackError as error:
            complaints = error.details.get("response_metadata", {}).get("messages", [])
            return _no(" ".join([f"Slack refuses this: {error.code}.", *complaints]), error.code)

    return answer


def _no(sentence: str, code: str = "") -> web.Response:
    body = {"ok": False, "error": sentence} | ({"code": code} if code else {})
    return web.json_response(body, status=400)


async def read_object(request: web.Request) -> Json:
    text = await request.text()
    try:
        body = json.loads(text or "{}")
    except (ValueError, RecursionError):
        raise Refused("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Refused("The body must be a JSON object.")
    return body
