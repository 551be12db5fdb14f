"""The clock that Baton goes by: it runs evenly, and a set clock is followed in a known way."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from app.flows.elapsed import elapsed
from app.flows.follow_clock import TOLERANCE, follow_clock
from app.flows.kit import Kit
from storage import clock_steps
from storage.engine import Database

log = logging.getLogger("baton.clock")

WORTH_TELLING = timedelta(seconds=2)
MEASURE_EVERY = {"sqlite": 1.0, "postgresql": 60.0}
"""Seconds between two looks at the clock that is gone by: this machine's, or the server's."""
QUESTIONS = 5
"""So often the server is asked each time; the answer that came quickest is the one that counts."""
LONGEST_QUESTION = 1.0
"""An answer that took the server longer than this says too little about its clock."""


class SteadyClock:
    """Call it for the time now, aware and in UTC. It never jumps by itself.

    The rule (reliability.md 2.5, invariant I9). Between two looks it counts the time that has
    truly gone by, a suspension included, so nobody who sets a clock makes a wait longer or
    shorter. What it goes by is this machine's clock, or on PostgreSQL the server's, so that
    replicas agree and their own machines' clocks do not matter. When a look finds that clock set
    by more than a second, everything that waits for a time to pass is moved by as much, in one
    transaction, and only then does this clock follow; what waits for an instant of the calendar
    (a handover, a morning) stays where it is, and is met by the clock that is right now. Smaller
    differences are followed in silence. So a step forward ends no wait early and a step back none
    late. After a true pause (a suspension, a process that was down) what is overdue is found at
    once: of an escalation that is one step, whose wait then starts anew.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._at = datetime.now(UTC)
        self._since = elapsed()
        self._looked: float | None = None
        self._seen = 0
        self.skew = timedelta(0)
        """How far this machine's clock is ahead of the one that is gone by."""

    def __call__(self) -> datetime:
        return self._at + timedelta(seconds=elapsed() - self._since)

    def start(self) -> None:
        """Right from here on; raises what the database raises."""
        drift, self._seen = self._look()
        self._follow(drift)

    async def keep(self, kit: Kit) -> None:
        """Look again when it is time to, and follow. Raises what the database raises."""
        every = MEASURE_EVERY[self._database.dialect]
        if self._looked is not None and elapsed() - self._looked < every:
            return
        drift, steps = await self._ask()
        if abs(drift) > TOLERANCE:
            log.warning("the clock was set by %+.1f s; waits keep their length", _seconds(drift))
            steps = await kit.do(follow_clock, drift, self._seen)
        self._seen = steps
        self._follow(drift)

    async def _ask(self) -> tuple[timedelta, int]:
        if self._database.dialect == "sqlite":
            return datetime.now(UTC) - self(), self._seen
        return await asyncio.to_thread(self._look)

    def _look(self) -> tuple[timedelta, int]:
        """How far their clock is ahead of ours, and what steps of it were followed by anybody."""
        if self._database.dialect == "sqlite":
            with self._database.read.begin() as tx:
                return datetime.now(UTC) - self(), clock_steps.total(tx)
        with self._database.read.begin() as tx:
            steps = clock_steps.total(tx)
            took, drift, skew = min(self._question(tx) for _ in range(QUESTIONS))
        if took > LONGEST_QUESTION and self._looked is not None:
            return timedelta(0), self._seen
        self.skew = skew
        if abs(self.skew) > WORTH_TELLING:
            log.warning(
                "this machine's clock is %+.1f s off the database's; Baton goes by the database's. "
                "Let it keep time by NTP.",
                _seconds(self.skew),
            )
        return drift, steps

    def _question(self, tx: Connection) -> tuple[float, timedelta, timedelta]:
        """How long the answer took, and by it: how far their clock is ahead of ours, and this
        machine's ahead of theirs. It is wrong by half of what it took, at most."""
        before = elapsed()
        theirs = clock_steps.server_time(tx)
        mine, host = self(), datetime.now(UTC)
        took = elapsed() - before
        theirs += timedelta(seconds=took / 2)
        return took, theirs - mine, host - theirs

    def _follow(self, drift: timedelta) -> None:
        now = elapsed()
        self._at, self._since = self() + drift, now
        self._looked = now


def _seconds(span: timedelta) -> float:
    return span.total_seconds()
