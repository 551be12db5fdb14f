"""A storm of alerts (new ones, repeats, 200 services) with P1s sent into it: everything is stored,
each service has one incident, and the pages of the P1s are not late. With `--different` every alert
is of an alarm and a service that nobody knows: past a cap they stand in one incident."""

import argparse
import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.flows.receive_alerts import MANY
from tests.bench.intake import send
from tests.bench.load import MARK, Job, Outcome
from tests.bench.table import quantile
from tests.bench.wire import Line, alert
from tests.bench.world import World, world
from tests.campaign.report import Finding, at_least, at_most, exactly, told

REPEATED = 4
"""One body in so many tells an alert that was told before."""


@dataclass(frozen=True, kw_only=True)
class Size:
    alerts: int
    seconds: float
    clients: int
    pages: int
    services: int
    within: float
    """Seconds in which all of it has to be answered."""
    different: bool = False
    """Every alert is of an alarm and a service of its own, which nobody knows."""


LONG = Size(alerts=100_000, seconds=60.0, clients=16, pages=50, services=200, within=61.0)
SHORT = Size(alerts=600, seconds=5.0, clients=8, pages=3, services=12, within=90.0)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--alerts", type=int, help="how many, instead of 100,000")
    parser.add_argument(
        "--different", action="store_true", help="each of an alarm and a service of its own"
    )


def run(options: argparse.Namespace) -> Sequence[Finding]:
    size = SHORT if options.short else LONG
    if options.alerts:
        size = replace(size, alerts=options.alerts)
    size = replace(size, different=options.different)
    with tempfile.TemporaryDirectory(prefix="baton-storm-") as folder:
        return asyncio.run(_storm(size, Path(folder)))


async def _storm(size: Size, folder: Path) -> Sequence[Finding]:
    async with world(folder, services=size.services + size.pages) as here:
        await here.start()
        await here.ready()
        idle = here.memory()
        storm = asyncio.create_task(send(_job(here, size)))
        late, peak = await _pages(here, size, storm)
        outcome = await storm
        peak = max(peak, here.memory())
        await here.stop()
        return _findings(size, outcome, late, idle=idle, peak=peak, path=folder / "baton.db")


def _job(here: World, size: Size) -> Job:
    """Bodies of one alert, over all services in turn; a part of them is always the same. Or each
    of what nobody knows."""
    new = [alert(number, fingerprint=f"new-{MARK}") for number in range(size.services)]
    again = [
        alert(number, fingerprint=f"same-{number}")
        for number in range(0, size.services, REPEATED - 1)
    ]
    unknown = {**alert(0, fingerprint=f"new-{MARK}"), "alarm": MARK, "service": f"pod-{MARK}"}
    bodies = [json.dumps(each) for each in ([unknown] if size.different else [*new, *again])]
    return Job(
        port=here.port,
        path="/v1/alerts/generic",
        bodies=bodies,
        clients=size.clients,
        headers={"Authorization": f"Bearer {here.token}"},
        count=size.alerts,
        pace=size.alerts / size.seconds,
    )


async def _pages(
    here: World, size: Size, storm: "asyncio.Task[Outcome]"
) -> tuple[list[float], float]:
    """P1s of services that are not in the storm, one after the other while it lasts: how late
    their pages were, and the most memory that was seen."""
    late, peak = [], 0.0
    for number in range(size.pages):
        await asyncio.sleep(size.seconds / (size.pages + 1))
        if storm.done():
            break
        title = f"Late page {number}"
        sent = time.monotonic()
        async with Line(here.port, here.token) as line:
            body = alert(size.services + number, title=title)
            assert await line.post("/v1/alerts/generic", body) == 200
        late.append(await here.sink.arrival(title) - sent)
        peak = max(peak, here.memory())
    return late, peak


def _findings(
    size: Size, outcome: Outcome, late: list[float], *, idle: float, peak: float, path: Path
) -> list[Finding]:
    with sqlite3.connect(path) as database:

        def count(query: str) -> int:
            found: int = database.execute(query).fetchone()[0]
            return found

        stored = count("SELECT count(*) FROM inbox WHERE CAST(body AS TEXT) NOT LIKE '%Late page%'")
        tellings = count("SELECT sum(count) FROM alerts WHERE title NOT LIKE 'Late page%'")
        known = count("SELECT count(DISTINCT service) FROM incidents WHERE service IS NOT NULL")
        opened = count("SELECT count(*) FROM incidents")
        open_twice = count(
            "SELECT count(*) FROM (SELECT 1 FROM incidents GROUP BY trouble HAVING count(*) > 1)"
        )
    return [
        told("alerts sent", size.alerts),
        exactly("answered with 2xx", outcome.statuses.get("200", 0), size.alerts),
        exactly("bodies in the inbox", stored, size.alerts),
        exactly("tellings counted in alerts", tellings, size.alerts),
        exactly("incidents, one a service", opened, known + (MANY + 1 if size.different else 0)),
        exactly("services with a second incident", open_twice, 0),
        at_most("the storm's duration", outcome.seconds, size.within, "s"),
        told("answers, p99", outcome.p99, "ms"),
        at_least("P1s sent into it", len(late), 1),
        at_most("their pages, p99", quantile(late, 0.99), 10.0, "s"),
        told("their pages, median", quantile(late, 0.5), "s"),
        told("resident memory before", idle, "MB"),
        at_most("resident memory, the most", peak, 512, "MB"),
    ]
