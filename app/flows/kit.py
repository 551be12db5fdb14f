"""The kit: runs flows, each in one transaction, on the threads that may touch the database."""

import asyncio
import functools
import itertools
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.flows.outage import Outage
from app.flows.run import Run
from app.flows.standing import NoOrganisation, StandingOrders
from app.flows.work import Live, Refused, Work
from app.flows.writer import Threads
from storage import audit, requests
from storage.effects import Effect, Lane
from storage.engine import Database
from storage.trouble import is_damage, is_lost_race, is_passing

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

TRIES = 5
"""A whole transaction is tried this often when the database says that it lost a race; after a lost
connection it is tried for as long as an outage has patience."""
LONGEST_PAUSE = 0.25


URGENT, REPEATABLE = "_urgent", "_repeatable"
"""The marks that `urgent` and `repeatable` set; what wraps a flow keeps them."""


def repeatable(flow: F) -> F:
    """Whatever this flow writes is done again if it is lost: its commit does not wait for the
    disk. Loss of power may undo it (then what was claimed is claimed once more, and what was said
    is looked for, or said again), a crash of Baton does not."""
    setattr(flow, REPEATABLE, True)
    return flow


def urgent(flow: F) -> F:
    """A phone waits for this flow, which is repeatable: it goes before the others at the
    writer."""
    setattr(flow, URGENT, True)
    return repeatable(flow)


REMEMBERED = timedelta(days=2)
"""So long a request's mark is kept: much longer than anybody delivers it again."""


class Clock(Protocol):
    def __call__(self) -> datetime:
        """The time now, aware and in UTC."""


def host_clock() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


class Again:
    """What `once` answers when the request's effect is committed already."""


AGAIN = Again()


