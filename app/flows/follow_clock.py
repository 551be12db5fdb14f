"""The clock was set: what waits for a time to pass is moved with it, once for all replicas."""

from datetime import timedelta

from app.flows.kinds import Kind
from app.flows.work import Work
from storage import clock_steps, effects, incidents

TOLERANCE = timedelta(seconds=1)
"""A difference that is no step of a clock: it runs a little faster or slower than another."""
OF_THE_CALENDAR = (Kind.HANDOVER_DUE, Kind.DIGEST, Kind.EVENING, Kind.REMINDER)
"""They wait for an instant and not for a time to pass, so they stay where they are."""
MICROSECOND = timedelta(microseconds=1)


def follow_clock(work: Work, drift: timedelta, seen: int) -> int:
    """The clock is ahead by `drift` of where it should be, as one process found; returns the sum
    of all steps that were ever followed, in microseconds.

    `seen` is that sum as the process knew it before. On one PostgreSQL every replica finds the
    same step: what others followed since is taken off, so that waits are moved once.
    """
    clock_steps.hold(work.tx)
    total = clock_steps.total(work.tx)
    by = drift - (total - seen) * MICROSECOND
    if abs(by) <= TOLERANCE:
        return total
    effects.shift(work.tx, by=by, but=OF_THE_CALENDAR)
    incidents.shift_progress(work.tx, by=by)
    clock_steps.add(work.tx, at=work.now, microseconds=by // MICROSECOND)
    work.audit(
        "clock_set", "clock", by="baton", why="the clock was set", seconds=by.total_seconds()
    )
    return total + by // MICROSECOND
