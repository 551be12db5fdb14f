"""Composition: the only file that knows every room."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import uvicorn
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from app.chat.client import Chat
from app.chat.limits import Limits
from app.delivery.delivery import Delivery
from app.delivery.lifeline import Lifeline
from app.flows.clocks import CorrectedClock
from app.flows.hand_over import is_planned, plan_handover
from app.flows.kit import Clock, Kit, host_clock
from app.flows.know_people import ask_directory
from app.flows.standing import StandingOrders
from app.organisation.apply_file import NothingInForce, apply_file
from app.organisation.in_force import parse_applied
from app.paging.gateway import Gateway
from app.paging.keys import KeyUnusable, made_key
from app.paging.links import Links
from app.paging.seal import Seal
from app.setting_values import Address, Secret
from app.settings import Settings, SettingsError
from handlers.canary import Canaries
from handlers.clock import Duty, Tick
from handlers.forgetting import Forgetting
from handlers.key_holding import KeyHolding
from handlers.loop_watch import LoopWatch
from handlers.sealing import Sealing
from handlers.slack.alarm import SlackAlarm
from handlers.slack.app import make_bolt
from handlers.slack.desk import CommandNames
from handlers.slack.http_mode import HttpMode
from handlers.slack.later import Later
from handlers.slack.self_ping import SelfPing
from handlers.slack.socket import SocketMode
from handlers.watchman import Watchman
from handlers.web import acknowledge as acknowledge_door
from handlers.web import admin
from handlers.web import heartbeat as heartbeat_door
from handlers.web.errors import exception_handlers
from handlers.web.intake import door as intake_door
from storage import effects
from storage.engine import CannotOpen, Database, open_engine
from storage.file_lock import FileHeld, hold_file
from storage.migrate import MigrationError, migrate

log = logging.getLogger("baton")

OLD_AUDIT = 40.0
"""Seconds after which an audit says nothing of how Baton is now: two rounds and more."""
STOP_WITHIN = 8.0
"""Seconds that what is being spoken has to end after a stop was asked for."""


class CannotStart(Exception):
    """Baton cannot run; the message is a sentence with the fix."""


@dataclass
class Parts:
    """What runs, made of what was given; tests reach in here."""

    kit: Kit
    database: Database
    settings: Settings
    chat: Chat | None
    gateway: Gateway
    links: Links
    seal: Seal
    delivery: Delivery


def make_parts(
    settings: Settings,
    database: Database,
    *,
    clock: Clock = host_clock,
    limits: Limits | None = None,
) -> Parts:
    """Everything that neither listens nor runs yet."""
    given = settings.secret_key
    key = given.reveal() if given else made_key(key_file(settings))
    seal, links = Seal(key), Links(settings.public_url, key)
    kit = Kit(database, StandingOrders(parse_applied), clock=clock)
    smtp = settings.smtp_url.reveal() if settings.smtp_url else None
    gateway = Gateway(smtp, settings.smtp_from, workers=settings.page_workers)
    chat = None
    if settings.slack_bot_token is not None:
        token = settings.slack_bot_token.reveal()
        chat = Chat(token, base_url=settings.slack_api_url, limits=limits)
    return Parts(
        kit=kit,
        database=database,
        settings=settings,
        chat=chat,
        gateway=gateway,
        links=links,
        seal=seal,
        delivery=Delivery(
            kit, chat=chat, gateway=gateway, links=links, seal=seal, fresh_token=_token_by_now
        ),
    )


class Baton:
    """Baton, running: doors, lanes, tick and Slack. Made by `running`."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._keys = KeyHolding(parts.kit, parts.seal)
        settings = parts.settings
        self._door = intake_door.Door(parts.kit, max_bytes=settings.intake_max_bytes)
        self.watchman = Watchman(parts.kit)
        self.loop_watch = LoopWatch()
        self.lifeline = self._make_lifeline()
        self.tick = Tick(self._duties())
        self.slack: SocketMode | HttpMode | None = None
        self._alarm: SlackAlarm | None = None
        self._later = Later()
        self.servers: list[uvicorn.Server] = []
        self.bound: list[Address] = []
        self._serving: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Listen first, so that alerts are durable before anything slower is ready."""
        await self._listen()
        self.parts.delivery.start()
        self.tick.start()
        self.watchman.start()
        self.loop_watch.start()
        if self.lifeline is not None:
            self.lifeline.start()
        self.parts.gateway.warm()
        if self.parts.chat is not None:
            await self.parts.kit.do(ask_directory)
            if self.slack is not None:
                self.slack.start()
                self._alarm = SlackAlarm(self.parts.kit, self.parts.chat, self.slack.status)
        else:
            log.warning("Slack is off: SLACK_BOT_TOKEN is not set. Alerts and phones work.")

    async def stop(self) -> None:
        """Take nothing more in, let what is being spoken end, then close everything."""
        if self.lifeline is not None:
            await self.lifeline.stop()
        await self.watchman.stop()
        self.loop_watch.stop()
        await self.tick.stop()
        for server in self.servers:
            server.should_exit = True
        if self.slack is not None:
            await self.slack.stop()
        await self._later.close()
        await self.parts.delivery.stop(within=STOP_WITHIN)
        await asyncio.gather(*self._serving, return_exceptions=True)
        if self.parts.chat is not None:
            await self.parts.chat.close()
        self.parts.gateway.close()
        await self._let_go()
        self.parts.kit.close()

    async def _let_go(self) -> None:
        try:
            await self._keys.close()
        except SQLAlchemyError:
            log.warning("The database is away, so it was not told that this process ended.")

    async def _listen(self) -> None:
        for address, routes in self._doors():
            app = Starlette(routes=routes, exception_handlers=exception_handlers())
            config = uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                lifespan="off",
                timeout_keep_alive=75,
                timeout_graceful_shutdown=5,
            )
            listener = _listener(address)
            self.bound.append(Address(address.host, listener.getsockname()[1]))
            server = _Server(config)
            self.servers.append(server)
            self._serving.append(asyncio.create_task(server.serve(sockets=[listener])))
        while not all(server.started for server in self.servers):
            await asyncio.sleep(0.005)

    def _doors(self) -> list[tuple[Address, list[BaseRoute]]]:
        parts = self.parts
        settings = parts.settings
        public: list[BaseRoute] = [
            *self._door.routes(),
            *heartbeat_door.routes(parts.kit),
            *acknowledge_door.routes(parts.kit, parts.links),
        ]
        if parts.chat is not None:
            public += self._slack_door(parts.chat)
        private = admin.routes(
            parts.kit,
            tick_age=lambda: self.tick.age,
            slack=self._slack_state,
            watch=self._watch_state,
        )
        return [(settings.bind, public), (settings.admin_bind, [*private])]

    def _slack_door(self, chat: Chat) -> list[BaseRoute]:
        """The routes of HTTP mode; in Socket Mode there are none, and the socket is made ready."""
        settings = self.parts.settings
        names = CommandNames(inc=settings.command_inc, oncall=settings.command_oncall)
        bolt = make_bolt(self.parts.kit, chat, seal=self.parts.seal, names=names, later=self._later)
        if settings.slack_mode == "http":
            door = HttpMode(bolt, _revealed(settings.slack_signing_secret), chat=chat)
            self.slack = door
            return [*door.routes()]
        ping = SelfPing(self.parts.kit, chat).ping
        self.slack = SocketMode(bolt, _revealed(settings.slack_app_token), chat=chat, ping=ping)
        return []

    def _make_lifeline(self) -> Lifeline | None:
        settings = self.parts.settings
        if settings.watchdog_url is None:
            return None
        every = float(settings.watchdog_seconds)
        url = settings.watchdog_url.reveal()
        return Lifeline(self.parts.kit, url, every=every, ills=self._ills)

    def _ills(self) -> list[str]:
        """What keeps the sign of life from being sent."""
        audited, ticked = self.watchman.age, self.tick.age
        told = {
            "the auditor is not content": not self.watchman.content,
            "the last audit is old": audited is None or audited > OLD_AUDIT,
            "the clock does not tick": ticked is None or ticked > admin.TICK_LIMIT,
            "the event loop is blocked": self.loop_watch.is_blocked,
        }
        return [what for what, is_so in told.items() if is_so]

    def _watch_state(self) -> dict[str, float]:
        lifeline = self.lifeline
        return {
            "findings": float(len(self.watchman.findings)),
            "content": float(self.watchman.content),
            "age": self.watchman.age if self.watchman.age is not None else float("nan"),
            "seconds": self.watchman.seconds,
            "signs": float(lifeline.sent) if lifeline is not None else float("nan"),
        }

    def _own_duties(self) -> list[Duty]:
        """What Baton does for itself: canaries, and forgetting."""
        kit, settings = self.parts.kit, self.parts.settings
        duties: list[Duty] = [Forgetting(kit, keep=timedelta(days=settings.keep_days))]
        if settings.canary_seconds:
            every = timedelta(seconds=settings.canary_seconds)
            duties.append(Canaries(kit, self._door.take_canary, every=every))
        return duties

    def _duties(self) -> list[Duty]:
        kit = self.parts.kit
        return [
            lambda: self.parts.delivery.look(),
            lambda: intake_door.read_kept(kit),
            lambda: _plan_handover(kit),
            lambda: _measure(kit.clock),
            Sealing(kit),
            self._keys,
            self._look_at_slack,
            *self._own_duties(),
        ]

    async def _look_at_slack(self) -> None:
        if self._alarm is not None:
            await self._alarm.look()

    def _slack_state(self) -> dict[str, object]:
        if self.slack is None:
            return {"connected": False}
        status = self.slack.status()
        heard = status.last_envelope
        return {
            "connected": status.connected > 0 and self._answers(),
            "connections": status.connected,
            "since": status.since.timestamp(),
            "last_envelope": heard.timestamp() if heard else None,
        }

    def _answers(self) -> bool:
        chat = self.parts.chat
        return chat is not None and chat.problem is None and not chat.reach.is_away


class _Server(uvicorn.Server):
    """One of several servers on one loop: signals are handled by `run`, not by each of them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def running(
    settings: Settings, *, clock: Clock = host_clock, limits: Limits | None = None
) -> AsyncIterator[Baton]:
    """Baton with its database opened, migrated and its organisation applied; stopped at the end.

    Raises CannotStart, or the database's CannotOpen, with a sentence that says what to do.
    """
    url = settings.database_url.reveal()
    with _held(url):
        migrate(url)
        database = open_engine(url, check=True)
        try:
            _free_claims(database)
            apply_file(settings.organisation, database, by="run")
            if clock is host_clock and database.dialect == "postgresql":
                clock = CorrectedClock(database)
                clock.measure()
            baton = Baton(make_parts(settings, database, clock=clock, limits=limits))
            await baton.start()
            try:
                yield baton
            finally:
                await baton.stop()
        finally:
            database.dispose()


