"""A P1 that is open while Baton is exchanged for a newer one, and for the older one again."""

import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from tests.crash.nursery import Nursery
from tests.crash.ward import ROOT, Ward, ward
from tests.postgres import Server
from tests.storage.schemas import REVISIONS, make_schema

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]

RELEASED = "7a5ef5b"
"""The newest commit with the first schema and without anything that came after it."""


@pytest.fixture(scope="session")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole tree as it was then."""
    there = subprocess.run(["git", "archive", RELEASED], cwd=ROOT, capture_output=True, check=False)
    if there.returncode:
        pytest.skip("the history is shallow here, so there is no older version to upgrade from")
    folder = tmp_path_factory.mktemp("older")
    with tarfile.open(fileobj=BytesIO(there.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


async def complete(place: Ward) -> None:
    """Everything stands once, and the person was rung."""

    async def look() -> bool:
        posts = await place.posts()
        return bool(await place.phone("chi")) and {"announcement:1", "card:1"} <= set(posts)

    await place.until(look)
    posts = await place.posts()
    assert (posts["announcement:1"], posts["card:1"]) == (1, 1)
    assert len(await place.channels()) == 1


async def test_a_page_begun_by_the_older_version_is_escalated_by_the_newer(
    nursery: Nursery, older: Path, empty_url: str, tmp_path: Path
) -> None:
    async with ward(
        nursery, make_schema(empty_url, REVISIONS[0]), tmp_path, wait="4s", code=older
    ) as place:
        await place.start("after:ring", code=older)
        await place.send_until_taken()
        await place.died()
        await place.start()
        await place.until(lambda: place.phone("mia"))
        await complete(place)
        rung = await place.rung()
        assert 1 <= rung["chi"] <= 2
        assert set(rung) <= {"chi", "mia", "noor"}
        assert await place.until(place.acknowledge)


async def test_both_versions_work_side_by_side_and_the_older_one_goes_on_alone(
    nursery: Nursery, older: Path, postgres: Server, tmp_path: Path
) -> None:
    url = postgres.create_database("side_by_side")
    async with ward(
        nursery, make_schema(url, REVISIONS[0]), tmp_path, wait="6s", code=older
    ) as place:
        await place.start(code=older)
        newer = place.beside()
        await newer.start()  # it migrates, while the older one runs
        await newer.send_until_taken()
        await complete(place)
        assert (await place.rung())["chi"] == 1
        await newer.kill()
        await place.send_until_taken()  # a repeat: it attaches
        await place.until(lambda: place.phone("mia"))
        await complete(place)
        assert (await place.rung())["chi"] <= 2
        await place.stop()
        # The roll-back is a start of the newest code again; nothing was made twice.
        await newer.start()
        await complete(newer)
        assert await newer.until(newer.acknowledge)
        await newer.stop()
    postgres.drop_database("side_by_side")
