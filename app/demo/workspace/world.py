"""What every room of the workspace shares: state, clock, manifest, the way to the app."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from app.demo.workspace.changes import Changes
from app.demo.workspace.clock import Clock
from app.demo.workspace.interactions.response_urls import ResponseUrls
from app.demo.workspace.interactions.triggers import Triggers
from app.demo.workspace.manifest import Manifest
from app.demo.workspace.state import State
from app.demo.workspace.values import Call, Delivery, Json

KEPT = 5_000  # calls and deliveries remembered; older ones are forgotten first


@dataclass(frozen=True, kw_only=True)
class Tokens:
    bot: str
    app: str
    signing_secret: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the app said to a command or an interaction: acknowledged or not, and with what."""

    acked: bool
    status: str
    payload: Any = None


def _nobody_listens(event: Json, shared: bool) -> None:
    del event, shared


async def _nobody_answers(kind: str, payload: Json) -> Answer:
    del kind, payload
    return Answer(acked=False, status="dispatch_failed")


def _light() -> asyncio.Event:
    light = asyncio.Event()
    light.set()
    return light


@dataclass(slots=True, kw_only=True)
class World:
    """`send_event(event, shared)` and `ask(kind, payload)` reach the app once a link is made."""

    state: State
    manifest: Manifest
    tokens: Tokens
    clock: Clock = field(default_factory=Clock)
    changes: Changes = field(default_factory=Changes)
    triggers: Triggers = field(default_factory=Triggers)
    response_urls: ResponseUrls = field(default_factory=ResponseUrls)
    send_event: Callable[[Json, bool], None] = _nobody_listens
    ask: Callable[[str, Json], Awaitable[Answer]] = _nobody_answers
    url: str = ""
    light: asyncio.Event = field(default_factory=_light)  # cleared while Slack is dark
    opened: asyncio.Event = field(default_factory=asyncio.Event)  # set once somebody looks
    opened_at: float = 0.0

    @property
    def dark(self) -> bool:
        return not self.light.is_set()

    def now(self) -> float:
        return self.clock.now()

    def new_ts(self) -> str:
        return self.state.new_ts(self.now())

    def open(self) -> None:
        """Somebody looks at the page: only what is said after the first time counts as unread."""
        if not self.opened.is_set():
            self.opened_at = self.now()
            self.opened.set()

    def touch(self) -> None:
        self.changes.touch()

    def remember_call(self, call: Call) -> None:
        self.state.calls.append(call)
        del self.state.calls[:-KEPT]
        self.touch()

    def remember_delivery(self, delivery: Delivery) -> None:
        self.state.deliveries.append(delivery)
        del self.state.deliveries[:-KEPT]
        self.touch()


def milliseconds_since(start: float) -> float:
    return round((time.monotonic() - start) * 1000, 3)