WhenReady = Callable[[Settings], Awaitable[object]]


def run(settings: Settings, *, when_ready: WhenReady | None = None) -> int:
    """Until SIGTERM or SIGINT. 0 after a clean stop, 1 with a sentence when it cannot start.

    `when_ready` runs beside it once, after the start; whatever it raises is only logged.
    """
    try:
        asyncio.run(_run(settings, when_ready))
    except (
        CannotStart,
        NothingInForce,
        CannotOpen,
        FileHeld,
        MigrationError,
        KeyUnusable,
    ) as reason:
        log.error("%s", reason)
        return 1
    return 0


async def _run(settings: Settings, when_ready: WhenReady | None) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with running(settings) as baton:
        alerts, private = baton.bound
        log.info("Baton is ready: alerts on %s, health and metrics on %s", alerts, private)
        beside = asyncio.create_task(_beside(settings, when_ready))
        await stopping.wait()
        beside.cancel()
        log.info("stopping: nothing more is taken in, what is being said ends")


async def _beside(settings: Settings, when_ready: WhenReady | None) -> None:
    if when_ready is None:
        return
    try:
        await when_ready(settings)
    except Exception:
        log.exception("what a first run should hear could not be found out; `doctor` tells it")


@contextlib.contextmanager
def _held(url: str) -> Iterator[None]:
    """One `run` per SQLite file; PostgreSQL serves any number."""
    made = make_url(url)
    if made.get_backend_name() != "sqlite" or not made.database:
        yield
        return
    with hold_file(Path(made.database)):
        yield


