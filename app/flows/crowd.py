"""Group commit: flows that wait for the writer at the same time share one transaction."""

import asyncio
import functools
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import OperationalError

from app.flows.kit import Kit
from app.flows.work import Work

P = ParamSpec("P")
T = TypeVar("T")

MOST = 64
"""So many share a commit; more would make the first of them wait."""

_Flow = Callable[[Work], Any]


class Crowd:
    """`await crowd.do(flow, …)` is `kit.do` for flows that come in crowds and refuse nobody.

    On SQLite a commit waits for the disk, and one wait serves all who came meanwhile. Each keeps
    a savepoint of its own: what one raises undoes nothing of the others, and only it hears of it.
    """

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._alone = kit.database.dialect != "sqlite"  # PostgreSQL groups commits by itself
        self._waiting: list[tuple[_Flow, asyncio.Future[Any]]] = []
        self._serving: asyncio.Task[None] | None = None

    async def do(
        self, flow: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if self._alone:
            return await self._kit.do(flow, *args, **kwargs)

        @functools.wraps(flow)
        def run(work: Work) -> T:
            return flow(work, *args, **kwargs)

        promised: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((run, promised))
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve())
        return await promised

    async def _serve(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            flows = [flow for flow, _ in taken]
            try:
                told: Sequence[Any] = await self._kit.do(_together(flows))
            except Exception as error:
                told = [error] * len(taken)
            for (_, promised), result in zip(taken, told, strict=True):
                if promised.done():
                    continue  # whoever waited for it is gone
                if isinstance(result, Exception):
                    promised.set_exception(result)
                else:
                    promised.set_result(result)
        self._serving = None


def _together(flows: Sequence[_Flow]) -> Callable[[Work], Sequence[Any]]:
    """One flow of several; it has the name of the first."""

    @functools.wraps(flows[0])
    def run(work: Work) -> Sequence[Any]:
        if len(flows) == 1:
            return [flows[0](work)]
        return [_by_itself(work, flow) for flow in flows]

    return run


def _by_itself(work: Work, flow: _Flow) -> Any:
    point = work.tx.begin_nested()
    try:
        result = flow(work)
    except OperationalError:
        raise  # the database is away, for all of them
    except Exception as error:
        point.rollback()
        return error
    point.commit()
    return result
