"""The bench runs from end to end; what it measures is for people to judge, not for a test."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.__main__ import PARTS

ROOT = Path(__file__).parents[2]


PROMISED = {
    ("paging", "peer"): (
        "page leaves, idle, Slack well",
        "page leaves, 2 other P1s open, Slack dark",
        "alert to page, idle, Alertmanager",
        "storm of 5 P1s at 16 senders, alert to page, Baton",
    ),
    ("dispatch", "room", "slack"): (
        "acknowledged: /inc list",
        "to the first: a command, dispatched alone",
        "channel usable, to a call",
        "new connections a call",
        "40 at once, acknowledged",
    ),
    ("intake",): (
        "raw durable transactions",
        "alerts accepted, 4 senders",
        "to a bare durable route",
        "20 alerts a body",
        "repeats, 4 senders",
        "resident memory, idle",
        "resident memory after 50 alerts",
    ),
    ("waits", "flat", "rota"): (
        "5 waits end at once, late, Baton's steps taken",
        "an alert that repeats, 2,000 stored",
        "a year of 7 people, 20 overrides, Baton, in use",
        "who is on duty now, recurring-ical-events",
        "shifts in 8 years",
    ),
    ("growth", "start"): (
        "grown by 50 alerts",
        "cold start to the first durable 2xx",
        "cold start to /readyz",
    ),
}


@pytest.mark.parametrize("parts", PROMISED, ids="+".join)
def test_the_smallest_bench_prints_a_row_for_everything_it_promises(parts: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "tests.bench", "--tiny"]
    command += [f"--only={part}" for part in parts]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    for promised in PROMISED[parts]:
        line = next(each for each in done.stdout.splitlines() if promised in each)
        assert re.search(r"\d+ +[\d.]+ +[\d.]+", line), line


def test_every_part_is_tried() -> None:
    assert sorted(part for parts in PROMISED for part in parts) == sorted(PARTS)
