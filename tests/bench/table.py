"""Figures as a table: what was measured, how often, its median and p99, and the goal."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """`samples` in the order of their measuring; `goal` in words, judged by people."""

    what: str
    samples: Sequence[float]
    unit: str = "ms"
    goal: str = ""

    @property
    def median(self) -> float:
        return quantile(self.samples, 0.5)

    @property
    def p99(self) -> float:
        return quantile(self.samples, 0.99)


def quantile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that so many are not above; of few samples p99 is the largest."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def table(rows: Sequence[Row]) -> str:
    """One line a row, in columns."""
    cells = [("", "n", "median", "p99", "", "goal")]
    for row in rows:
        shown = (f"{row.median:.{digits(row.median)}f}", f"{row.p99:.{digits(row.p99)}f}")
        cells.append((row.what, str(len(row.samples)), *shown, row.unit, row.goal))
    widths = [max(len(line[column]) for line in cells) for column in range(6)]
    lines = []
    for line in cells:
        left = line[0].ljust(widths[0])
        middle = "  ".join(line[column].rjust(widths[column]) for column in (1, 2, 3))
        lines.append(f"{left}  {middle} {line[4].ljust(widths[4])}  {line[5]}".rstrip())
    return "\n".join(lines)


def digits(value: float) -> int:
    return 0 if value >= 100 else 1 if value >= 10 else 2
