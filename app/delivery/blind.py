"""Baton is blind: the one thing that is said without a database, once it is away for long."""

import asyncio
import logging
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.flows.elapsed import elapsed
from app.flows.kit import Kit
from app.flows.work import Work
from app.paging.errors import PagingError
from app.paging.gateway import Gateway
from app.paging.seal import Seal
from app.paging.words import PageText, blind_text
from app.rules import routing
from app.rules.ladder import Method
from app.rules.organisation import PersonId
from storage import contacts, requests, runs
from storage.trouble import is_away

log = logging.getLogger("baton.blind")

AFTER = 60.0
"""Seconds without a database after which people hear of it."""
REFRESH = 60.0
"""Whom to tell is read anew this often while the database is well, in seconds."""
LOOK = 1.0
PROBE_EVERY = 5.0
"""A database that had no room is written to this often, or nobody would know that it has again."""
DOUBT = timedelta(minutes=10)
"""Marks of runs are kept for longer than anybody looks for one."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A way to reach somebody; its address is still sealed."""

    method: Method
    target: bytes
    trusted: bool


@dataclass(frozen=True, kw_only=True)
class Known:
    """Somebody to be told, and the ways to reach them, those that wake people first."""

    person: PersonId
    lines: tuple[Line, ...]


class Blind:
    """Keeps in memory whom to tell, and tells them once an outage; each replica for itself."""

    def __init__(self, kit: Kit, *, gateway: Gateway, seal: Seal) -> None:
        self._kit = kit
        self._gateway = gateway
        self._seal = seal
        self.known: Sequence[Known] = ()
        self._read_at: float | None = None
        self._probed_at = 0.0
        self._told: list[PersonId] | None = None

    async def run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:
                if not is_away(error):
                    log.exception("whom to tell of an outage could not be found out")
            await asyncio.sleep(LOOK)

    async def look(self) -> None:
        """Once a second: remember while the database is well, tell when it is away for long."""
        away = self._kit.writing.seconds
        if away is None:
            await self._while_well()
        elif away >= AFTER and self._told is None:
            self._told = []
            await self._tell(away)
        elif self._kit.writing.needs_a_write and elapsed() - self._probed_at > PROBE_EVERY:
            self._probed_at = elapsed()
            await self._kit.do(probe)

    async def _while_well(self) -> None:
        if self._told is not None:
            told, self._told = self._told, None
            log.warning("the database is back; of its absence were told: %s", told or "nobody")
            await self._kit.do(note_blindness, told)
        if self._read_at is None or elapsed() - self._read_at > REFRESH:
            self.known = await self._kit.read(whom_to_tell)
            self._read_at = elapsed()
            await self._kit.do(forget_runs)

    async def _tell(self, away: float) -> None:
        damaged = self._kit.writing.is_damaged
        text = blind_text(socket.gethostname(), away, damaged=damaged)
        reached = await asyncio.gather(*(self._reach(each, text) for each in self.known))
        assert self._told is not None
        self._told += [
            each.person for each, heard in zip(self.known, reached, strict=True) if heard
        ]
        if not any(reached):
            log.error("Baton is blind, and nobody could be told.")

    async def _reach(self, known: Known, text: PageText) -> PersonId | None:
        """One message: by the first of the person's ways that takes it."""
        for line in known.lines:
            try:
                target = self._seal.open(line.target)
                await self._gateway.ring(line.method, target, text, trusted=line.trusted)
            except PagingError as error:
                log.warning("%s was not told by %s: %s", known.person, line.method, error.sentence)
            else:
                return known.person
        log.error("%s could not be told that Baton is blind", known.person)
        return None


def whom_to_tell(work: Work) -> tuple[Known, ...]:
    """The primary of the out-of-hours rota and the manager on duty, at this instant."""
    primary = work.schedule.on_duty(work.org.out_of_hours_rota, work.now).person
    managers = routing.manager_order(work.org, work.schedule, work.now)
    people = dict.fromkeys([*([primary] if primary else []), *managers[:1]])
    return tuple(Known(person=each, lines=_lines(work, each)) for each in people)


def note_blindness(work: Work, told: Sequence[PersonId]) -> None:
    """The audit log says afterwards that Baton was blind, and who heard of it."""
    work.audit("blind", "database", by="baton", why="the database was away", told=list(told))


def probe(work: Work) -> None:
    """Write something: a commit shows that there is room again."""
    requests.forget_key(work.tx, "probe")
    requests.first_time(work.tx, "probe", at=work.now)


def forget_runs(work: Work) -> None:
    runs.forget(work.tx, before=work.now - DOUBT)


def _lines(work: Work, person: PersonId) -> tuple[Line, ...]:
    found = [each for each in contacts.list_of(work.tx, person) if each.verified_at is not None]
    made = [
        Line(method=Method(each.method), target=each.target, trusted=each.trusted) for each in found
    ]
    return tuple(sorted(made, key=lambda line: not line.method.wakes))
