"""Random SIGKILLs under load, then quiet, then the bill."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp

from storage.engine import Database, open_engine
from tests.campaign.kill.check import (
    Heard,
    Remembered,
    check,
    due_by,
    lost_pages,
    remember,
    ringing,
)
from tests.campaign.kill.people import Accepted
from tests.campaign.kill.world import World, memory, world
from tests.campaign.report import Finding, at_least, at_most, told

LONGEST = 0.3
"""A kill comes so many seconds after the start or after the load began, at the latest."""
MOMENTS, WEIGHTS = ("start", "accepted", "rung"), (4, 4, 2)
AT_LEAST_ONE = 3.0
"""So many seconds an alert or a ring is waited for; there may be none to come."""
TWICE = 0.2
BURST = (1, 3)
"""So many alerts begin before each kill."""
AT_MOST = 20
"""So many may wait to be taken; then no more are begun."""
CALM = 60.0
"""Seconds until everything is quiet once the killing has stopped (reliability.md, I16)."""
QUIET_LOOKS = 4
COLD_EVERY = 25
"""After so many kills one start is the command itself, with its imports, and is measured."""


@dataclass(kw_only=True)
class Cold:
    """A cold start: until the intake took an alert, and until the overdue page was heard, where
    one was. `busy`: the machine had more to do than it has processors."""

    intake: float
    overdue: float | None = None
    busy: bool


@dataclass
class Times:
    cold: list[Cold] = field(default_factory=list)
    quiet: float = 0.0


async def storm(kind: str, *, kills: int, seed: int, cold: bool = True) -> list[Finding]:
    """The whole campaign on one kind of database.

    With `cold` some starts are the command itself and measured, which takes a machine at leisure.
    """
    services, times = max(12, min(250, kills // 3)), Times()
    more = kills // COLD_EVERY + 1 if cold else 0
    with memory(kind) as (url, folder):
        async with world(url, folder, services=services, more=more, seed=seed) as place:
            database = open_engine(url)
            if cold:
                await _compile(place)
            began = await begin(place)
            while len(place.kills) < kills:
                await one_round(place)
                if cold and len(place.kills) // COLD_EVERY > len(times.cold):
                    # A service of its own, so that the alert opens an incident and a page is owed.
                    await _cold(place, times, services + len(times.cold))
            await quiet(place, database, times)
            heard = await heard_by(place, began)
            await place.stop()
            kept = kept_by(database)
            database.dispose()
            return [*check(kept, heard), *measured(times)]


async def mutant_storm(kind: str, *, kills: int, seed: int, soon: bool = False) -> list[Finding]:
    """The same with the mutant; `soon` ends at the first page that is lost."""
    services, lost = max(12, min(250, kills // 3)), 0
    with memory(kind) as (url, folder):
        async with world(
            url, folder, services=services, more=0, seed=seed, marks=("mutant",)
        ) as place:
            database = open_engine(url)
            await begin(place)
            while len(place.kills) < kills and not (soon and lost):
                await one_round(place)
                # It is dead: what it believes to have sent and nobody heard comes never.
                if soon or len(place.kills) >= kills:
                    lost = lost_pages(kept_by(database), place.phones.copies)
            database.dispose()
            return [
                told("kills of the mutant", len(place.kills)),
                told("pages heard by phones", len(place.phones.copies)),
                at_least("pages that the mutant lost", lost, 1),
            ]


async def begin(place: World) -> datetime:
    """The first start; its first tick plans the first handover."""
    await place.start()
    await place.listens()
    await asyncio.sleep(1.5)
    return datetime.now(UTC)


def kept_by(database: Database) -> Remembered:
    with database.read.begin() as tx:
        return remember(tx)


async def one_round(place: World) -> None:
    """Start (unless it runs), load, kill; now and then twice in a row."""
    chance = place.senders.chance
    if place.pid is None:
        await place.start()
    if len(place.senders.tasks.running) < AT_MOST:
        place.senders.burst(chance.randint(*BURST))
    await _moment(place, chance.choices(MOMENTS, WEIGHTS)[0])
    await asyncio.sleep(chance.uniform(0, LONGEST))
    await place.kill()
    if chance.random() < TWICE:
        await place.start()
        await asyncio.sleep(chance.uniform(0, LONGEST))
        await place.kill()


async def _moment(place: World, name: str) -> None:
    """From when the kill's chance is counted: the start, the first alert taken, the first ring."""
    things: Sequence[object] = ()
    match name:
        case "accepted":
            things = place.senders.accepted
        case "rung":
            things = place.phones.copies
        case _:
            return
    known, end = len(things), time.monotonic() + AT_LEAST_ONE
    while len(things) == known and time.monotonic() < end:
        await asyncio.sleep(0.002)


