"""A boundary that goes by while Slack, the database or Baton itself is away: its handover comes
later, once, and says that it is late (product.md 29)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.crash.clock import Clock
from tests.crash.nursery import Nursery
from tests.crash.test_time import NIGHTLY, made, planned, posted
from tests.crash.ward import Ward, ward

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]
BOUNDARY = "2027-03-10T01:30:00"
BEFORE, AFTER = "2027-03-10T01:29:00Z", "2027-03-10T04:30:00Z"
"""Half past one in Dublin, where it is winter, and three hours later."""


@asynccontextmanager
async def before_the_boundary(
    nursery: Nursery, url: str, folder: Path, clock: Clock
) -> AsyncIterator[Ward]:
    async with ward(nursery, url, folder, change=NIGHTLY) as place:
        clock.show(BEFORE)
        await place.start("never", clock.mark)
        assert await planned(place, folder) == [BOUNDARY]
        yield place


async def check(place: Ward, folder: Path) -> None:
    """One handover, of its own boundary, said once and with a word about its lateness."""
    await place.until(lambda: posted(place, 1))
    [text] = await said(place)
    assert "This is said 3 h late" in text
    assert "The pager moved on time." in text
    assert made(folder) == [BOUNDARY]
    assert await posted(place, 1) == 1


async def test_after_an_outage_of_slack(
    nursery: Nursery, sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    async with before_the_boundary(nursery, sqlite_url, tmp_path, clock) as place:
        await dark(place, on=True)
        clock.show(AFTER)

        async def is_made() -> bool:
            return bool(made(tmp_path))

        await place.until(is_made)
        assert not await said(place)
        await dark(place, on=False)
        await check(place, tmp_path)


async def test_after_baton_was_down(
    nursery: Nursery, sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    async with before_the_boundary(nursery, sqlite_url, tmp_path, clock) as place:
        await place.kill()
        clock.show(AFTER)
        await place.start("never", clock.mark)
        await check(place, tmp_path)


async def test_after_the_database_was_away(
    nursery: Nursery, sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    async with before_the_boundary(nursery, sqlite_url, tmp_path, clock) as place:
        path, kept = tmp_path / "baton.db", tmp_path / "kept.db"
        path.rename(kept)
        await place.until(lambda: is_refused(place))
        clock.show(AFTER)
        await place.until(lambda: is_refused(place))
        kept.rename(path)
        await check(place, tmp_path)


async def is_refused(place: Ward) -> bool:
    return await place.status("while away") == 503


async def dark(place: Ward, *, on: bool) -> None:
    url = f"{place.workspace.url}/_workspace/dark"
    async with place.http.post(url, json={"on": on}) as answer:
        assert answer.status == 200


async def said(place: Ward) -> list[str]:
    """The handover posts that stand in Slack."""
    return [
        message["text"]
        for channel in (await place.state())["channels"]
        for message in channel["messages"]
        if "*Handover of volunteers.*" in message["text"]
    ]
