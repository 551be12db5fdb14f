"""Composition: the only file that knows every room."""

import contextlib
import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from app.chat.client import Chat
from app.chat.limits import Limits
from app.delivery.calendars import Calendars
from app.delivery.delivery import Delivery
from app.delivery.hold import check_lease
from app.delivery.lifeline import Lifeline
from app.flows.change_manager import is_manager_change_planned, plan_manager_change
from app.flows.change_pager import is_pager_posted, post_pager
from app.flows.clocks import SteadyClock
from app.flows.hand_over import is_planned, plan_handover
from app.flows.keep_days import are_days_planned, plan_days
from app.flows.keep_in_step import is_in_step, keep_in_step
from app.flows.kit import Clock, Kit, host_clock
from app.flows.know_people import ask_directory
from app.flows.look_ahead import is_look_planned, plan_look
from app.flows.offer import offers_due, settle_offers
from app.flows.standing import StandingOrders
from app.flows.without_slack import call_off_slack, is_slack_missed, slack_is_connected
from app.flows.work import Work
from app.front import Front, fronting
from app.organisation.in_force import parse_applied
from app.paging.gateway import Gateway
from app.paging.keys import made_key
from app.paging.links import Links
from app.paging.seal import Seal
from app.setting_values import Address, Secret
from app.settings import Settings, SettingsError
from handlers.canary import Canaries
from handlers.clock import Duty, Tick
from handlers.file_watch import FileWatch
from handlers.forgetting import Forgetting
from handlers.key_holding import KeyHolding
from handlers.loop_watch import LoopWatch
from handlers.rota_watch import RotaWatch
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
from handlers.web import calendar as calendar_door
from handlers.web import heartbeat as heartbeat_door
from handlers.web.errors import exception_handlers
from handlers.web.intake import door as intake_door
from storage.address import read_address
from storage.engine import Database

log = logging.getLogger("baton")

