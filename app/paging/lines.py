"""Lines: each ring runs on a thread of its own, for at most a few seconds of our attention."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from app.paging.errors import PagingError

T = TypeVar("T")


class Lines:
    """Runs blocking calls so that one that hangs holds up nobody.

    A thread cannot be stopped, so after `seconds` it is left to itself and keeps its line until
    it ends; `limit` bounds how many lines there are, held ones included. The threads are
    daemons: a hanging provider never delays the end of the process.
    """

    def __init__(self, limit: int, *, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._busy = 0
        self._lock = threading.Lock()

    @property
    def busy(self) -> int:
        """Lines in use, those of calls given up on included."""
        return self._busy

    async def run(self, call: Callable[[], T]) -> T:
        """The call's result or error; PagingError when it takes too long or no line is free."""
        with self._lock:
            if self._busy >= self.limit:
                raise PagingError(
                    f"All {self.limit} lines are held by providers that do not answer. Baton "
                    "tries again in a moment."
                )
            self._busy += 1
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        thread = threading.Thread(
            target=self._work, args=(loop, answer, call), name="line", daemon=True
        )
        try:
            thread.start()
        except RuntimeError as error:
            self._free()
            raise PagingError("This machine has no thread left to ring with.") from error
        try:
            return await asyncio.wait_for(answer, self.seconds)
        except TimeoutError as error:
            raise PagingError(
                f"No answer within {self.seconds:g} seconds. It may have arrived all the same.",
                maybe_heard=True,
            ) from error

    def _work(
        self, loop: asyncio.AbstractEventLoop, answer: "asyncio.Future[T]", call: Callable[[], T]
    ) -> None:
        try:
            result = call()
        except BaseException as error:
            self._free()
            _tell(loop, answer.set_exception, answer, error)
        else:
            self._free()
            _tell(loop, answer.set_result, answer, result)

    def _free(self) -> None:
        with self._lock:
            self._busy -= 1


def _tell(
    loop: asyncio.AbstractEventLoop,
    give: Callable[[Any], None],
    answer: "asyncio.Future[Any]",
    what: object,
) -> None:
    def deliver() -> None:
        if not answer.done():
            give(what)

    if not loop.is_closed():
        loop.call_soon_threadsafe(deliver)
