"""`python3 -m tests.bench [--short] [--only NAME]`: measure this machine's Baton, print a table."""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench import (
    dispatch,
    flat,
    growth,
    intake,
    paging,
    peer,
    room,
    rota,
    slack,
    start,
    waits,
)
from tests.bench.plan import LONG, SHORT, TINY, Plan
from tests.bench.table import Row, table

PARTS = {
    "paging": paging,
    "peer": peer,
    "room": room,
    "intake": intake,
    "slack": slack,
    "dispatch": dispatch,
    "waits": waits,
    "flat": flat,
    "growth": growth,
    "start": start,
    "rota": rota,
}


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    plan = TINY if options.tiny else SHORT if options.short else LONG
    began = time.monotonic()
    rows = asyncio.run(_measure(plan, options.only or list(PARTS)))
    print(table(rows))
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    spent = time.monotonic() - began
    print(f"\n{os.cpu_count()} processors, load {load}; measured in {spent:.0f} s.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m tests.bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="within a minute")
    parser.add_argument("--tiny", action="store_true", help="only to see that it works")
    parser.add_argument("--only", action="append", choices=list(PARTS), help="one part; repeatable")
    return parser


async def _measure(plan: Plan, parts: Sequence[str]) -> list[Row]:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as folder:
        for name in parts:
            rows += await PARTS[name].measure(plan, Path(folder))
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
