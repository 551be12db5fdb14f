"""The kit: runs flows, each in one transaction, on the threads that may touch the database."""

import asyncio
import functools
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.flows.standing import NoOrganisation, StandingOrders
from app.flows.work import Live, Refused, Work
from app.flows.writer import Threads
from storage import audit, requests
from storage.effects import Effect, Lane
from storage.engine import Database

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

TRIES = 5
"""A whole transaction is tried this often when the database says it lost a race or a connection."""


URGENT = "_urgent"
"""The mark that `urgent` sets; what wraps a flow keeps it."""


def urgent(flow: F) -> F:
    """A phone waits for this flow, and whatever it writes is done again if it is lost: it goes
    before the others at the writer, and its commit does not wait for the disk. Loss of power may
    undo it (then the page is sent once more), a crash of Baton does not."""
    setattr(flow, URGENT, True)
    return flow


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
        engine = self.database.swift if getattr(flow, URGENT, False) else self.database.write
        for attempt in range(1, TRIES + 1):
            try:
                with engine.begin() as tx:
                    work = self._work(tx)
                    result = _run(work, flow, *args, **kwargs)
                    ready = _finish(work)
                if asked is not None:
                    asked.update(work.asked)
                if ready and work.live is not None:
                    work.live.begin(ready)
                return result
            except Refused as refusal:
                self._record(refusal)
                raise
            except DBAPIError as error:
                # A lost race or connection undoes the whole transaction, so the whole
                # transaction is tried again, never a single statement.
                if attempt == TRIES or not is_passing(error):
                    raise
                time.sleep(0.02 * 2**attempt)
        raise AssertionError("unreachable")

    def _read_now(
        self, view: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        with self.database.read.begin() as tx:
            return _run(self._work(tx, writes=False), view, *args, **kwargs)

    def _work(self, tx: Connection, *, writes: bool = True) -> Work:
        org, schedule = self.orders.in_force(tx)
        return Work(
            tx=tx,
            now=self.clock(),
            org=org,
            schedule=schedule,
            writes=writes,
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
    live = work.live
    return [(each, live.prepare(work, each)) for each in work.claimed] if live else []


LOST_RACES = frozenset({"40001", "40P01", "57P01", "55P03", "23505"})
"""PostgreSQL's codes for: not serializable, deadlock, shut down, lock not had in time, and another
transaction's row of the same key, which whoever looks again will see."""


def is_passing(error: BaseException | None) -> bool:
    """Whether the same transaction may succeed a moment later."""
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    code = getattr(error.orig, "sqlstate", None)
    if code is not None:
        return code in LOST_RACES
    return "locked" in str(error.orig)


__all__ = ["AGAIN", "Again", "Clock", "Kit", "NoOrganisation", "host_clock", "urgent"]
