"""The door of the Web API: every call comes in here, is judged, answered and written down."""

import asyncio
import math
import time

from aiohttp import web

from app.demo.workspace.api import (
    auth,
    chat,
    conversations,
    marks,
    reading,
    usergroups,
    users,
    views,
)
from app.demo.workspace.api.arguments import Arguments, read
from app.demo.workspace.api.method import Method, Request, need_scope
from app.demo.workspace.errors import SlackError
from app.demo.workspace.faults import Fault, Faults
from app.demo.workspace.link.sockets import Sockets, abort
from app.demo.workspace.rates import Rates
from app.demo.workspace.values import Call, Json
from app.demo.workspace.world import World, milliseconds_since

OPEN_CONNECTION = "apps.connections.open"
_FOREVER = 3600.0


class Door:
    """Faults, token, method, rate, scope, then the method itself: in Slack's order."""

    def __init__(self, world: World, *, sockets: Sockets, rates: Rates, faults: Faults) -> None:
        self._world, self._rates, self._faults = world, rates, faults
        self.methods: dict[str, Method] = {
            **auth.METHODS,
            **chat.METHODS,
            **conversations.METHODS,
            **reading.METHODS,
            **users.METHODS,
            **marks.METHODS,
            **usergroups.METHODS,
            **views.METHODS,
            # Tier 1 says java-slack-sdk, Tier 3 a reader of the live page: the kinder one holds.
            OPEN_CONNECTION: Method(answer=lambda _: {"url": sockets.ticket_url()}, tier=50),
        }

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if self._world.dark:
            abort(request)
            return web.Response(status=503)
        name, start = request.match_info["method"], time.monotonic()
        call = Call(at=self._world.now(), method=name, arguments={})
        self._world.remember_call(call)
        arguments = await _arguments(request)
        channel = arguments.text("channel") if isinstance(arguments, Arguments) else ""
        fault = self._faults.take(name, channel)
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        response = await self._answer(request, arguments, call, fault)
        call.status, call.ms = response.status, milliseconds_since(start)
        self._world.touch()
        return response

    async def _answer(
        self,
        request: web.Request,
        arguments: Arguments | SlackError,
        call: Call,
        fault: Fault | None,
    ) -> web.Response:
        try:
            if isinstance(arguments, SlackError):
                raise arguments
            call.arguments = {k: v for k, v in arguments.values.items() if k != "token"}
            if fault is not None and (forced := _before(fault)) is not None:
                call.error = fault.error or f"HTTP {forced.status}"
                return forced
            body = self._run(request, call.method, arguments)
        except SlackError as error:
            call.error = error.code
            return self._refusal(error)
        call.ok = True
        if fault is not None and (fault.hang_after_commit or fault.status_after_commit):
            return await _after(fault)
        return web.json_response({"ok": True, **body}, headers=self._scope_header())

    def _run(self, http: web.Request, name: str, arguments: Arguments) -> Json:
        method = self.methods.get(name)
        self._check_token(http, arguments, name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        wait = self._rates.wait(name, method.tier, arguments.text("channel"), self._world.now())
        if wait:
            raise SlackError("ratelimited", retry_after=wait)
        request = Request(world=self._world, arguments=arguments, actor=self._world.state.bot)
        need_scope(request, *method.scopes)
        return method.answer(request)

    def _check_token(self, http: web.Request, arguments: Arguments, name: str) -> None:
        if name == "api.test":
            return
        header = http.headers.get("Authorization", "")
        kind, _, token = header.partition(" ")
        if kind.lower() != "bearer":
            token = "" if name == OPEN_CONNECTION else arguments.text("token")
        if not token:
            raise SlackError("not_authed")
        tokens = self._world.tokens
        right, other = tokens.bot, tokens.app
        if name == OPEN_CONNECTION:
            right, other = other, right
        if token == other:
            raise SlackError("not_allowed_token_type")
        if token != right:
            raise SlackError("invalid_auth")

    def _refusal(self, error: SlackError) -> web.Response:
        if error.code == "ratelimited":
            return _too_many(error.details["retry_after"])
        return web.json_response(
            {"ok": False, "error": error.code, **error.details}, headers=self._scope_header()
        )

    def _scope_header(self) -> dict[str, str]:
        scopes = self._world.manifest.scopes
        return {"X-OAuth-Scopes": ",".join(sorted(scopes))} if scopes else {}


def _too_many(seconds: int) -> web.Response:
    return web.json_response(
        {"ok": False, "error": "ratelimited"},
        status=429,
        headers={"Retry-After": str(math.ceil(seconds))},
    )


async def _arguments(request: web.Request) -> Arguments | SlackError:
    """What a call says, or why it cannot be read."""
    try:
        return await read(request)
    except SlackError as error:
        return error


def _before(fault: Fault) -> web.Response | None:
    """The answer of a fault that strikes before anything is done."""
    if fault.rate_limited:
        return _too_many(fault.rate_limited)
    if fault.status:
        return web.Response(status=fault.status, text="The fault you ordered.")
    if fault.error:
        return web.json_response({"ok": False, "error": fault.error})
    return None


async def _after(fault: Fault) -> web.Response:
    """What a caller sees of a call that was done all the same: silence, or a failure."""
    if fault.hang_after_commit:
        await asyncio.sleep(_FOREVER)
    return web.Response(status=fault.status_after_commit or 504, text="The fault you ordered.")
