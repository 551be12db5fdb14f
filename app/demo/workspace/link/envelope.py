"""One thing for the app, whichever way it travels."""

import secrets
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.demo.workspace.values import Json

ACK_WAIT = 3.0  # seconds the app has to acknowledge anything


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """`kind` is events_api, slash_commands or interactive."""

    kind: str
    payload: Json
    attempt: int = 0
    retry_reason: str = ""
    id: str = field(default_factory=lambda: secrets.token_hex(16))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`retry` is false where the app asked not to be told again."""

    acked: bool
    status: str
    payload: Any = None
    retry: bool = True


class Transport(Protocol):
    name: str

    async def deliver(self, envelope: Envelope) -> Outcome:
        """Hand it over and wait for the acknowledgement, at most `ACK_WAIT`; never raises."""
        ...
