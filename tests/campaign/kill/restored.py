"""A backup under load, the loss of the database, and a Baton that goes on from the backup."""

import asyncio
import os
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from storage import tables
from storage.engine import open_engine
from storage.incidents import GAP
from tests.campaign.kill.check import Heard, check
from tests.campaign.kill.storm import Times, begin, heard_by, kept_by, measured, one_round, quiet
from tests.campaign.kill.world import World, memory, world
from tests.campaign.report import Finding

BEFORE, AFTER = 2, 2
"""Kills before the backup, and after it on the database that is lost."""


async def restored(kind: str, *, seed: int) -> list[Finding]:
    """What was accepted before the backup began is held to every promise after the restore."""
    with memory(kind) as (url, folder), memory(kind) as (other, _):
        async with world(url, folder, services=12, more=0, seed=seed) as place:
            await begin(place)
            for _ in range(BEFORE):
                await one_round(place)
            await _load(place)
            safe = datetime.now(UTC)
            await _command(place, "backup", folder / "kept")
            copied = datetime.now(UTC)
            for _ in range(AFTER):
                await one_round(place)
            place.environment = {**place.environment, "BATON_DATABASE_URL": other}
            await _command(place, "restore", folder / "kept")
            return await _bill(place, other, safe=safe, copied=copied)


async def _load(place: World) -> None:
    """A Baton that has just taken alerts and is saying what they ask for."""
    await place.start()
    await place.listens()
    taken = len(place.senders.accepted)
    place.senders.burst(6)
    while len(place.senders.accepted) < taken + 2:
        await asyncio.sleep(0.005)


async def _command(place: World, name: str, file: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app", name, str(file)),
        env={**os.environ, **place.environment},
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    _, told = await process.communicate()
    assert process.returncode == 0, told.decode()


async def _bill(place: World, url: str, *, safe: datetime, copied: datetime) -> list[Finding]:
    database = open_engine(url)
    with database.read.begin() as tx:
        incidents = tx.execute(select(func.max(tables.incidents.c.id))).scalar_one()
    back, times = datetime.now(UTC), Times()
    # Answers of the time that is lost belong to nobody; their pages ring anew.
    place.people.answered.clear()
    await quiet(place, database, times)
    heard = _of_both_times(await heard_by(place, back), safe=safe, copied=copied, back=back)
    await place.stop()
    kept = kept_by(database)
    database.dispose()
    return [*check(kept, _of_the_kept(heard, incidents)), *measured(times)]


def _of_both_times(heard: Heard, *, safe: datetime, copied: datetime, back: datetime) -> Heard:
    """Without the time between copy and restore, which is lost."""
    return replace(
        heard,
        accepted=[each for each in heard.accepted if each.at < safe or each.at > back],
        copies=[each for each in heard.copies if each.at < copied or each.at > back],
        ended=heard.began,
    )


def _of_the_kept(heard: Heard, incidents: int) -> Heard:
    """What stands in Slack of incidents that the backup knew, and of those that came after the
    restore: their numbers were never given before."""
    lost = range(incidents + 1, incidents + GAP)
    posts = Counter({key: n for key, n in heard.posts.items() if _number(key, ":") not in lost})
    channels = [name for name in heard.channels if _number(name, "-") not in lost]
    return replace(heard, posts=posts, channels=channels)


def _number(name: str, mark: str) -> int:
    told = name.split(mark)[1]
    return int(told) if told.isdecimal() else 0
