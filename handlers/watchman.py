"""The watchman: audits every few seconds, has what he finds mended or told, and remembers how it
stands for metrics, `/readyz`'s neighbours and the outside checker."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence

from app.flows.audit_state import Audit, audit_state, recount, settle_audit
from app.flows.finding import Finding, answer_finding
from app.flows.kit import Kit
from app.flows.tell_operator import tell_operator

log = logging.getLogger("baton.watch")

EVERY = 15.0
"""Seconds between two audits: what stands still for 15 seconds is found within 30."""
FIRST = 3.0
"""Seconds after the start: what was due while Baton was down is taken first."""
PARTS = 8
"""So many parts of what is to be counted are counted in one round."""
STANDS = 20
"""A finding that stands for so many rounds, five minutes, is pushed to a manager."""
RECOUNT = 3600.0
"""Seconds between two counts of all alerts."""


class Watchman:
    """Runs beside the tick, so that a tick that hangs is seen. Every replica has one: what they
    do is keyed, so that two do no more than one."""

    def __init__(self, kit: Kit, *, every: float = EVERY) -> None:
        self._kit = kit
        self._every = every
        self._task: asyncio.Task[None] | None = None
        self._looked: float | None = None
        self._recounted = time.monotonic()
        self._standing: Counter[str] = Counter()
        self.findings: Sequence[Finding] = ()
        self.content = False
        self.seconds = 0.0
        """How long the last audit took."""

    @property
    def age(self) -> float | None:
        """Seconds since the last audit ended; None before the first."""
        return None if self._looked is None else time.monotonic() - self._looked

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="watchman")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> Sequence[Finding]:
        """One round: audit, mend or tell, count on."""
        for _ in range(PARTS):
            began = time.perf_counter()
            audit = await self._kit.read(audit_state)
            self.seconds = time.perf_counter() - began
            await self._settle(audit)
            if not audit.behind or audit.findings:
                break
        findings = [*audit.findings, *await self._recount()]
        for finding in findings:
            await self._kit.do(answer_finding, finding)
        await self._push(findings)
        self.findings = findings
        self.content = not findings
        self._looked = time.monotonic()
        return findings

    async def _settle(self, audit: Audit) -> None:
        if audit.moves:
            await self._kit.do(settle_audit, audit)

    async def _recount(self) -> Sequence[Finding]:
        if time.monotonic() - self._recounted < RECOUNT:
            return ()
        self._recounted = time.monotonic()
        return await self._kit.read(recount)

    async def _push(self, findings: Sequence[Finding]) -> None:
        """What stands is pushed to a manager: the engineering channel may be asleep."""
        here = {each.key: each for each in findings}
        self._standing = Counter({key: self._standing[key] + 1 for key in here})
        for key, rounds in self._standing.items():
            if rounds >= STANDS:
                await self._kit.do(tell_operator, f"audit:{key}", here[key].sentence)

    async def _run(self) -> None:
        await asyncio.sleep(min(FIRST, self._every))
        while True:
            try:
                for finding in await self.look():
                    log.error("%s: %s", finding.rule, finding.sentence)
            except Exception:
                self.content = False
                log.exception("the audit could not be made; it is tried again")
            await asyncio.sleep(self._every)
