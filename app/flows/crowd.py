"""Group commit: requests that wait for the writer at the same time share one transaction."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.flows.kit import Kit
from app.flows.receive_together import LostRace
from app.flows.work import Work

A = TypeVar("A")
T = TypeVar("T")

RACES = 3
"""How often a crowd that lost a race looks again."""


class Full(Exception):
    """So many wait already that this one would wait too long; it is to come again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting(Generic[A, T]):
    """One that waits: what it asks, whose it is, what it weighs, and who hears its end."""

    asked: A
    whose: Hashable
    weight: int
    pressing: bool
    done: Callable[[T | Exception], None]


class Crowd(Generic[A, T]):
    """`await crowd.do(asked)` is `kit.do` of a flow for what comes in crowds and refuses nobody.

    A commit waits for the disk, and one wait serves all who came meanwhile. `together` is a flow
    of several; when it raises, nothing of it is kept, and the crowd is tried in halves, down to
    `alone` for the one that it is about, so that only that one hears of it.

    What is pressing goes first, and senders take turns. There is room for so much: one sender
    has at most half of it, and a quarter is kept for what is pressing.
    """

    def __init__(
        self,
        kit: Kit,
        together: Callable[[Work, Sequence[A]], Sequence[T]],
        alone: Callable[[Work, A], T],
        *,
        most: int,
        room: int,
        away: tuple[type[Exception], ...],
    ) -> None:
        """`most`: of this weight one transaction has no more, unless a single one weighs more.
        `away`: what says that the database is away, for all of them alike."""
        self._kit = kit
        self._together = together
        self._alone = alone
        self._most = most
        self._room = room
        self._away = away
        self._lines = (_Line[Waiting[A, T]](), _Line[Waiting[A, T]]())
        self._weights: Counter[Hashable] = Counter()
        self._weight = 0
        self._serving: asyncio.Task[None] | None = None

    async def do(
        self, asked: A, *, whose: Hashable = None, weight: int = 1, pressing: bool = False
    ) -> T:
        """What became of it; 2xx only after this. Raises Full, at once."""
        promised: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def done(result: T | Exception) -> None:
            if promised.done():
                return  # whoever waited for it is gone
            if isinstance(result, Exception):
                promised.set_exception(result)
            else:
                promised.set_result(result)

        self.put(
            Waiting(asked=asked, whose=whose, weight=weight, pressing=pressing, done=done),
        )
        return await promised

    def put(self, one: Waiting[A, T]) -> None:
        """`do` for who has no task to wait in. Raises Full."""
        if not self._has_room(one):
            raise Full
        self._weights[one.whose] += one.weight
        self._weight += one.weight
        self._lines[0 if one.pressing else 1].put(one.whose, one)
        if self._serving is None:
            self._serving = asyncio.get_running_loop().create_task(self._serve())

    def _has_room(self, one: Waiting[A, T]) -> bool:
        if not self._weight:
            return True  # however heavy, it would never find more room
        quarter = self._room // 4
        everybody, own = (4, 3) if one.pressing else (3, 2)
        return (
            self._weight + one.weight <= everybody * quarter
            and self._weights[one.whose] + one.weight <= own * quarter
        )

    async def _serve(self) -> None:
        while taken := self._take():
            told = await self._settle([one.asked for one in taken])
            for one, result in zip(taken, told, strict=True):
                self._weight -= one.weight
                self._weights[one.whose] -= one.weight
                if not self._weights[one.whose]:
                    del self._weights[one.whose]
                one.done(result)
        self._serving = None

    def _take(self) -> list[Waiting[A, T]]:
        taken: list[Waiting[A, T]] = []
        left = self._most
        for line in self._lines:
            while (one := line.next) is not None:
                left -= one.weight
                if left < 0 and taken:
                    return taken
                taken.append(line.pop())
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


class _Line(Generic[T]):
    """A queue in which senders take turns, each with its own in order."""

    def __init__(self) -> None:
        self._of: dict[Hashable, deque[T]] = {}
        self._turns: deque[Hashable] = deque()

    def put(self, whose: Hashable, one: T) -> None:
        own = self._of.get(whose)
        if own is None:
            own = self._of[whose] = deque()
            self._turns.append(whose)
        own.append(one)

    @property
    def next(self) -> T | None:
        return self._of[self._turns[0]][0] if self._turns else None

    def pop(self) -> T:
        whose = self._turns.popleft()
        own = self._of[whose]
        one = own.popleft()
        if own:
            self._turns.append(whose)
        else:
            del self._of[whose]
        return one
