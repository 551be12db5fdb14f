"""I17: removing Slack from the world changes no page's time by more than two seconds. The same
story on a real clock, whatever Slack does, and the phones' ledgers compared."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.wire.trouble import Trouble, troubled

pytestmark = pytest.mark.anyio
WAIT = 2.0
MOST = 2.0
"""Seconds by which a page may be later than usual; none is ever early."""
RUNG = ("chi", "mia")
"""The primary, and the manager of the first round; after them it is not looked."""
TITLES = ("The load is late", "The orders fail", "The queue grows")

Ledger = dict[tuple[str, str], float]
"""When whose phone rang for which trouble, in seconds after its alert."""
Mood = Callable[[Trouble], Awaitable[None]]


async def _well(slack: Trouble) -> None:
    """Slack answers at once."""


async def _dark(slack: Trouble) -> None:
    await slack.dark(on=True)


async def _slow(slack: Trouble) -> None:
    await slack.put("*", delay=0.8)


async def _hanging(slack: Trouble) -> None:
    await slack.put("*", hang_after_commit=True)


async def _limited(slack: Trouble) -> None:
    await slack.put("*", rate_limited=30)


async def _failing(slack: Trouble) -> None:
    await slack.put("*", status=503)


MOODS: dict[str, Mood] = {
    "dark": _dark,
    "slow": _slow,
    "hanging": _hanging,
    "limited": _limited,
    "failing": _failing,
}


async def story(url: str, folder: Path, mood: Mood) -> Ledger:
    """Three P1s that nobody of the first tier answers: the manager's phone rings after the wait."""
    folder.mkdir()
    async with troubled(url, folder, wait=f"{WAIT:g}s") as slack:
        await slack.until(slack.stands_once, await slack.alert("Warm"))
        await mood(slack)
        sent = {}
        for title in TITLES:
            at = time.time()
            sent[await slack.alert(title)] = (title, at)
            await asyncio.sleep(0.3)
        for number in sent:
            await slack.until(slack.pages, "mia", number)
        return {
            (title, person): page["at"] - at
            for number, (title, at) in sent.items()
            for person in RUNG
            for page in (await slack.pages(person, number))[:1]
        }


@pytest.fixture(scope="module")
async def usual(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    folder = tmp_path_factory.mktemp("usual")
    return await story(f"sqlite:///{folder / 'baton.db'}", folder / "well", _well)


@pytest.mark.parametrize("mood", MOODS.values(), ids=MOODS)
async def test_the_phones_ring_as_they_would_with_a_slack_that_is_well(
    usual: Ledger, mood: Mood, sqlite_url: str, tmp_path: Path
) -> None:
    found = await story(sqlite_url, tmp_path / "trouble", mood)
    assert set(usual) == {(title, person) for title in TITLES for person in RUNG}
    assert set(found) == set(usual)
    assert all(found[title, "mia"] >= WAIT for title in TITLES), found
    later = {key: found[key] - usual[key] for key in usual}
    assert max(later.values()) < MOST, later
