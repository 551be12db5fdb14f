"""What an alert costs with little stored and with much, one after the other in the same run."""

import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from app.flows.receive_together import Told, receive_together
from app.rules.alert import Alert, AlertState, Delivery
from storage.engine import Database, open_engine
from storage.migrate import migrate
from tests.bench.plan import Plan
from tests.bench.table import Row
from tests.kit import Bench, SetClock, open_bench
from tests.storage.filled import fill

FEW = 1_000
ONE_BY_ONE = 9
"""Alerts of a kind for each page that the plan measures."""


async def measure(plan: Plan, folder: Path) -> list[Row]:
    """Alerts that open an incident, that attach to one, and that repeat."""
    took: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    opened = {rows: _filled(folder / f"flat-{rows}.db", rows) for rows in (FEW, plan.stored)}
    for sent in range(plan.rounds * plan.pages * ONE_BY_ONE):
        for what, alert in _kinds(sent).items():
            for rows, (bench, _) in opened.items():
                took[what][rows].append(_spent(bench, alert))
    for bench, database in opened.values():
        bench.kit.close()
        database.dispose()
    return [row for what, times in took.items() for row in _rows(what, times, plan.stored)]


def _rows(what: str, times: dict[int, list[float]], stored: int) -> list[Row]:
    rows = [Row(what=f"{what}, {n:,} stored", samples=times[n]) for n in (FEW, stored)]
    ratio = rows[1].median / rows[0].median
    return [*rows, Row(what="  much to little", samples=[ratio], unit="×", goal="about 1")]


def _kinds(number: int) -> dict[str, dict[str, Any]]:
    return {
        "an alert that opens an incident": {
            "alarm": f"Unheard{number}",
            "fingerprint": f"u{number}",
        },
        "an alert that attaches": {"alarm": "EltLate", "fingerprint": f"f{number}"},
        "an alert that repeats": {"alarm": "EltLate", "fingerprint": "f1"},
    }


def _spent(bench: Bench, about: dict[str, Any]) -> float:
    alert = Alert(state=AlertState.FIRING, title="The load is late", **about)
    told = [Told(delivery=Delivery(source="bench", body=b"{}"), alerts=[alert])]
    began = time.perf_counter()
    bench.do(receive_together, told)
    return (time.perf_counter() - began) * 1000


def _filled(path: Path, rows: int) -> tuple[Bench, Database]:
    url = f"sqlite:///{path}"
    migrate(url)
    database = open_engine(url)
    bench = open_bench(database, clock=SetClock())
    fill(bench, rows)
    return bench, database
