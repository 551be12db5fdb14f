"""Trigger ids: the right to open one modal for one person within three seconds."""

import secrets
from dataclasses import dataclass

from app.demo.workspace.errors import SlackError

LIFETIME = 3.0


@dataclass(slots=True)
class _Trigger:
    user: str
    until: float
    view_id: str
    spent: bool = False


class Triggers:
    def __init__(self) -> None:
        self._triggers: dict[str, _Trigger] = {}

    def issue(self, user: str, now: float, *, view_id: str = "") -> str:
        """`view_id` is the modal the person acted in, if any: only then may another be pushed."""
        trigger = f"{int(now * 1000)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger] = _Trigger(user, now + LIFETIME, view_id)
        return trigger

    def spend(self, trigger_id: str, now: float) -> tuple[str, str]:
        """The person and the modal it came from; a trigger is good once."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.spent:
            raise SlackError("exchanged_trigger_id")
        if now > trigger.until:
            raise SlackError("expired_trigger_id")
        trigger.spent = True
        return trigger.user, trigger.view_id