PLANNED: Sequence[tuple[Callable[[Work], bool], Callable[[Work], object]]] = (
    (is_planned, plan_handover),
    (is_manager_change_planned, plan_manager_change),
    (are_days_planned, plan_days),
    (is_pager_posted, post_pager),
)
"""Whether there is nothing to do, and what does it."""
OLD_AUDIT = 40.0
"""Seconds after which an audit says nothing of how Baton is now: two rounds and more."""
STOP_WITHIN = 6.0
"""Seconds that what is being spoken has to end after a stop was asked for."""


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
    kit: Kit | None = None,
    limits: Limits | None = None,
) -> Parts:
    """Everything that neither listens nor runs yet; `kit` is the front's, where there is one."""
    given = settings.secret_key
    key = given.reveal() if given else made_key(key_file(settings))
    seal, links = Seal(key), Links(settings.public_url, key)
    kit = kit or Kit(database, StandingOrders(parse_applied), clock=clock)
    smtp = settings.smtp_url.reveal() if settings.smtp_url else None
    gateway = Gateway(smtp, settings.smtp_from, workers=settings.page_workers, before=check_lease)
    chat = None
    if settings.slack_bot_token is not None:
        token = settings.slack_bot_token.reveal()
        chat = Chat(token, base_url=settings.slack_api_url, limits=limits, before=check_lease)
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

    def __init__(self, front: Front, parts: Parts) -> None:
        self.front = front
        self.parts = parts
        self._keys = KeyHolding(parts.kit, parts.seal)
        self.watchman = Watchman(parts.kit)
        self.loop_watch = LoopWatch()
        self.file_watch = FileWatch(parts.kit)
        self.calendars = Calendars(parts.kit, parts.seal)
        self.lifeline = self._make_lifeline()
        self.tick = Tick(self._duties())
        self.slack: SocketMode | HttpMode | None = None
        self._alarm: SlackAlarm | None = None
        self._later = Later()

    @property
    def bound(self) -> list[Address]:
        """Where alerts are taken in, and where health and metrics answer."""
        return self.front.bound

    async def start(self) -> None:
        """The front listens already, so alerts are durable before anything slower is ready."""
        self._open_doors()
        # A ring that is claimed leaves at once: what it needs is loaded before any is.
        await self.parts.gateway.warm()
        self.parts.delivery.start()
        self.tick.start()
        self.watchman.start()
        self.loop_watch.start()
        self.file_watch.start()
        if self.lifeline is not None:
            self.lifeline.start()
        if self.parts.chat is not None:
            await self.parts.kit.do(ask_directory)
            await self.parts.kit.do(slack_is_connected)
            await self.parts.kit.do(keep_in_step)
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
        await self.file_watch.stop()
        self.loop_watch.stop()
        await self.tick.stop()
        await self.calendars.stop()
        self.front.close_doors()
        if self.slack is not None:
            await self.slack.stop()
        await self._later.close()
        await self.parts.delivery.stop(within=STOP_WITHIN)
        await self.front.wait_closed()
        if self.parts.chat is not None:
            await self.parts.chat.close()
        self.parts.gateway.close()
        await self._let_go()

    async def _let_go(self) -> None:
        try:
            await self._keys.close()
        except SQLAlchemyError:
            log.warning("The database is away, so it was not told that this process ended.")

    def _open_doors(self) -> None:
        public, private = self._doors()
        for gate, routes in ((self.front.public, public), (self.front.private, private)):
            gate.open(Starlette(routes=routes, exception_handlers=exception_handlers()))

    def _doors(self) -> tuple[list[BaseRoute], list[BaseRoute]]:
        parts = self.parts
        public: list[BaseRoute] = [
            *heartbeat_door.routes(parts.kit),
            *acknowledge_door.routes(parts.kit, parts.links),
            *calendar_door.routes(parts.kit, parts.settings.public_url),
        ]
        if parts.chat is not None:
            public += self._slack_door(parts.chat)
        private = admin.routes(
            parts.kit,
            tick_age=lambda: self.tick.age,
            slack=self._slack_state,
            watch=self._watch_state,
        )
        return public, [*private]

    def _slack_door(self, chat: Chat) -> list[BaseRoute]:
        """The routes of HTTP mode; in Socket Mode there are none, and the socket is made ready."""
        settings = self.parts.settings
        names = CommandNames(inc=settings.command_inc, oncall=settings.command_oncall)
        bolt = make_bolt(
            self.parts.kit,
            chat,
            seal=self.parts.seal,
            names=names,
            later=self._later,
            public_url=settings.public_url,
        )
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
            "the database is damaged": self.parts.kit.writing.is_damaged,
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
        if self.parts.chat is None:
            duties.append(lambda: _do_without_slack(kit))
        else:
            duties.append(lambda: _keep_in_step(kit))
        if settings.canary_seconds:
            every = timedelta(seconds=settings.canary_seconds)
            duties.append(Canaries(kit, self.front.intake.take_canary, every=every))
        return duties

    def _duties(self) -> list[Duty]:
        kit = self.parts.kit
        return [
            lambda: self.parts.delivery.look(),
            lambda: intake_door.read_kept(kit),
            lambda: _plan_handover(kit),
            lambda: _offer_at_boundaries(kit),
            lambda: _plan_look(kit),
            lambda: _keep_time(kit),
            RotaWatch(kit),
            self.calendars.look,
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


@contextlib.asynccontextmanager
async def running(
    settings: Settings, *, clock: Clock = host_clock, limits: Limits | None = None
) -> AsyncIterator[Baton]:
    """Baton with its database opened, migrated and its organisation applied; stopped at the end.

    Raises CannotStart, or the database's CannotOpen, with a sentence that says what to do.
    """
    async with fronting(settings, clock=clock) as front, behind(front, limits=limits) as baton:
        yield baton


@contextlib.asynccontextmanager
async def behind(front: Front, *, limits: Limits | None = None) -> AsyncIterator[Baton]:
    """Everything else, behind a front that takes alerts in already."""
    parts = make_parts(front.settings, front.database, kit=front.kit, limits=limits)
    baton = Baton(front, parts)
    await baton.start()
    try:
        yield baton
    finally:
        await baton.stop()


async def _keep_time(kit: Kit) -> None:
    if isinstance(kit.clock, SteadyClock):
        await kit.clock.keep(kit)


async def _plan_handover(kit: Kit) -> None:
    """Looked at every second, because anything may move a boundary, a day or the pager; written
    rarely."""
    for look, do in PLANNED:
        if not await kit.read(look):
            await kit.do(do)


async def _plan_look(kit: Kit) -> None:
    """Likewise: an `apply` may move the morning."""
    if not await kit.read(is_look_planned):
        await kit.do(plan_look)


async def _offer_at_boundaries(kit: Kit) -> None:
    """Looked at every second: a boundary is an hour, an edit, or somebody who takes the shift."""
    for number in await kit.read(offers_due):
        await kit.do(settle_offers, number)


async def _keep_in_step(kit: Kit) -> None:
    """Looked at every second, because anything may change who is on duty; asked for rarely."""
    if not await kit.read(is_in_step):
        await kit.do(keep_in_step)


async def _do_without_slack(kit: Kit) -> None:
    if await kit.read(is_slack_missed):
        count = await kit.do(call_off_slack)
        log.info("%d things were not said, for Slack is not connected", count)


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
    made = read_address(settings.database_url.reveal())
    is_file = made.get_backend_name() == "sqlite" and made.database
    beside = Path(made.database or "").absolute() if is_file else settings.organisation
    return beside.with_suffix(".key")


def _revealed(secret: Secret | None) -> str:
    return secret.reveal() if secret else ""
