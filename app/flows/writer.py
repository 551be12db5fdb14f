"""The threads that write or read: in order of arrival, but what a phone waits for goes first."""

import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


class Threads:
    """So many threads at one queue; on SQLite one, for it allows one writer at a time and waiting
    here is fair."""

    def __init__(self, threads: int, *, name: str = "write") -> None:
        self._waiting: queue.PriorityQueue[tuple[int, int, Callable[[], None] | None]]
        self._waiting = queue.PriorityQueue()
        self._order = itertools.count()
        self._lock = threading.Lock()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._serve, name=f"{name}_{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, run: Callable[[], T], *, ahead: bool = False) -> "Future[T]":
        """`ahead`: before everything that waits and did not ask for it. Raises RuntimeError after
        `close`, so that nobody waits for threads that are gone."""
        promised: Future[T] = Future()

        def keep_promise() -> None:
            if not promised.set_running_or_notify_cancel():
                return
            try:
                promised.set_result(run())
            except BaseException as error:
                promised.set_exception(error)

        with self._lock:
            if self._closed:
                raise RuntimeError("Baton is stopping; nothing more is taken in")
            self._waiting.put((0 if ahead else 1, next(self._order), keep_promise))
        return promised

    def close(self) -> None:
        """Wait for what was given, then let the threads go."""
        with self._lock:
            self._closed = True
        for _ in self._threads:
            self._waiting.put((2, next(self._order), None))
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        while (run := self._waiting.get()[2]) is not None:
            run()
