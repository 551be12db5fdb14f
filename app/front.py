"""The front: what takes alerts in, loaded and listening before anything slower is even imported.

Alerts that come meanwhile are durable; whatever else is asked for waits a moment for the rest.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.flows.clocks import SteadyClock
from app.flows.kit import Clock, Kit, host_clock
from app.flows.standing import StandingOrders
from app.organisation.apply_file import apply_file
from app.organisation.in_force import parse_applied
from app.setting_values import Address
from app.settings import Settings
from handlers.web.errors import exception_handlers
from handlers.web.intake import door as intake_door
from handlers.web.intake.express import express_at
from storage import effects, inbox
from storage.address import read_address
from storage.engine import Database, open_engine
from storage.file_lock import hold_file
from storage.migrate import migrate

INTAKE = "/v1/alerts/"


class CannotStart(Exception):
    """Baton cannot run; the message is a sentence with the fix."""


class Gate:
    """An address that is listened on: `early` answers for the intake, and the rest once it is
    `open`ed. Whoever comes before that waits."""

    def __init__(self, early: ASGIApp | None = None) -> None:
        self._early = early
        self._whole: asyncio.Future[ASGIApp] = asyncio.get_running_loop().create_future()

    def open(self, whole: ASGIApp) -> None:
        """Everything is loaded; `whole` answers from now on."""
        self._whole.set_result(whole)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._early is not None and str(scope.get("path", "")).startswith(INTAKE):
            await self._early(scope, receive, send)
        else:
            whole = await asyncio.shield(self._whole)
            await whole(scope, receive, send)


@dataclass
class Front:
    """What is there before the rest: the database, a kit, and two addresses listened on."""

    settings: Settings
    database: Database
    kit: Kit
    intake: intake_door.Door
    public: Gate
    private: Gate
    bound: list[Address]
    servers: list[uvicorn.Server]
    serving: list[asyncio.Task[None]]

    def close_doors(self) -> None:
        """Take nothing more in; `wait_closed` waits for what is being answered."""
        for server in self.servers:
            server.should_exit = True

    async def wait_closed(self) -> None:
        """Until every connection is closed."""
        await asyncio.gather(*self.serving, return_exceptions=True)


@contextlib.asynccontextmanager
async def fronting(settings: Settings, *, clock: Clock = host_clock) -> AsyncIterator[Front]:
    """The database opened and migrated, the organisation applied, and alerts taken in.

    Raises CannotStart, or the database's CannotOpen, with a sentence that says what to do.
    """
    url = settings.database_url.reveal()
    with _held(url):
        migrate(url)
        database = open_engine(url, check=True)
        try:
            _free_claims(database, clock())
            apply_file(settings.organisation, database, by="run")
            kit = Kit(database, StandingOrders(parse_applied), clock=_clock_of(database, clock))
            front = await _listen(settings, database, kit)
            try:
                yield front
            finally:
                front.close_doors()
                await front.wait_closed()
                kit.close()
        finally:
            database.dispose()


def _clock_of(database: Database, clock: Clock) -> Clock:
    if clock is not host_clock:
        return clock
    steady = SteadyClock(database)
    steady.start()
    return steady


@contextlib.contextmanager
def _held(url: str) -> Iterator[None]:
    """One `run` per SQLite file; PostgreSQL serves any number."""
    made = read_address(url)
    if made.get_backend_name() != "sqlite" or not made.database:
        yield
        return
    with hold_file(Path(made.database)):
        yield


def _free_claims(database: Database, now: datetime) -> None:
    """A SQLite file has no other process than this, so no lease has to be waited out, and no body
    is being taken in by anybody."""
    if database.dialect == "sqlite":
        with database.write.begin() as tx:
            effects.release_all(tx, now=now)
            inbox.release_all(tx)


class _Server(uvicorn.Server):
    """One of several servers on one loop: signals are handled by `serve`, not by each of them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _listen(settings: Settings, database: Database, kit: Kit) -> Front:
    door = intake_door.Door(kit, max_bytes=settings.intake_max_bytes)
    public = Gate(Starlette(routes=door.routes(), exception_handlers=exception_handlers()))
    front = Front(settings, database, kit, door, public, Gate(), [], [], [])
    for address, gate, protocol in (
        (settings.bind, front.public, express_at(door)),
        (settings.admin_bind, front.private, H11Protocol),
    ):
        listener = _listener(address)
        front.bound.append(Address(address.host, listener.getsockname()[1]))
        server = _Server(_config(gate, protocol))
        front.servers.append(server)
        front.serving.append(asyncio.create_task(server.serve(sockets=[listener])))
    while not all(server.started for server in front.servers):
        await asyncio.sleep(0.001)
    return front


def _config(app: ASGIApp, protocol: type[asyncio.Protocol]) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=protocol,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        lifespan="off",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
    )


def _listener(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    # Named TCP, or asyncio leaves Nagle on, and every answer waits 40 ms for the peer to confirm.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address.host, address.port))
    except OSError as error:
        listener.close()
        raise CannotStart(
            f"{address} cannot be listened on ({error.strerror}). Another program may have it: "
            "choose another with BATON_BIND or BATON_ADMIN_BIND."
        ) from error
    listener.listen(1024)
    listener.setblocking(False)
    return listener