async def _cold(place: World, times: Times, service: int) -> None:
    """An alert is taken, Baton dies at once, and the command is started as an operator would."""
    await place.start()
    owed = await place.senders.send(service, "owed")
    await place.kill()
    overdue = not _is_heard(place, owed)
    async with place.cold() as began:
        await place.senders.send(service, "owed")
        busy = os.getloadavg()[0] > (os.cpu_count() or 1)
        start = Cold(intake=time.monotonic() - began, busy=busy)
        times.cold.append(start)
        if not overdue:
            return
        async with asyncio.timeout(CALM):
            while not _is_heard(place, owed):
                await asyncio.sleep(0.01)
        start.overdue = time.monotonic() - began


async def _compile(place: World) -> None:
    """A first start, of which nothing is measured."""
    async with place.cold():
        await place.listens()
    place.kills.clear()


def _is_heard(place: World, alert: Accepted) -> bool:
    return any(copy.incident in alert.incidents for copy in place.phones.copies)


async def quiet(place: World, database: Database, times: Times) -> None:
    """No kills any more; everybody answers, and everything that is due is done."""
    place.people.diligent = True
    stopped = time.monotonic()
    await place.start()
    await place.senders.tasks.end()
    looks = 0
    while looks < QUIET_LOOKS:
        await asyncio.sleep(0.25)
        looks = looks + 1 if _is_quiet(database) and not place.people.tasks.running else 0
        if time.monotonic() - stopped > CALM * 3:
            break
    times.quiet = time.monotonic() - stopped - QUIET_LOOKS * 0.25


def _is_quiet(database: Database) -> bool:
    with database.read.begin() as tx:
        return not ringing(tx) and not due_by(tx, datetime.now(UTC) + timedelta(seconds=1))


async def heard_by(place: World, began: datetime) -> Heard:
    posts, channels = await _slack(place)
    return Heard(
        company=place.company,
        accepted=place.senders.accepted,
        copies=place.phones.copies,
        answered=place.people.answered,
        kills=place.kills,
        posts=posts,
        channels=channels,
        began=began,
        ended=datetime.now(UTC) - timedelta(seconds=3),
    )


async def _slack(place: World) -> tuple[Counter[str], Sequence[str]]:
    """How often each of our posts stands in Slack, by its key, and the incidents' channels."""
    url = f"{place.workspace.url}/_workspace/state"
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        state = await answer.json()
    posts: Counter[str] = Counter()
    for channel in state["channels"]:
        for message in channel["messages"]:
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if "key" in payload:
                posts[payload["key"]] += 1
    names = [each["name"] for each in state["channels"] if each["name"].startswith("inc-")]
    return posts, names


def measured(times: Times) -> list[Finding]:
    """A cold start is held against its bounds where the machine had no other work."""
    findings = [at_most("quiet after the last kill", times.quiet, CALM, "s")]
    at_leisure = [each for each in times.cold if not each.busy]
    busy = [each for each in times.cold if each.busy]
    if at_leisure:
        findings += [
            told("cold starts", len(at_leisure)),
            at_most("intake after a cold start, slowest", _intake(at_leisure), 3, "s"),
            at_most("overdue page after a cold start, slowest", _overdue(at_leisure), 5, "s"),
        ]
    if busy:
        findings += [
            told("cold starts on a machine with other work (no bound)", len(busy)),
            told("… intake, slowest", _intake(busy), "s"),
            told("… overdue page, slowest", _overdue(busy), "s"),
        ]
    return findings


def _intake(starts: Sequence[Cold]) -> float:
    return max((each.intake for each in starts), default=0.0)


def _overdue(starts: Sequence[Cold]) -> float:
    return max((each.overdue for each in starts if each.overdue is not None), default=0.0)
