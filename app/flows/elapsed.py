"""How much time has truly gone by, a suspension included, by a clock that nobody can set."""

import time

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def elapsed() -> float:
    """Seconds since some instant of the past; only differences mean something."""
    return time.clock_gettime(_CLOCK)
