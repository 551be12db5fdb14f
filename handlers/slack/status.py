"""How we stand with Slack, for health, metrics and whoever has to be told."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from app.chat.client import Chat
from app.chat.errors import BROKEN_TOKEN, ChatError

log = logging.getLogger(__name__)
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
DEAF = (
    "Slack is connected, and what it sends does not arrive: buttons and commands may do nothing. "
    "The connections are being replaced. If this is told again and again, the app may lack the "
    "event reaction_added of manifest.yml."
)


@dataclass(frozen=True, kw_only=True)
class SlackStatus:
    """`connected` counts live connections (over HTTP: 1 once Slack knows our token). `since` is
    when it last went from none to some or back; `problem` is a sentence, with the fix. `deaf`: it
    is connected, and a sign of our own did not come back."""

    mode: Literal["socket", "http"]
    connected: int
    since: datetime
    last_envelope: datetime | None = None
    problem: str | None = None
    deaf: bool = False


class Standing:
    """The status as it changes; every new problem is one line in the log, and so is its end."""

    def __init__(
        self, mode: Literal["socket", "http"], clock: Callable[[], datetime] | None = None
    ) -> None:
        self._clock = clock or (lambda: datetime.now(UTC))
        self._now = SlackStatus(mode=mode, connected=0, since=self._clock())

    @property
    def status(self) -> SlackStatus:
        return self._now

    def heard(self) -> None:
        """Slack sent us something."""
        deaf, problem = self._now.deaf, self._now.problem
        if deaf:
            log.info("What Slack sends arrives again.")
        self._now = replace(
            self._now,
            last_envelope=self._clock(),
            deaf=False,
            problem=None if deaf else problem,
        )

    def hears_nothing(self) -> None:
        """Connected, and nothing arrives."""
        self.trouble(DEAF)
        self._now = replace(self._now, deaf=True)

    def connections(self, count: int) -> None:
        turned = bool(count) != bool(self._now.connected)
        since = self._clock() if turned else self._now.since
        if turned:
            log.info("Slack is connected." if count else "Slack is not connected.")
        problem = None if count and not self._now.deaf else self._now.problem
        self._now = replace(self._now, connected=count, since=since, problem=problem)

    def trouble(self, sentence: str) -> None:
        if sentence != self._now.problem:
            log.warning(sentence)
        self._now = replace(self._now, problem=sentence)


async def introduce(chat: Chat, standing: Standing) -> None:
    """Ask Slack who we are until it says; a bad token shows here, and nowhere else."""
    pause = FIRST_PAUSE
    while True:
        try:
            await chat.who_am_i()
            return
        except ChatError as error:
            standing.trouble(error.sentence)
            # A wrong token becomes right only by a hand; do not hammer.
            pause = LONGEST_PAUSE if error.code in BROKEN_TOKEN else pause
            await asyncio.sleep(error.retry_after or pause)
            pause = min(pause * 2, LONGEST_PAUSE)
