"""Lines: each ring runs on a thread of its own, for at most a few seconds of our attention."""

import asyncio
import contextlib
import contextvars
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any, TypeVar

from app.paging.errors import PagingError

T = TypeVar("T")
PROVIDERS = 4
"""So many providers may hang with all of their lines before another one waits."""
MAY_WAIT = 0.4
"""The part of the time of one try that a message may wait for a line."""


class Lines:
    """Runs blocking calls so that one that hangs holds up nobody.

    A thread cannot be stopped, so after `seconds` it is left to itself and keeps its line until
    it ends; `limit` bounds how many lines one provider has, held ones included, so that a hanging
    one takes none from another. The threads are daemons: a hanging provider never delays the end
    of the process.

    `before` is called on the call's own thread, in its caller's context, right before the call;
    what it raises is raised in its place.
    """

    def __init__(
        self, limit: int, *, seconds: float, before: Callable[[], None] = lambda: None
    ) -> None:
        self.limit = limit
        self.seconds = seconds
        self._before = before
        self._busy: Counter[str] = Counter()
        self._queues: dict[str, deque[asyncio.Future[None]]] = {}
        self._lock = threading.Lock()

    @property
    def busy(self) -> int:
        """Lines in use, those of calls given up on included."""
        return self._busy.total()

    async def run(self, provider: str, call: Callable[[], T]) -> T:
        """The call's result or error; PagingError when it takes too long or no line is free."""
        end = time.monotonic() + self.seconds
        await self._line(provider)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        thread = threading.Thread(
            target=contextvars.copy_context().run,
            args=(self._work, loop, answer, provider, call),
            name="line",
            daemon=True,
        )
        try:
            thread.start()
        except RuntimeError as error:
            self._free(provider)
            raise PagingError("This machine has no thread left to ring with.") from error
        try:
            return await asyncio.wait_for(answer, end - time.monotonic())
        except TimeoutError as error:
            raise PagingError(
                f"No answer within {self.seconds:g} seconds. It may have arrived all the same.",
                maybe_heard=True,
            ) from error

    async def _line(self, provider: str) -> None:
        """Take a line of the provider's; a burst waits for its turn, for a part of the time."""
        if self._take(provider):
            return
        queue = self._queues.setdefault(provider, deque())
        if len(queue) < self.limit:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            queue.append(turn)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.seconds * MAY_WAIT):
                    return await turn
        raise PagingError(
            f"All {self.limit} lines to this provider are held by messages that it does not "
            "answer. Baton tries again in a moment."
        )

    def _grant(self) -> None:
        """A line came free: whoever waits for it, and is still there, has it."""
        for provider, queue in list(self._queues.items()):
            while queue and (queue[0].done() or self._take(provider)):
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
            if not queue:
                del self._queues[provider]

    def _take(self, provider: str) -> bool:
        with self._lock:
            free = self._busy[provider] < self.limit
            room = self._busy.total() < self.limit * PROVIDERS
            if free and room:
                self._busy[provider] += 1
            return free and room

    def _work(
        self,
        loop: asyncio.AbstractEventLoop,
        answer: "asyncio.Future[T]",
        provider: str,
        call: Callable[[], T],
    ) -> None:
        try:
            self._before()
            result = call()
        except BaseException as error:
            self._free(provider)
            _tell(loop, answer.set_exception, answer, error)
        else:
            self._free(provider)
            _tell(loop, answer.set_result, answer, result)
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._grant)

    def _free(self, provider: str) -> None:
        with self._lock:
            self._busy[provider] -= 1
            if not self._busy[provider]:
                del self._busy[provider]


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
