"""The clock of a running Baton is set both ways, its process stands still, and summer time begins
and ends: waits keep their length, a pause is one step, and a boundary is met once."""

import asyncio
import contextlib
import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from tests.crash.clock import Clock
from tests.crash.nursery import Nursery
from tests.crash.ward import Ward, ward
from tests.wire.trouble import service

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]
HOUR = 3600.0
SLOW = 2.5
"""Seconds by which a busy machine may be late."""
NIGHTLY = {
    'every = "1w", time = "18:00"': 'every = "1d", time = "01:30"',
    "weeks = 26": "weeks = 60",
}
"""The rota turns at half past one in Dublin, which there is not once a year, and once twice."""


async def rang_at(place: Ward, handle: str) -> float:
    """When a phone first rang, by the real clock; waits for it."""
    pages = await place.until(lambda: place.phone(handle))
    at: float = pages[0]["at"]
    return at


async def test_a_clock_that_is_set_both_ways_under_it_makes_no_wait_longer_or_shorter(
    nursery: Nursery, sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, wait="4s") as place:
        await place.start("never", clock.mark)
        await place.send_until_taken()
        first = await rang_at(place, "chi")
        clock.set(HOUR)
        second = await rang_at(place, "mia")
        clock.set(-HOUR)
        third = await rang_at(place, "noor")
        for wait in (second - first, third - second):
            assert 3.5 < wait < 4 + SLOW
        await place.until(place.acknowledge)


async def test_after_standing_still_for_several_waits_it_takes_one_step_and_waits_anew(
    nursery: Nursery, database_url: str, tmp_path: Path
) -> None:
    async with ward(nursery, database_url, tmp_path, wait="2s") as place:
        await place.start()
        await place.send_until_taken()
        await rang_at(place, "chi")
        assert place.process is not None
        place.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(5)
        assert set(await place.rung()) == {"chi"}
        woken = time.time()
        place.process.send_signal(signal.SIGCONT)
        second = await rang_at(place, "mia")
        assert second - woken < SLOW
        assert (await place.rung())["mia"] == 1
        third = await rang_at(place, "noor")
        assert 1.5 < third - second < 2 + SLOW


async def test_where_summer_time_skips_the_boundary_the_handover_is_made_at_its_first_instant(
    nursery: Nursery, sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, change=NIGHTLY) as place:
        clock.show("2027-03-28T00:59:00Z")
        await place.start("never", clock.mark)
        assert await planned(place, tmp_path) == ["2027-03-28T01:00:00"]
        assert not made(tmp_path)
        clock.show("2027-03-28T00:59:59Z")
        await place.until(lambda: posted(place, 1))
        assert made(tmp_path) == ["2027-03-28T01:00:00"]
        assert await planned(place, tmp_path) == ["2027-03-29T00:30:00"]


async def test_where_summer_time_ends_the_boundary_that_comes_twice_is_met_once(
    nursery: Nursery, sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, change=NIGHTLY) as place:
        clock.show("2027-10-31T00:29:00Z")
        await place.start("never", clock.mark)
        assert await planned(place, tmp_path) == ["2027-10-31T00:30:00"]
        clock.show("2027-10-31T00:29:59Z")
        await place.until(lambda: posted(place, 1))
        clock.show("2027-10-31T01:29:59Z")
        await asyncio.sleep(3)
        assert made(tmp_path) == ["2027-10-31T00:30:00"]
        assert await planned(place, tmp_path) == ["2027-11-01T01:30:00"]
        assert (await place.posts())["handover:1"] == 1


async def test_on_the_day_of_summer_time_the_owners_are_rung_from_their_own_nine_o_clock(
    nursery: Nursery, sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    change = {
        '"fri"]': '"fri", "sat", "sun"]',
        'members = ["chi@acme.test"]': 'members = ["noor@acme.test"]',
        "weeks = 26": "weeks = 60",
        '[[rota]]\nid = "volunteers"': f'{service(0)}\n[[rota]]\nid = "volunteers"',
    }
    async with ward(nursery, sqlite_url, tmp_path, change=change, wait="60s") as place:
        clock.show("2027-03-28T07:59:00Z")
        await place.start("never", clock.mark)
        await place.send_until_taken()
        await rang_at(place, "chi")
        clock.show("2027-03-28T08:00:01Z")  # nine in Dublin, where it was nine an hour later before
        await asyncio.sleep(1.5)
        assert await place.send("second", alarm="Late0")
        await rang_at(place, "noor")
        assert await place.rung() == {"chi": 1, "noor": 1}


def made(folder: Path) -> list[str]:
    """The boundaries whose handover was made."""
    return [row[:19] for row in column(folder, "SELECT boundary FROM handovers ORDER BY id")]


async def planned(place: Ward, folder: Path) -> list[str]:
    """The boundaries that are waited for."""

    async def look() -> list[str]:
        query = "SELECT due FROM effects WHERE kind = 'handover_due' AND outcome = 'due'"
        return [row[:19] for row in column(folder, query)]

    found: list[str] = await place.until(look)
    return found


async def posted(place: Ward, number: int) -> int:
    return (await place.posts())[f"handover:{number}"]


def column(folder: Path, query: str) -> list[Any]:
    with contextlib.closing(sqlite3.connect(folder / "baton.db")) as file:
        return [row[0] for row in file.execute(query)]


async def test_a_replica_on_a_machine_whose_clock_is_wrong_goes_by_the_database_s(
    nursery: Nursery, postgres_url: str, tmp_path: Path, clock: Clock
) -> None:
    async with ward(nursery, postgres_url, tmp_path, wait="4s") as place:
        clock.set(HOUR)
        wrong = place.beside()
        await place.start()
        await wrong.start("never", clock.mark)
        try:
            await wrong.send_until_taken()
            first = await rang_at(place, "chi")
            second = await rang_at(place, "mia")
            assert 3.5 < second - first < 4 + SLOW
            assert (await place.rung())["chi"] == 1
        finally:
            await wrong.stop()
