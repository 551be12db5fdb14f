"""kill -9 between every two steps of a P1's path, a restart, and nothing is lost or doubled."""

import asyncio
from pathlib import Path

import pytest

from tests.crash.nursery import Nursery
from tests.crash.ward import Ward, ward

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]

ON_THE_WAY_IN = ["before:receive_together", "after:receive_together"]
WHILE_PAGING = [
    "before:take_rings",
    "after:take_rings",
    "before:ring",
    "after:ring",
    "before:ended:ring",
    "after:ended:ring",
]
WHILE_POSTING = [
    "before:slack.conversations.create",
    "after:slack.conversations.create",
    "before:ended:channel",
    "after:ended:channel",
    "before:slack.chat.postMessage",
    "after:slack.chat.postMessage#1",
    "after:slack.chat.postMessage#2",
    "before:ended:card",
    "before:ended:announcement",
]
AT_THE_HANDOVER = [
    "before:hand_over",
    "within:hand_over",
    "before:ended:handover",
    "after:ended:handover",
]
ON_POSTGRESQL = [
    "after:receive_together",
    "after:take_rings",
    "after:ring",
    "after:slack.conversations.create",
    "after:slack.chat.postMessage#2",
    "before:ended:card",
]


async def settled(place: Ward) -> None:
    """The person was rung, and everything that belongs in Slack stands there."""

    async def complete() -> bool:
        posts = await place.posts()
        return bool(await place.phone("chi")) and {"announcement:1", "card:1"} <= set(posts)

    await place.until(complete)


async def check(place: Ward) -> None:
    """One incident, one channel, one of each post, the right people, at most one copy more."""
    assert len(await place.channels()) == 1
    posts = await place.posts()
    assert posts["announcement:1"] == 1
    assert posts["card:1"] == 1
    assert {key for key in posts if key.startswith("announcement")} == {"announcement:1"}
    rung = await place.rung()
    assert 1 <= rung["chi"] <= 2


async def story(place: Ward, point: str, *, to_the_managers: bool = True) -> None:
    """Die at `point`, come back, and go on; `to_the_managers` waits for their turn, too."""
    await place.start(point)
    await place.send()
    await place.died()
    await place.start()
    await place.send_until_taken()
    await settled(place)
    await check(place)
    if to_the_managers:
        # The chain goes on where it was: unanswered, the managers are rung, and nobody else.
        await place.until(lambda: place.phone("mia"))
        assert set(await place.rung()) <= {"chi", "mia", "noor"}
    await place.until(place.acknowledge)
    before = await place.rung()
    await check(place)
    assert await place.rung() == before


@pytest.mark.parametrize("point", [*ON_THE_WAY_IN, *WHILE_PAGING])
async def test_a_kill_at_any_step_to_the_phone_loses_and_doubles_nothing(
    nursery: Nursery, sqlite_url: str, tmp_path: Path, point: str
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, wait="1s") as place:
        await story(place, point)


@pytest.mark.parametrize("point", WHILE_POSTING)
async def test_a_kill_at_any_step_in_slack_loses_and_doubles_nothing(
    nursery: Nursery, sqlite_url: str, tmp_path: Path, point: str
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, wait="60s") as place:
        await story(place, point, to_the_managers=False)


@pytest.mark.parametrize("point", ON_POSTGRESQL)
async def test_a_kill_at_a_step_on_postgresql_is_taken_over(
    nursery: Nursery, postgres_url: str, tmp_path: Path, point: str
) -> None:
    async with ward(nursery, postgres_url, tmp_path, wait="60s") as place:
        await story(place, point, to_the_managers=False)


@pytest.mark.parametrize("point", ["before:acknowledge", "after:acknowledge"])
async def test_a_kill_around_the_acknowledgement_never_shows_what_is_not_stored(
    nursery: Nursery, sqlite_url: str, tmp_path: Path, point: str
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, wait="30s") as place:
        await place.start(point)
        await place.send_until_taken()
        await place.until(lambda: place.phone("chi"))
        assert not await place.acknowledge()
        await place.died()
        await place.start()
        await place.until(place.acknowledge)
        await settled(place)
        await check(place)
        assert set(await place.rung()) == {"chi"}


@pytest.mark.parametrize("point", ["before:answer_next", "after:answer_next"])
async def test_a_kill_at_the_escalation_rings_the_managers_after_the_restart(
    nursery: Nursery, sqlite_url: str, tmp_path: Path, point: str
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, wait="2s") as place:
        await place.start(point)
        await place.send()  # on a slow machine the answer may not have come when it dies
        await place.died()
        await place.start()
        await place.send_until_taken()
        await place.until(lambda: place.phone("mia"))
        await place.until(lambda: place.phone("noor"))
        await settled(place)
        await check(place)


async def test_after_a_kill_before_the_ring_and_a_long_pause_only_one_step_is_taken(
    nursery: Nursery, sqlite_url: str, tmp_path: Path
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, wait="3s") as place:
        await place.start("before:ring")
        await place.send()
        await place.died()
        await asyncio.sleep(4)
        await place.start()
        await place.until(lambda: place.phone("chi"))
        await asyncio.sleep(1.5)
        assert set(await place.rung()) == {"chi"}
        await place.until(lambda: place.phone("mia"))


@pytest.mark.parametrize("point", ["before:resolve", "after:resolve"])
async def test_a_kill_around_the_resolve_leaves_it_undone_or_done(
    nursery: Nursery, sqlite_url: str, tmp_path: Path, point: str
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, wait="30s") as place:
        await place.start(point)
        await place.send_until_taken()
        await place.until(lambda: place.phone("chi"))
        assert not await place.acknowledge("resolve")
        await place.died()
        await place.start()
        await place.until(lambda: place.acknowledge("resolve"))  # repeated, it is success
        assert not await place.acknowledge(), "it is over, so there is nothing to acknowledge"
        assert set(await place.rung()) == {"chi"}
        assert (await place.rung())["chi"] <= 2


@pytest.mark.parametrize("point", AT_THE_HANDOVER)
async def test_a_kill_at_any_step_of_a_handover_makes_and_posts_it_once(
    nursery: Nursery, sqlite_url: str, tmp_path: Path, point: str
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, turn="2s") as place:
        await place.start(point)
        await place.died()
        await place.start()

        async def second() -> bool:
            return bool((await place.posts())["handover:2"])

        await place.until(second)
        posts = await place.posts()
        made = {key: n for key, n in posts.items() if key.startswith("handover:")}
        assert set(made.values()) == {1}


@pytest.mark.parametrize("point", ["before:quarantine", "after:quarantine"])
async def test_a_kill_around_a_quarantine_keeps_the_body_and_rings_for_it(
    nursery: Nursery, sqlite_url: str, tmp_path: Path, point: str
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, wait="60s") as place:
        await place.start(point)
        assert not await place.send_nonsense()
        await place.died()
        await place.start()
        await place.until(place.send_nonsense)
        await place.until(lambda: place.phone("chi"))
        await settled(place)
        await check(place)
