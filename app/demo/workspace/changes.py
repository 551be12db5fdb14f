"""Who waits for the workspace to change is told here, at most every 50 ms."""

import asyncio

PAUSE = 0.05


class Changes:
    """A number that grows with every change, and a way to wait until it has."""

    def __init__(self) -> None:
        self.seq = 0
        self._changed = asyncio.Event()

    def touch(self) -> None:
        self.seq += 1
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def after(self, seen: int) -> int:
        """Wait until there is something newer than `seen`; several changes count as one."""
        while self.seq == seen:
            await self._changed.wait()
            await asyncio.sleep(PAUSE)
        return self.seq
