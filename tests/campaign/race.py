"""The first arrival of one new alert, told by 64 senders at one instant; again and again."""

import argparse
import asyncio
import contextlib
import os
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from storage.engine import open_engine
from tests.bench.wire import Line
from tests.campaign.kill.company import Company
from tests.campaign.kill.phones import Phones, phones
from tests.campaign.kill.world import KEY, furnish, memory
from tests.campaign.report import Finding, exactly, told
from tests.wire.stage import free_port

SENDERS = 64
LONG, SHORT = 100, 5
PATIENCE = 60.0
QUIET = 2.0
"""Seconds after the last page in which one too many would have come."""
PATH = "/v1/alerts/generic"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--races", type=int, help=f"how many ({LONG})")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")


def run(options: argparse.Namespace) -> Sequence[Finding]:
    races = options.races or (SHORT if options.short else LONG)
    with memory(options.database) as (url, folder):
        return asyncio.run(_all(url, folder, races))


@dataclass
class Place:
    """A running Baton, as its senders and phones know it."""

    url: str
    port: int
    token: str
    phones: Phones

    def rows(self, query: str) -> list[tuple[int, ...]]:
        """Straight from the database."""
        database = open_engine(self.url, connections=1)
        try:
            with database.read.begin() as tx:
                return [tuple(row) for row in tx.execute(text(query))]
        finally:
            database.dispose()


async def _all(url: str, folder: Path, races: int) -> Sequence[Finding]:
    async with _running(url, folder, races) as here:
        began = time.monotonic()
        statuses: Counter[int] = Counter()
        for number in range(races):
            statuses.update(await _race(here, number))
        took = time.monotonic() - began
        await _until_quiet(here, races)
        return [*_answers(statuses, races, took), *_stored(here, races)]


async def _race(here: Place, number: int) -> Sequence[int]:
    """Everybody is connected first, and speaks at one instant."""
    body = {"alarm": f"Late{number}", "title": f"Late {number}", "fingerprint": f"race-{number}"}
    async with contextlib.AsyncExitStack() as stack:
        lines = [Line(here.port, here.token) for _ in range(SENDERS)]
        await asyncio.gather(*(stack.enter_async_context(line) for line in lines))
        told = await asyncio.gather(*(_post(line, body) for line in lines))
    return told


async def _post(line: Line, body: object) -> int:
    try:
        return await line.post(PATH, body)
    except (OSError, asyncio.IncompleteReadError):
        return 0


def _answers(statuses: Counter[int], races: int, took: float) -> Sequence[Finding]:
    well = sum(count for status, count in statuses.items() if 200 <= status < 300)
    return [
        told("races for the first arrival of one new alert", races),
        told("senders in each, at one instant", SENDERS),
        told("answers a second", races * SENDERS / took),
        exactly("answered with 2xx", well, races * SENDERS),
        exactly("answered with anything else", statuses.total() - well, 0),
    ]


def _stored(here: Place, races: int) -> Sequence[Finding]:
    [(alerts, tellings, incidents, escalations, pages)] = here.rows(
        "SELECT (SELECT count(*) FROM alerts), (SELECT sum(count) FROM alerts),"
        " (SELECT count(*) FROM incidents), (SELECT count(*) FROM escalations),"
        " (SELECT count(*) FROM pages)"
    )
    heard = Counter(copy.incident for copy in here.phones.copies)
    return [
        exactly("alerts stored", alerts, races),
        exactly("tellings counted in them", tellings, races * SENDERS),
        exactly("incidents", incidents, races),
        exactly("escalations", escalations, races),
        exactly("pages", pages, races),
        exactly("messages heard on phones", heard.total(), races),
        exactly("races not heard exactly once", sum(n != 1 for n in heard.values()), 0),
    ]


async def _until_quiet(here: Place, races: int) -> None:
    end = time.monotonic() + PATIENCE
    while len(here.phones.copies) < races and time.monotonic() < end:
        await asyncio.sleep(0.05)
    await asyncio.sleep(QUIET)


@contextlib.asynccontextmanager
async def _running(url: str, folder: Path, races: int) -> AsyncIterator[Place]:
    """Baton as a process of its own, without Slack: nobody waits for it here."""
    company = Company(services=races, turn=timedelta(days=7), wait="60m", made=datetime.now(UTC))
    (folder / "baton.toml").write_text(company.file(), encoding="utf-8")
    async with phones(KEY, random.Random(1)) as ledger:
        port = free_port()
        environment = {
            "BATON_DATABASE_URL": url,
            "BATON_ORGANISATION": str(folder / "baton.toml"),
            "BATON_BIND": f"127.0.0.1:{port}",
            "BATON_ADMIN_BIND": "127.0.0.1:0",
            "BATON_PUBLIC_URL": "http://127.0.0.1:1",
            "BATON_SECRET_KEY": KEY,
            "BATON_CANARY_SECONDS": "0",
        }
        place = Place(url, port, furnish(environment, ledger.port), ledger)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app", "run"),
            env={**os.environ, **environment},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            await _listens(port)
            yield place
        finally:
            process.terminate()
            await process.wait()


async def _listens(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        assert time.monotonic() < end, "it does not listen"
        await asyncio.sleep(0.05)
