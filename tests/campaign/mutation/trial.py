"""One mistake, tried in a process of its own, which may take only so long and so much."""

import os
import resource
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

MEMORY = 3 * 2**30
"""Bytes of addresses: a mistake that makes a list without an end meets this first."""


class Fate(StrEnum):
    KILLED = "killed"
    SURVIVED = "survived"
    TIMED_OUT = "timed out"


@dataclass(frozen=True)
class Tried:
    """What became of it; `said` is what the process had to say."""

    fate: Fate
    said: str


def in_a_child(work: Callable[[], str], *, processor: float, wall: float) -> Tried:
    """Do it in a child. An empty answer means that nothing noticed; a child that ends in any
    other way has noticed."""
    heard, told = os.pipe()
    child = os.fork()
    if not child:
        os.close(heard)
        _work(work, told, processor)
    os.close(told)
    said = _hear(heard, ends=time.monotonic() + wall)
    os.close(heard)
    if said is None:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if said is None or os.waitstatus_to_exitcode(status) in (-signal.SIGXCPU, -signal.SIGKILL):
        return Tried(Fate.TIMED_OUT, said or "")
    survived = not said and os.waitstatus_to_exitcode(status) == 0
    return Tried(Fate.SURVIVED if survived else Fate.KILLED, said)


def _hear(heard: int, *, ends: float) -> str | None:
    """All that is said until the end of the child; None when that does not come in time."""
    said = b""
    while (left := ends - time.monotonic()) > 0:
        ready, _, _ = select.select([heard], [], [], left)
        part = os.read(heard, 65536) if ready else b""
        if ready and not part:
            return said.decode()
        said += part
    return None


def _work(work: Callable[[], str], told: int, processor: float) -> None:
    """Never returns."""
    status = 1
    try:
        spent = int(processor) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (spent, spent + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(quiet, stream)
        said = work()
        os.write(told, said.encode())
        status = 0
    except BaseException as error:
        os.write(told, repr(error).encode()[:200])
    finally:
        os._exit(status)
