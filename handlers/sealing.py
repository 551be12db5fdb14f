"""The tick's duty that seals the audit log, in steps: see who writes, seal once they ended."""

import logging

from app.flows.kit import Kit
from app.flows.seal_audit import add_seal, due_for_seal, next_seal, still_written
from storage.audit import Horizon

log = logging.getLogger("baton.audit")


class Sealing:
    """Call it every second. It waits for nobody: what is not complete yet is sealed later."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._horizon: Horizon | None = None

    async def __call__(self) -> None:
        if self._horizon is None:
            self._horizon = await self._kit.read(due_for_seal)
        if self._horizon is None or await self._kit.read(still_written, self._horizon):
            return
        seal = await self._kit.read(next_seal, self._horizon)
        self._horizon = None
        if seal is not None and await self._kit.do(add_seal, seal):
            # A log that is kept elsewhere bears witness: `audit verify --expect NUMBER:DIGEST`.
            told = {"number": seal.number, "rows": len(seal.marks), "digest": seal.digest}
            log.info("The audit log is sealed.", extra=told)