class Kit:
    """`await kit.do(flow, …)` runs `flow(work, …)` and commits; `await kit.read(…)` only reads.

    Both raise `Refused` after writing the refusal to the audit log, `NoOrganisation` before the
    first apply, and the database's own error when it stays away.
    """

    def __init__(
        self,
        database: Database,
        orders: StandingOrders,
        *,
        clock: Clock = host_clock,
        writers: int = 8,
        readers: int = 4,
    ) -> None:
        self.database = database
        self.orders = orders
        self.clock = clock
        self.writing = Outage("writing")
        self.reading = Outage("reading")
        # One writer on SQLite: it allows one at a time, and waiting in our queue is fair.
        lone = database.dialect == "sqlite"
        self._writers = Threads(1 if lone else writers)
        self._readers = Threads(readers, name="read")
        self._listeners: list[Callable[[dict[Lane, datetime]], None]] = []
        self._live: Live | None = None

    def on_commit(self, listener: Callable[[dict[Lane, datetime]], None]) -> None:
        """Call `listener` on the event loop with what a committed flow asked for (a hint)."""
        self._listeners.append(listener)

    def speaks(self, live: Live | None) -> None:
        """Delivery runs in this process from now on, or (None) no longer."""
        self._live = live

    async def do(
        self, flow: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a flow in a transaction of its own."""
        self.writing.refuse_early()
        asked: dict[Lane, datetime] = {}
        run = functools.partial(self.do_now, flow, asked, *args, **kwargs)
        first = getattr(flow, URGENT, False)
        result = await asyncio.wrap_future(self._writers.submit(run, ahead=first))
        if asked:
            for listener in self._listeners:
                listener(asked)
        return result

    async def once(
        self, key: str, flow: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T | Again:
        """Run a flow unless `key` was committed before; the mark is in the flow's transaction."""

        @functools.wraps(flow)
        def marked(work: Work) -> T | Again:
            if not requests.first_time(work.tx, key, at=work.now):
                return AGAIN
            requests.forget(work.tx, before=work.now - REMEMBERED)
            return flow(work, *args, **kwargs)

        return await self.do(marked)

    async def read(
        self, view: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a view that writes nothing, on a reader's thread."""
        self.reading.refuse_early()
        run = functools.partial(self._read_now, view, *args, **kwargs)
        first = getattr(view, URGENT, False)
        try:
            return await asyncio.wrap_future(self._readers.submit(run, ahead=first))
        except Refused as refusal:
            await asyncio.wrap_future(
                self._writers.submit(functools.partial(self._record, refusal))
            )
            raise

    def do_now(
        self,
        flow: Callable[Concatenate[Work, P], T],
        asked: dict[Lane, datetime] | None = None,
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """`do` for callers without an event loop (command line, tests)."""
        swift = getattr(flow, REPEATABLE, False)
        run = Run(self.database.swift if swift else self.database.write)

        def body(tx: Connection) -> _Done[T]:
            work = self._work(tx)
            result = _run(work, flow, *args, **kwargs)
            return _Done(result, work, _finish(work))

        def commit() -> _Done[T]:
            done = run.commit(body, now=self.clock)
            self.writing.worked(wrote=run.wrote)
            return done

        try:
            done = _until_done(commit, self.writing)
        except Refused as refusal:
            self._record(refusal)
            raise
        if asked is not None:
            asked.update(done.work.asked)
        if done.ready and done.work.live is not None:
            done.work.live.begin(done.ready)
        return done.result

    def _read_now(
        self, view: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        def look() -> T:
            with self.database.read.begin() as tx:
                seen = _run(self._work(tx, writes=False), view, *args, **kwargs)
            self.reading.worked()
            return seen

        try:
            return _until_done(look, self.reading)
        except SQLAlchemyError as error:
            if is_damage(error):  # whoever writes uses the same file
                self.writing.failed(error)
            raise

    def _work(self, tx: Connection, *, writes: bool = True) -> Work:
        org, schedule = self.orders.in_force(tx)
        return Work(
            tx=tx,
            now=self.clock(),
            org=org,
            schedule=schedule,
            writes=writes,
            orders=self.orders,
            live=self._live if writes else None,
        )

    def _record(self, refusal: Refused) -> None:
        """Who was refused what is kept; a log that cannot be written makes nobody be let in."""
        try:
            with self.database.write.begin() as tx:
                audit.add(
                    tx,
                    at=self.clock(),
                    by=refusal.by,
                    act=refusal.act,
                    subject=refusal.subject,
                    why=refusal.sentence,
                    refused=True,
                )
        except SQLAlchemyError:
            log.exception("A refusal could not be written to the audit log.")

    def close(self) -> None:
        """Wait for what runs, then let the threads go."""
        self._writers.close()
        self._readers.close()


def _run(
    work: Work, flow: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """The flow; what it refuses says of whom and what, also where the flow did not."""
    try:
        return flow(work, *args, **kwargs)
    except Refused as refusal:
        told = work.admission
        refusal.act = refusal.act or told.act
        refusal.subject = refusal.subject or told.subject
        refusal.by = refusal.by or told.by
        raise


def _finish(work: Work) -> list[tuple[Effect, object]]:
    """What a flow left for its end, and then what delivery needs to speak what was claimed."""
    for last in work.last:
        last(work)
    work.write_notes()
    live = work.live
    if live is None:
        return []
    return [(effect, live.prepare(work, effect, found)) for effect, found in work.claimed]


@dataclass(frozen=True)
class _Done(Generic[T]):
    """What a flow returned, and what its commit sets in motion."""

    result: T
    work: Work
    ready: list[tuple[Effect, object]]


def _until_done(transaction: Callable[[], T], outage: Outage) -> T:
    """A lost race or connection undoes the whole transaction, so the whole transaction is tried
    again, never a single statement."""
    outage.enter()
    try:
        for attempt in itertools.count(1):
            try:
                return transaction()
            except SQLAlchemyError as error:
                outage.failed(error)
                if not _may_try_again(error, attempt, outage):
                    raise
            time.sleep(min(0.02 * 2**attempt, LONGEST_PAUSE))
        raise AssertionError("unreachable")
    finally:
        outage.leave()


def _may_try_again(error: SQLAlchemyError, attempt: int, outage: Outage) -> bool:
    if is_lost_race(error):
        return attempt < TRIES
    return is_passing(error) and not outage.is_long


__all__ = ["AGAIN", "Again", "Clock", "Kit", "NoOrganisation", "host_clock", "repeatable", "urgent"]
