"""Thirty days of rota and 432,000 alerts in a fast clock: memory, file handles and the WAL stay
flat, the database grows as a line, every handover is made, and the auditor is content.

The clock jumps from one thing that is due to the next. Ten alerts come in for every minute of it:
a day of five a second, spread over the thirty days. Flows, storage, delivery and phones are the
real ones; Slack is off. People answer after a while, or never; Baton is restarted now and then.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.campaign.report import Finding, at_most, exactly, told
from tests.campaign.soak.run import Soaked, soak

FLAT = 5.0
"""Per cent that memory may differ between the parts after the warm-up."""
MEMORY = "/dev/shm"
WAL = 64.0
"""MB that the WAL never grows beyond."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=float, default=30.0, help="of the fast clock (30)")
    parser.add_argument("--alerts", type=int, default=10, help="in each minute of it (10)")
    parser.add_argument("--keep", type=float, default=7.0, help="days until forgetting (7)")


def run(options: argparse.Namespace) -> Sequence[Finding]:
    """All of it in one process; the database in memory, for a disk would prove nothing here."""
    place = MEMORY if Path(MEMORY).is_dir() else None
    with tempfile.TemporaryDirectory(prefix="baton-soak-", dir=place) as folder:
        if options.short:
            found = asyncio.run(soak(Path(folder), days=0.5, alerts=5, keep=0.2))
            return _findings(found, flat=False)
        made = soak(Path(folder), days=options.days, alerts=options.alerts, keep=options.keep)
        return _findings(asyncio.run(made), flat=True)


def _findings(found: Soaked, *, flat: bool) -> list[Finding]:
    """A short run is over before anything is warm, so only a long one is held to be flat."""
    always = [
        told("days of the fast clock", found.days),
        told("alerts taken in", found.alerts),
        told("P1s", found.p1s),
        told("rings that reached a phone", found.rings),
        told("acknowledged", found.acknowledged),
        told("acknowledgements that expired", found.expired),
        told("restarts", found.restarts),
        told("audits", found.audits),
        exactly("findings of the auditor", len(found.findings), 0),
        exactly("alerts told and not stored", found.lost, 0),
        exactly("boundaries without one handover", found.handovers_missing, 0),
        exactly("canaries that did not come round", found.canaries_lost, 0),
        told("P1s unanswered at the end", found.unanswered),
        at_most("WAL at most", found.wal_mb, WAL, "MB"),
        told("database at the end", found.database_mb, "MB"),
        told("rows forgotten", found.forgotten),
    ]
    memory = at_most if flat else _only_told
    return [
        *always,
        told("memory after the warm-up", found.memory_before_mb, "MB"),
        told("memory at the end", found.memory_after_mb, "MB"),
        memory("memory grew by", found.memory_growth, FLAT, "%"),
        memory("file handles more at the end", found.handles_growth, 2),
        told("database grows in a day, middle", found.growth_middle_mb, "MB"),
        told("database grows in a day, end", found.growth_end_mb, "MB"),
        memory("growth at the end : in the middle", found.growth_ratio, 1.25),
    ]


def _only_told(what: str, figure: float, bound: float, unit: str = "") -> Finding:
    return told(what, figure, unit)
