"""Response addresses: five answers in thirty minutes to where somebody acted."""

import secrets
from dataclasses import dataclass

from app.demo.workspace.errors import SlackError

LIFETIME = 1800.0
USES = 5


@dataclass(slots=True, kw_only=True)
class Origin:
    """Where an answer goes: the person who acted, the channel, the message if it was on one."""

    user: str
    channel: str
    ts: str = ""
    until: float = 0.0
    used: int = 0


class ResponseUrls:
    def __init__(self) -> None:
        self._origins: dict[str, Origin] = {}

    def issue(self, origin: Origin, now: float) -> str:
        """A secret path segment; the caller makes it an address."""
        name = secrets.token_urlsafe(18)
        origin.until = now + LIFETIME
        self._origins[name] = origin
        return name

    def use(self, name: str, now: float) -> Origin:
        origin = self._origins.get(name)
        if origin is None:
            raise SlackError("no_such_url")
        if now > origin.until:
            raise SlackError("expired_url")
        if origin.used >= USES:
            raise SlackError("used_url")
        origin.used += 1
        return origin
