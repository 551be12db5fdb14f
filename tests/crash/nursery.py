"""Forks Batons from one process that has imported everything: a start without its imports.

`python -m tests.crash.nursery` takes an order a line on stdin and answers each with a line:
`{"start": [POINT, LEASE], "environment": {…}, "log": PATH}` with `{"pid": N}`, and `{"wait": N}`
with `{"code": N}`, once that one has ended. At the end of stdin whatever lives is killed.
"""

import asyncio
import importlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.paging import kinds
from tests.crash import child


def main() -> int:
    """What a start loads while it takes alerts in already is loaded once, here."""
    importlib.import_module("app.build")
    kinds.load()
    living: set[int] = set()
    print(json.dumps({"ready": os.getpid()}), flush=True)
    for line in sys.stdin:
        print(json.dumps(_obey(json.loads(line), living)), flush=True)
    for pid in living:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return 0


def _obey(order: Mapping[str, Any], living: set[int]) -> Mapping[str, int]:
    if "wait" in order:
        pid = int(order["wait"])
        _, status = os.waitpid(pid, 0)
        living.discard(pid)
        return {"code": os.waitstatus_to_exitcode(status)}
    pid = os.fork()
    if not pid:
        _become(order["start"], order["environment"], order["log"])
    living.add(pid)
    return {"pid": pid}


def _become(arguments: Sequence[str], environment: Mapping[str, str], log: str) -> None:
    """In the child, which never comes back from here."""
    code = 1
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        told = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for number, file in ((0, nothing), (1, told), (2, told)):
            os.dup2(file, number)
        os.environ.update(environment)
        code = child.main(arguments)
    finally:
        os._exit(code)


class Nursery:
    """The nursery as its user sees it: `start` gives a pid, `ended` waits for its exit code."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()

    @classmethod
    async def opened(cls) -> "Nursery":
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.crash.nursery"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        made = cls(process)
        await made._answer()
        return made

    async def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], *, log: Path
    ) -> int:
        order = {"start": list(arguments), "environment": dict(environment), "log": str(log)}
        return int((await self._ask(order))["pid"])

    async def ended(self, pid: int) -> int:
        """Its exit code; negative when a signal ended it."""
        return int((await self._ask({"wait": pid}))["code"])

    async def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def born(
        self, arguments: Sequence[str], environment: Mapping[str, str], *, log: Path
    ) -> "Born":
        """`start`, for whoever wants to wait for its end."""
        return Born(await self.start(arguments, environment, log=log), self)

    async def _ask(self, order: Mapping[str, Any]) -> Mapping[str, Any]:
        async with self._turn:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            return await self._answer()

    async def _answer(self) -> Mapping[str, Any]:
        assert self._process.stdout is not None
        answer: Mapping[str, Any] = json.loads(await self._process.stdout.readline())
        return answer


class Born:
    """One of the nursery's, as asyncio shows a process that it started itself."""

    def __init__(self, pid: int, nursery: Nursery) -> None:
        self.pid = pid
        self._handle = os.pidfd_open(pid)
        self._ending = asyncio.create_task(self._end(nursery))

    @property
    def returncode(self) -> int | None:
        """None while it lives; negative when a signal ended it."""
        return self._ending.result() if self._ending.done() else None

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    async def wait(self) -> int:
        """Its exit code, as soon as it has ended."""
        return await asyncio.shield(self._ending)

    def send_signal(self, number: signal.Signals) -> None:
        if not self._ending.done():
            signal.pidfd_send_signal(self._handle, number)

    async def _end(self, nursery: Nursery) -> int:
        """Asks the nursery only once it need not wait: it has others to start meanwhile."""
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._handle, over.set)
        try:
            await over.wait()
            return await nursery.ended(self.pid)
        finally:
            loop.remove_reader(self._handle)
            os.close(self._handle)


if __name__ == "__main__":
    sys.exit(main())
