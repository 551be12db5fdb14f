"""The ends of rings: a lone one is recorded at once, those that come meanwhile together."""

import asyncio
from collections.abc import Sequence
from typing import TypeAlias

from app.delivery import outcome
from app.delivery.outcome import Spoken
from app.flows.kit import Kit, repeatable
from app.flows.work import Work
from storage.effects import Effect
from storage.trouble import is_away

MOST = 64
"""So many share a transaction; intake and claims go between."""
End: TypeAlias = tuple[Effect, Spoken]


class Ends:
    """In a storm a transaction for each ring would keep the writer from the alerts behind it."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._waiting: list[tuple[End, asyncio.Future[bool]]] = []
        self._recording: asyncio.Task[None] | None = None
        self._busy = False

    async def record(self, effect: Effect, spoken: Spoken) -> bool:
        """`outcome.ended` of a ring; raises what it raises."""
        if self._busy or self._recording is not None:
            promised: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            self._waiting.append(((effect, spoken), promised))
            return await promised
        self._busy = True
        try:
            return await self._kit.do(outcome.ended, effect, spoken)
        finally:
            self._busy = False
            if self._waiting:
                self._recording = asyncio.get_running_loop().create_task(self._record_waiting())

    async def _record_waiting(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            told = await self._settle([end for end, _ in taken])
            for (_, promised), result in zip(taken, told, strict=True):
                if promised.done():
                    continue  # whoever waited for it is gone
                if isinstance(result, Exception):
                    promised.set_exception(result)
                else:
                    promised.set_result(result)
        self._recording = None

    async def _settle(self, ends: Sequence[End]) -> Sequence[bool | Exception]:
        try:
            return await self._kit.do(_end_all, ends)
        except Exception as error:
            if is_away(error):
                return [error] * len(ends)
        return [await self._by_itself(*end) for end in ends]

    async def _by_itself(self, effect: Effect, spoken: Spoken) -> bool | Exception:
        try:
            return await self._kit.do(outcome.ended, effect, spoken)
        except Exception as error:
            return error


@repeatable
def _end_all(work: Work, ends: Sequence[End]) -> list[bool]:
    return [outcome.ended(work, effect, spoken) for effect, spoken in ends]
