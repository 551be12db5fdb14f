"""The tick's duty that tells which secret keys this process can open."""

import os
import secrets
import time

from app.flows.kit import Kit
from app.flows.reseal import hold_keys, let_go_of_keys
from app.paging.seal import Seal

EVERY = 30.0
"""Seconds; a third of the time after which a silent process counts as gone."""


class KeyHolding:
    """Call it every second; it writes rarely."""

    def __init__(self, kit: Kit, seal: Seal) -> None:
        self._kit = kit
        self._seal = seal
        self._process = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._told: float | None = None

    async def __call__(self) -> None:
        now = time.monotonic()
        if self._told is None or now - self._told >= EVERY:
            await self._kit.do(hold_keys, self._process, self._seal)
            self._told = now

    async def close(self) -> None:
        """The process ends by itself, so nobody waits for it."""
        if self._told is not None:
            await self._kit.do(let_go_of_keys, self._process)
