"""What a campaign found: each figure beside the bound it must keep."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`held` False breaks the campaign. A figure without a bound is told and never breaks it."""

    what: str
    figure: float
    unit: str = ""
    bound: str = ""
    held: bool = True


def at_most(what: str, figure: float, bound: float, unit: str = "") -> Finding:
    """A figure that must not be above `bound`."""
    told = f"≤ {_number(bound)} {unit}".rstrip()
    return Finding(what=what, figure=figure, unit=unit, bound=told, held=figure <= bound)


def at_least(what: str, figure: float, bound: float, unit: str = "") -> Finding:
    """A figure that must not be below `bound`."""
    told = f"≥ {_number(bound)} {unit}".rstrip()
    return Finding(what=what, figure=figure, unit=unit, bound=told, held=figure >= bound)


def exactly(what: str, figure: float, wanted: float, unit: str = "") -> Finding:
    """A figure that must be this one."""
    told = f"= {_number(wanted)} {unit}".rstrip()
    return Finding(what=what, figure=figure, unit=unit, bound=told, held=figure == wanted)


def told(what: str, figure: float, unit: str = "") -> Finding:
    """A figure that no bound is set for."""
    return Finding(what=what, figure=figure, unit=unit)


def report(name: str, findings: Sequence[Finding], *, seconds: float) -> str:
    """The figures in columns, the broken ones marked, and where and when it was."""
    cells = [
        (
            finding.what,
            f"{_number(finding.figure)} {finding.unit}".rstrip(),
            finding.bound,
            "" if finding.held else "BROKEN",
        )
        for finding in findings
    ]
    widths = [max((len(line[column]) for line in cells), default=0) for column in range(3)]
    lines = [
        f"{what.ljust(widths[0])}  {figure.rjust(widths[1])}  {bound.ljust(widths[2])}  {mark}"
        for what, figure, bound, mark in cells
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    place = f"{os.cpu_count()} processors, {memory:.0f} GiB"
    end = f"{name}: {datetime.now(UTC):%Y-%m-%d}, {place}, {seconds:.0f} s"
    return "\n".join([*(line.rstrip() for line in lines), "", end])


def _number(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.3g}"
