"""The clock of a Baton on PostgreSQL: host time corrected to the server's: replicas agree."""

import logging
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from storage.engine import Database

log = logging.getLogger("baton.clock")

WORTH_TELLING = timedelta(seconds=2)
MEASURE_EVERY = 60.0
"""Seconds between two measurements."""


class CorrectedClock:
    """Call it for the time now, aware and in UTC. Right from the first `measure` on."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._offset = timedelta(0)
        self._measured: float | None = None

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def measure_if_due(self) -> None:
        """Measure again when the last time is a while ago; raises what the database raises."""
        if self._measured is None or time.monotonic() - self._measured > MEASURE_EVERY:
            self.measure()

    def measure(self) -> None:
        """Ask the server for its time; half of the way there and back is taken off."""
        with self._database.read.begin() as tx:
            before = datetime.now(UTC)
            theirs: datetime = tx.execute(text("SELECT clock_timestamp()")).scalar_one()
            after = datetime.now(UTC)
        self._offset = theirs.astimezone(UTC) - (before + (after - before) / 2)
        self._measured = time.monotonic()
        if abs(self._offset) > WORTH_TELLING:
            log.warning(
                "this machine's clock is %.1f s off the database's; Baton goes by the database's. "
                "Let it keep time by NTP.",
                -self._offset.total_seconds(),
            )
