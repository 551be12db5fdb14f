"""The rules of a time zone change on the machine of a running Baton. It goes on with the rules that
it loaded; after its next start shifts to come follow the new ones; and what is past stays as it was
recorded, and is not told again (reliability.md 2.5)."""

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.crash.clock import Clock
from tests.crash.nursery import Nursery
from tests.crash.test_time import NIGHTLY, column, made, planned, posted
from tests.crash.ward import Ward, ward

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]
TURN = "2027-03-10T01:30:00"
"""Half past one in Dublin in winter, by the rules of today."""
EARLIER, LATER = "Europe/Berlin", "Atlantic/Azores"
"""Whose rules Dublin gets: it is half past one there an hour earlier, or an hour later."""
SYSTEM = Path("/usr/share/zoneinfo")


@pytest.fixture
def zones(tmp_path: Path) -> Path:
    """A folder of which Dublin's rules are read."""
    if not SYSTEM.exists():
        pytest.skip("this machine keeps its time zones elsewhere")
    folder = tmp_path / "zones"
    (folder / "Europe").mkdir(parents=True)
    give(folder, "Europe/Dublin")
    return folder


def give(folder: Path, rules: str) -> None:
    """An update of the machine's time zones: from now on Dublin has these rules."""
    fresh = folder / "fresh"
    shutil.copyfile(SYSTEM / rules, fresh)
    fresh.replace(folder / "Europe/Dublin")


def history(folder: Path) -> list[str]:
    """What is recorded of the handovers that were made."""
    told = (
        "boundary || ' ' || outgoing || ' ' || incoming || ' ' || shift_start || ' ' || shift_end"
    )
    return [str(row) for row in column(folder, f"SELECT {told} FROM handovers ORDER BY id")]


async def start_again(place: Ward, clock: Clock, zones: Path) -> None:
    await place.stop()
    await place.start("never", clock.mark, f"zones={zones}")


async def test_a_running_baton_goes_on_with_the_rules_it_loaded_and_the_next_start_takes_the_new(
    nursery: Nursery, sqlite_url: str, tmp_path: Path, clock: Clock, zones: Path
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, change=NIGHTLY) as place:
        clock.show("2027-03-09T23:00:00Z")
        await place.start("never", clock.mark, f"zones={zones}")
        assert await planned(place, tmp_path) == [TURN]
        give(zones, EARLIER)
        clock.show("2027-03-10T00:30:10Z")  # half past one by the new rules
        await asyncio.sleep(2)
        assert made(tmp_path) == []
        clock.show("2027-03-10T01:29:59Z")
        await place.until(lambda: posted(place, 1))
        assert made(tmp_path) == [TURN]
        assert await planned(place, tmp_path) == ["2027-03-11T01:30:00"]
        before = history(tmp_path)
        await start_again(place, clock, zones)

        async def is_planned_anew() -> bool:
            return "2027-03-11T00:30:00" in await planned(place, tmp_path)

        await place.until(is_planned_anew)
        clock.show("2027-03-11T00:29:59Z")
        await place.until(lambda: posted(place, 2))
        clock.show("2027-03-11T01:30:10Z")  # half past one by the old rules
        await asyncio.sleep(2)
        assert made(tmp_path) == [TURN, "2027-03-11T00:30:00"]
        assert history(tmp_path)[:1] == before


async def test_a_boundary_that_was_met_by_the_old_rules_is_not_met_again_by_the_new(
    nursery: Nursery, sqlite_url: str, tmp_path: Path, clock: Clock, zones: Path
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, change=NIGHTLY) as place:
        clock.show("2027-03-10T01:20:00Z")
        await place.start("never", clock.mark, f"zones={zones}")
        assert await planned(place, tmp_path) == [TURN]
        clock.show("2027-03-10T01:29:59Z")
        await place.until(lambda: posted(place, 1))
        before = history(tmp_path)
        give(zones, LATER)
        await start_again(place, clock, zones)

        async def is_planned_anew() -> bool:
            return "2027-03-10T02:30:00" in await planned(place, tmp_path)

        await place.until(is_planned_anew)
        clock.show("2027-03-10T02:30:10Z")

        async def is_past() -> bool:
            return "2027-03-11T02:30:00" in await planned(place, tmp_path)

        await place.until(is_past)
        assert made(tmp_path) == [TURN]
        clock.show("2027-03-11T02:29:59Z")
        await place.until(lambda: posted(place, 2))
        assert made(tmp_path) == [TURN, "2027-03-11T02:30:00"]
        assert history(tmp_path)[:1] == before
