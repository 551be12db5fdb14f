"""What a process holds: memory, file handles, and the sizes of its database."""

import gc
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

MB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Sample:
    """`used` are the database's pages that hold something, in MB; `day` is of the fast clock."""

    day: float
    memory: float
    handles: int
    wal: float
    used: float


def sample(day: float, database: Path) -> Sample:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    wal = database.with_name(database.name + "-wal")
    with closing(sqlite3.connect(database)) as file:
        size, total, free = (
            file.execute(f"PRAGMA {each}").fetchone()[0]
            for each in ("page_size", "page_count", "freelist_count")
        )
    return Sample(
        day=day,
        memory=pages * os.sysconf("SC_PAGE_SIZE") / MB,
        handles=len(os.listdir("/proc/self/fd")),
        wal=wal.stat().st_size / MB if wal.exists() else 0.0,
        used=(total - free) * size / MB,
    )


def part(samples: Sequence[Sample], start: float, end: float) -> Sequence[Sample]:
    """Those between two shares of the whole; never none."""
    first, last = int(len(samples) * start), max(int(len(samples) * end), 1)
    return samples[first:last] or samples[-1:]


def middle(samples: Sequence[Sample], what: str) -> float:
    return float(median(getattr(each, what) for each in samples))


def growth(samples: Sequence[Sample]) -> float:
    """MB a day that the database grew by, over these."""
    days = samples[-1].day - samples[0].day
    return (samples[-1].used - samples[0].used) / days if days else 0.0
