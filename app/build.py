"""Composition: the only file that knows every room."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from app.chat.client import Chat
from app.chat.limits import Limits
from app.delivery.delivery import Delivery
from app.flows.kit import Clock, Kit, host_clock
from app.flows.know_people import ask_directory
from app.flows.standing import StandingOrders
from app.organisation.apply import apply
from app.organisation.read import read
from app.paging.gateway import Gateway
from app.paging.links import Links
from app.paging.seal import Seal, made_key
from app.rules.organisation import Organisation
from app.settings import Settings
from handlers.clock import Tick
from handlers.slack import guard
from handlers.slack.app import make_bolt
from handlers.slack.socket import SocketMode
from handlers.web import acknowledge as acknowledge_door
from handlers.web import admin
from handlers.web.errors import exception_handlers
from handlers.web.intake import door as intake_door
from storage.engine import Database, open_engine
from storage.lock import hold_file
from storage.migrate import migrate

log = logging.getLogger("baton")

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


def parse_organisation(text: str) -> Organisation:
    """An organisation that was applied before; it cannot have problems."""
    reading = read(text, source="the applied organisation")
    if reading.organisation is None:
        raise CannotStart(
            "The organisation in force can no longer be read by this version: "
            + "; ".join(str(problem) for problem in reading.problems)
        )
    return reading.organisation


def make_parts(
    settings: Settings, database: Database, *, clock: Clock = host_clock, limits: Limits | None = None
) -> Parts:
    """Everything that neither listens nor runs yet."""
    key = settings.secret_key.reveal() if settings.secret_key else made_key(_key_path(settings))
    seal, links = Seal(key), Links(settings.public_url, key)
    kit = Kit(database, StandingOrders(parse_organisation), clock=clock)
    gateway = Gateway(settings.smtp_url, settings.smtp_from, workers=settings.page_workers)
    chat = None
    if settings.slack_bot_token is not None:
        chat = Chat(
            settings.slack_bot_token.reveal(), base_url=settings.slack_api_url, limits=limits
        )
    delivery = Delivery(kit, chat=chat, gateway=gateway, links=links, seal=seal)
    return Parts(
        kit=kit,
        database=database,
        settings=settings,
        chat=chat,
        gateway=gateway,
        links=links,
        seal=seal,
        delivery=delivery,
    )
