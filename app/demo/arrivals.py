"""Who looks at the workspace: the story waits for its first reader."""

import asyncio

from app.demo.workspace.changes import Changes


class Arrivals(Changes):
    """The workspace's changes, which also tell when somebody first follows them."""

    def __init__(self) -> None:
        super().__init__()
        self.first = asyncio.Event()

    async def after(self, seen: int) -> int:
        self.first.set()
        return await super().after(seen)
