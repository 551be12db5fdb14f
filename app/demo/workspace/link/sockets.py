"""Socket Mode: tickets, connections, envelopes out and acknowledgements in."""

import asyncio
import contextlib
import json
import logging
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import WSMsgType, web

from app.demo.workspace.errors import Refused
from app.demo.workspace.link.envelope import ACK_WAIT, Envelope, Outcome
from app.demo.workspace.values import Json
from app.demo.workspace.world import World

log = logging.getLogger(__name__)
TICKET_LIFE = 30.0
MOST_CONNECTIONS = 10
DROPS = ("close", "abort", "refresh", "warning", "half_open", "mute", "refuse_next",
         "link_disabled", "too_many_websockets")  # fmt: skip
_REASONS = {"refresh": "refresh_requested"}


@dataclass(slots=True, eq=False)
class Connection:
    socket: web.WebSocketResponse
    request: web.Request
    since: float
    deaf: bool = False  # half open: the network swallows everything, and nobody is told
    mute: bool = False  # pings are answered, and no envelope ever leaves
    waiting: dict[str, asyncio.Future[object]] = field(default_factory=dict)


class Sockets:
    """All open connections of the app; an envelope goes to any one of them."""

    name = "socket"

    def __init__(self, world: World) -> None:
        self._world = world
        self._tickets: dict[str, float] = {}
        self._refusals = 0
        self._orphans: dict[str, asyncio.Future[object]] = {}  # sent on connections now gone
        self.connections: list[Connection] = []

    def ticket_url(self) -> str:
        """An address for one connection, good for a short while."""
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = self._world.now() + TICKET_LIFE
        base = self._world.url.replace("http", "ws", 1)
        return f"{base}/link/?ticket={ticket}&app_id={self._world.state.app.id}"

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """The door of a connection: a ticket opens it once."""
        until = self._tickets.pop(request.query.get("ticket", ""), 0.0)
        if self._refusals:
            self._refusals -= 1
            until = 0.0
        if until < self._world.now():
            return web.Response(status=403, text="The ticket is unknown, spent or too old.")
        socket = web.WebSocketResponse(autoping=False, max_msg_size=0)
        await socket.prepare(request)
        connection = Connection(socket, request, self._world.now())
        self.connections.append(connection)
        self._world.touch()
        try:
            await self._talk(connection)
        finally:
            self._forget(connection)
        return socket

    async def _talk(self, connection: Connection) -> None:
        if len(self.connections) > MOST_CONNECTIONS:
            await self._disconnect(connection, "too_many_websockets")
            return
        await connection.socket.send_json(self._hello())
        async for message in connection.socket:
            if connection.deaf:
                continue
            if message.type == WSMsgType.PING:
                await connection.socket.pong(message.data)
            elif message.type == WSMsgType.TEXT:
                self._acknowledged(connection, message.data)

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {
                "host": "local-workspace",
                "build_number": 1,
                "approximate_connection_time": 18060,
                "started": datetime.fromtimestamp(self._world.now(), UTC).isoformat(
                    " ", "milliseconds"
                ),
            },
            "connection_info": {"app_id": self._world.state.app.id},
        }

    def _acknowledged(self, connection: Connection, text: str) -> None:
        try:
            frame = json.loads(text)
            waiting = connection.waiting.pop(frame["envelope_id"], None)
        except (ValueError, TypeError, KeyError):
            log.warning("The app sent a frame that acknowledges nothing: %.200s", text)
            return
        waiting = waiting or self._waiting_elsewhere(frame["envelope_id"])
        if waiting is not None and not waiting.done():
            waiting.set_result(frame.get("payload"))

    def _waiting_elsewhere(self, envelope_id: str) -> "asyncio.Future[object] | None":
        """An acknowledgement may come on a newer connection than the envelope went out on."""
        for connection in self.connections:
            if found := connection.waiting.pop(envelope_id, None):
                return found
        return self._orphans.pop(envelope_id, None)

    def _forget(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        self._orphans.update(connection.waiting)
        self._world.touch()

    async def deliver(self, envelope: Envelope) -> Outcome:
        if not self.connections:
            return Outcome(acked=False, status="no_connection")
        connection = self.connections.pop(0)  # in turn: the one just used goes to the end
        self.connections.append(connection)
        waiting: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope.id] = waiting
        try:
            if not connection.deaf and not connection.mute:
                await connection.socket.send_json(_frame(envelope))
            payload = await asyncio.wait_for(waiting, ACK_WAIT)
        except TimeoutError:
            return Outcome(acked=False, status="timeout")
        except (ConnectionError, RuntimeError):
            return Outcome(acked=False, status="connection_failed")
        finally:
            connection.waiting.pop(envelope.id, None)
            self._orphans.pop(envelope.id, None)
        return Outcome(acked=True, status="acked", payload=payload)

    async def drop(self, how: str) -> None:
        """Do to every connection what networks and Slack do to them."""
        if how not in DROPS:
            raise Refused(
                f"Connections cannot be dropped by {how!r}; there are: {', '.join(DROPS)}."
            )
        if how == "refuse_next":
            self._refusals += 1
            return
        for connection in list(self.connections):
            if how == "half_open":
                connection.deaf = True
            elif how == "mute":
                connection.mute = True
            elif how == "close":
                await connection.socket.close()
            elif how == "abort":
                abort(connection.request)
            else:
                await self._disconnect(connection, _REASONS.get(how, how))
        self._world.touch()

    async def _disconnect(self, connection: Connection, reason: str) -> None:
        """Say goodbye first, as Slack does; after a warning the connection still stays."""
        with contextlib.suppress(ConnectionError, RuntimeError):
            await connection.socket.send_json(
                {"type": "disconnect", "reason": reason, "debug_info": {"host": "local-workspace"}}
            )
            if reason != "warning":
                await connection.socket.close()

    async def close(self) -> None:
        for connection in list(self.connections):
            with contextlib.suppress(ConnectionError, RuntimeError):
                await connection.socket.close()


def _frame(envelope: Envelope) -> Json:
    frame: Json = {
        "envelope_id": envelope.id,
        "payload": envelope.payload,
        "type": envelope.kind,
        "accepts_response_payload": envelope.kind != "events_api",
    }
    if envelope.kind == "events_api":
        frame |= {"retry_attempt": envelope.attempt, "retry_reason": envelope.retry_reason}
    return frame


def abort(request: web.Request) -> None:
    """Cut the connection without a word, as a network does."""
    if request.transport is not None:
        request.transport.abort()