async def _measure(clock: Clock) -> None:
    if isinstance(clock, CorrectedClock):
        await asyncio.to_thread(clock.measure_if_due)


async def _plan_handover(kit: Kit) -> None:
    """Looked at every second, because an `apply` may move the boundary; written rarely."""
    if not await kit.read(is_planned):
        await kit.do(plan_handover)


def _free_claims(database: Database) -> None:
    """A SQLite file has no other process than this, so no lease has to be waited out."""
    if database.dialect == "sqlite":
        with database.write.begin() as tx:
            effects.release_all(tx)


def _token_by_now() -> str | None:
    """The bot token as the settings have it now; a file may have been replaced since the start."""
    try:
        token = Settings.read(os.environ).slack_bot_token
    except SettingsError:
        return None
    return token.reveal() if token else None


def key_file(settings: Settings) -> Path:
    """Beside a SQLite file; with PostgreSQL beside the organisation file, which replicas on
    several machines do not share: they need BATON_SECRET_KEY, and `doctor` says so."""
    made = make_url(settings.database_url.reveal())
    is_file = made.get_backend_name() == "sqlite" and made.database
    beside = Path(made.database or "").absolute() if is_file else settings.organisation
    return beside.with_suffix(".key")


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


def _revealed(secret: Secret | None) -> str:
    return secret.reveal() if secret else ""
