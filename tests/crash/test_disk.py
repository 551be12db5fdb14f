"""The disk of a running Baton: full, refusing to grow, or damaged. Nothing accepted is lost, and
with room again it goes on without a hand."""

import contextlib
import resource
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash import disk
from tests.crash.nursery import Nursery
from tests.crash.ward import PATIENCE, Ward, ward

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]
LARGE = "No rows since 05:40. " * 400
"""Some kilobytes, so that little room is soon used up."""

Fill = Callable[[Ward, Path], None]


def fill_disk(place: Ward, database: Path) -> None:
    disk.fill(database.parent)


def free_disk(place: Ward, database: Path) -> None:
    disk.free(database.parent)


def forbid_growth(place: Ward, database: Path) -> None:
    """No file of the process may grow beyond what its largest has by now."""
    largest = max(each.stat().st_size for each in database.parent.glob(f"{database.name}*"))
    assert place.process is not None
    _, hard = resource.prlimit(place.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(place.process.pid, resource.RLIMIT_FSIZE, (largest, hard))


def allow_growth(place: Ward, database: Path) -> None:
    assert place.process is not None
    _, hard = resource.prlimit(place.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(place.process.pid, resource.RLIMIT_FSIZE, (hard, hard))


def stored(database: Path) -> set[str]:
    with contextlib.closing(sqlite3.connect(database)) as file:
        return {row[0] for row in file.execute("SELECT fingerprint FROM alerts")}


async def story(nursery: Nursery, folder: Path, database: Path, fill: Fill, free: Fill) -> None:
    async with ward(nursery, f"sqlite:///{database}", folder, wait="60s") as place:
        await place.start()
        await place.send_until_taken()
        await place.until(lambda: place.phone("chi"))
        fill(place, database)
        accepted, refused = {"one"}, ""
        for number in range(2_000):
            code = await place.status(f"full-{number}", details=LARGE)
            if code != 200:
                refused = f"full-{number}"
                assert code == 503
                break
            accepted.add(f"full-{number}")
        assert refused, "it never became full"
        assert await place.status("still", details=LARGE) == 503
        free(place, database)
        await place.until(lambda: place.send(refused, details=LARGE))
        assert await place.acknowledge()
        await place.stop()
        assert {*accepted, refused} <= stored(database)
        assert set(await place.rung()) == {"chi"}


async def test_a_full_disk_is_503_until_there_is_room_and_then_goes_on_by_itself(
    nursery: Nursery, tmp_path: Path, sqlite_url: str
) -> None:
    with disk.small_disk(tmp_path) as small:
        database = small / "baton.db"
        shutil.move(sqlite_url.removeprefix("sqlite:///"), database)
        await story(nursery, tmp_path, database, fill_disk, free_disk)


async def test_a_file_that_may_not_grow_is_503_until_it_may(
    nursery: Nursery, tmp_path: Path, sqlite_url: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    database = Path(sqlite_url.removeprefix("sqlite:///")).rename(folder / "baton.db")
    await story(nursery, tmp_path, database, forbid_growth, allow_growth)


async def test_a_file_that_is_damaged_underneath_takes_nothing_more_in_and_pages_on(
    nursery: Nursery, tmp_path: Path, sqlite_url: str
) -> None:
    database = tmp_path / "baton.db"
    async with ward(nursery, sqlite_url, tmp_path, wait="6s") as place:
        await place.start("never", "watchful")
        await place.send_until_taken()
        await place.until(lambda: place.phone("chi"))
        damage(database)

        async def is_refused() -> bool:
            return await place.status("later") == 503

        await place.until(is_refused)
        await place.until(lambda: place.phone("mia"), within=PATIENCE)
        assert await place.status("later still") == 503
        said = place.log.read_text(encoding="utf-8")
        assert "the database is damaged since" in said
        assert "put back the newest backup with `restore`" in said
        await place.kill()
        await place.start()  # it ends by itself
        assert place.process is not None
        assert await place.process.wait() == 1
        last = place.log.read_text(encoding="utf-8").splitlines()[-1]
        assert "is damaged (" in last
        assert "put back the newest backup" in last


def damage(database: Path) -> None:
    """The first page of a table that paging has no need of is overwritten."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as file:
        [page] = file.execute("SELECT rootpage FROM sqlite_master WHERE name = 'held'").fetchone()
        [size] = file.execute("PRAGMA page_size").fetchone()
    with database.open("r+b") as raw:
        raw.seek((page - 1) * size)
        raw.write(b"\xa5" * size)
