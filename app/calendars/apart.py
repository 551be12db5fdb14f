"""Reads a calendar in a process of its own, with an end: a rule in it may be made never to end,
or to take all the memory there is, and whoever pages must not wait for that."""

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from app.calendars.absences import LARGEST, Absence, BadCalendar, find_absences

SECONDS = 10
"""Of the processor; twice as long by the clock."""
MEMORY = 512 * 1024 * 1024
ROOT = Path(__file__).parents[2]


def read_apart(body: bytes, start: datetime, end: datetime, zone: ZoneInfo) -> list[Absence]:
    """As `find_absences`; raises BadCalendar also for what takes too long."""
    if len(body) > LARGEST:
        raise BadCalendar(f"It is larger than {LARGEST // 1_000_000} MB.")
    told = ("-m", "app.calendars.apart", start.isoformat(), end.isoformat(), zone.key)
    try:
        done = subprocess.run(
            [sys.executable, *told],
            input=body,
            capture_output=True,
            timeout=2 * SECONDS,
            check=False,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise BadCalendar("To read it takes too long.") from None
    if done.returncode != 0:
        raise BadCalendar("To read it takes too long, or too much memory.")
    answer = json.loads(done.stdout)
    if "problem" in answer:
        raise BadCalendar(answer["problem"])
    return [
        Absence(start=datetime.fromisoformat(first), end=datetime.fromisoformat(last), uid=uid)
        for first, last, uid in answer["absences"]
    ]


def main(arguments: Sequence[str], body: bytes) -> str:
    """What the other process prints."""
    start, end, zone = arguments
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        found = find_absences(
            body, datetime.fromisoformat(start), datetime.fromisoformat(end), ZoneInfo(zone)
        )
    except BadCalendar as bad:
        return json.dumps({"problem": bad.sentence})
    return json.dumps(
        {"absences": [[e.start.isoformat(), e.end.isoformat(), e.uid] for e in found]}
    )


if __name__ == "__main__":
    print(main(sys.argv[1:], sys.stdin.buffer.read(LARGEST + 1)))
