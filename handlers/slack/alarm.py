"""Slack's trouble is told to the operator by another way than Slack, once for each trouble."""

import time
from collections.abc import Callable

from app.chat.client import Chat
from app.flows.kit import Kit
from app.flows.tell_operator import tell_operator
from handlers.slack.status import SlackStatus

PATIENCE = 60.0
"""Seconds without Slack that nobody is told of."""
MEANWHILE = (
    "Alerts, pages by phone and their links go on; channels and posts follow once Slack is back."
)


class SlackAlarm:
    """A duty of the tick: notices trouble that lasts, and its end."""

    def __init__(
        self,
        kit: Kit,
        chat: Chat,
        status: Callable[[], SlackStatus],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kit = kit
        self._chat = chat
        self._status = status
        self._monotonic = monotonic
        self._heard_at = monotonic()
        self._told: str | None = None

    async def look(self) -> None:
        """Tell what is wrong, and later that it is over."""
        trouble = self._trouble()
        if trouble is not None and self._told is None:
            self._told, sentence = trouble
            await self._kit.do(tell_operator, self._told, sentence)
        elif trouble is None and self._told is not None:
            about, self._told = self._told, None
            await self._kit.do(tell_operator, f"{about}:over", "Slack is well again.")

    def _trouble(self) -> tuple[str, str] | None:
        """What it is about, and the sentence; a refused token is told at once."""
        now, status, reach = self._monotonic(), self._status(), self._chat.reach
        if status.connected and not status.deaf:
            self._heard_at = now
        if reach.problem is not None:
            about = "slack_token" if reach.is_refused else "slack_permission"
            return about, f"{reach.problem} {MEANWHILE}"
        if reach.silent_for >= PATIENCE:
            return "slack_away", f"Slack has not answered for a minute. {MEANWHILE}"
        if now - self._heard_at >= PATIENCE:
            why = status.problem or "Slack does not reach Baton: buttons and commands do nothing."
            return "slack_deaf", f"{why} {MEANWHILE}"
        return None
