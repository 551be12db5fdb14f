"""The disk of the PostgreSQL server under a running Baton is full: alerts are answered 503, pages
that are open go on, and with room again everything goes on without a hand on Baton."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from storage.migrate import migrate
from tests.crash import disk
from tests.crash.nursery import Nursery
from tests.crash.ward import Ward, ward
from tests.postgres import Server

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]
MEGABYTES = 160
"""An empty server takes 40 of them, its journal up to 64."""
SMALL = ("min_wal_size=32MB", "max_wal_size=64MB")


@dataclass
class Small:
    """A server that has no more than a small disk."""

    server: Server
    disk: Path


@pytest.fixture
def small(postgres: Server) -> Iterator[Small]:
    # Not in the test's own folder, whose path is too long for a socket's.
    with tempfile.TemporaryDirectory(prefix="baton-pg-") as folder:
        Path(folder).chmod(0o755)
        with disk.small_disk(Path(folder), megabytes=MEGABYTES) as mounted:
            server = Server(mounted, durable=True, settings=SMALL)
            server.create(like=postgres)
            server.start()
            yield Small(server, mounted)
            if server.is_running():
                server.stop("immediate")


def details() -> str:
    """Some kilobytes that cannot be packed smaller."""
    return os.urandom(2_000).hex()


async def refused(place: Ward, accepted: set[str]) -> str:
    """Alerts until one is not taken; which."""
    for number in range(2_000):
        name = f"full-{number}"
        code = await place.status(name, details=details())
        if code != 200:
            assert code == 503
            return name
        accepted.add(name)
    raise AssertionError("it never became full")


def stored(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {name for [name] in connection.execute("SELECT fingerprint FROM alerts")}


async def test_a_full_disk_is_503_while_the_open_page_climbs_on_and_then_all_goes_on(
    nursery: Nursery, small: Small, tmp_path: Path
) -> None:
    url = migrated(small.server)
    async with ward(nursery, url, tmp_path, wait="5s") as place:
        await place.start()
        await place.send_until_taken()
        await place.until(lambda: place.phone("chi"))
        disk.fill(small.disk)
        accepted = {"one"}
        late = await refused(place, accepted)
        assert not await place.phone("mia"), "the wait was over before the disk was full"
        await place.until(lambda: place.phone("mia"))
        assert await place.status("still", details=details()) == 503
        disk.free(small.disk)
        await place.until(lambda: place.send(late, details=details()))
        assert await place.acknowledge()
        await place.stop()
        assert {*accepted, late} <= stored(url)
        assert set(await place.rung()) >= {"chi", "mia"}


async def test_a_server_that_its_full_disk_ends_is_503_until_somebody_starts_it_with_room(
    nursery: Nursery, small: Small, tmp_path: Path
) -> None:
    url = migrated(small.server)
    async with ward(nursery, url, tmp_path, wait="120s") as place:
        await place.start()
        await place.send_until_taken()
        await place.until(lambda: place.phone("chi"))
        disk.fill(small.disk)
        write_until_it_ends(url)

        async def has_ended() -> bool:
            return not small.server.is_running()

        await place.until(has_ended)
        assert await place.status("while it is down") == 503
        disk.free(small.disk)
        small.server.start()
        await place.until(lambda: place.send("while it is down"))
        assert await place.acknowledge()
        await place.stop()
        assert stored(url) == {"one", "while it is down"}
        assert set(await place.rung()) == {"chi"}


def write_until_it_ends(url: str) -> None:
    """Into the journal alone, which a server cannot do without."""
    megabyte = "SELECT pg_logical_emit_message(true, 'test', repeat('x', 1000000))"
    with contextlib.closing(psycopg.connect(url, autocommit=True)) as server:
        for _ in range(2 * MEGABYTES):
            try:
                server.execute(megabyte)
            except psycopg.OperationalError:
                return
    raise AssertionError("its disk never became full")


def migrated(server: Server) -> str:
    url = server.create_database("baton")
    migrate(url)
    return url
