"""Group commit: requests that wait for the writer at the same time share one transaction."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from app.flows.kit import Kit
from app.flows.receive_together import LostRace
from app.flows.work import Work

A = TypeVar("A")
T = TypeVar("T")

RACES = 3
"""How often a crowd that lost a race looks again."""


class Crowd(Generic[A, T]):
    """`await crowd.do(asked)` is `kit.do` of a flow for what comes in crowds and refuses nobody.

    A commit waits for the disk, and one wait serves all who came meanwhile. `together` is a flow
    of several; when it raises, nothing of it is kept, and the crowd is tried in halves, down to
    `alone` for the one that it is about, so that only that one hears of it.
    """

    def __init__(
        self,
        kit: Kit,
        together: Callable[[Work, Sequence[A]], Sequence[T]],
        alone: Callable[[Work, A], T],
        *,
        weigh: Callable[[A], int],
        most: int,
        away: tuple[type[Exception], ...],
    ) -> None:
        """`most`: of this weight one transaction has no more, unless a single one weighs more.
        `away`: what says that the database is away, for all of them alike."""
        self._kit = kit
        self._together = together
        self._alone = alone
        self._weigh = weigh
        self._most = most
        self._away = away
        self._waiting: deque[tuple[A, asyncio.Future[T]]] = deque()
        self._serving: asyncio.Task[None] | None = None

    async def do(self, asked: A) -> T:
        """What became of it; 2xx only after this."""
        promised: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, promised))
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve())
        return await promised

    async def _serve(self) -> None:
        while self._waiting:
            taken = self._take()
            told = await self._settle([asked for asked, _ in taken])
            for (_, promised), result in zip(taken, told, strict=True):
                if promised.done():
                    continue  # whoever waited for it is gone
                if isinstance(result, Exception):
                    promised.set_exception(result)
                else:
                    promised.set_result(result)
        self._serving = None

    def _take(self) -> list[tuple[A, asyncio.Future[T]]]:
        taken, weight = [self._waiting.popleft()], self._most
        weight -= self._weigh(taken[0][0])
        while self._waiting:
            weight -= self._weigh(self._waiting[0][0])
            if weight < 0:
                break
            taken.append(self._waiting.popleft())
        return taken

    async def _settle(self, asked: Sequence[A]) -> Sequence[T | Exception]:
        for _ in range(RACES):
            try:
                return await self._kit.do(self._together, asked)
            except LostRace:
                continue
            except self._away as error:
                return [error] * len(asked)
            except Exception:
                break
        if len(asked) == 1:
            return [await self._by_itself(asked[0])]
        half = len(asked) // 2
        return [*await self._settle(asked[:half]), *await self._settle(asked[half:])]

    async def _by_itself(self, asked: A) -> T | Exception:
        try:
            return await self._kit.do(self._alone, asked)
        except Exception as error:
            return error
