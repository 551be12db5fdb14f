"""Volunteers on a real wire: a morning's call for more is answered by a press, an invitation by
another, and whoever has joined is rung."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.kit import SetClock
from tests.wire.stage import Stage, staged

pytestmark = pytest.mark.anyio
MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)
"""A Tuesday in Chi's week; the file has two volunteers where five are wanted."""
FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)


async def post(stage: Stage, channel: str, part: str) -> Any:
    """The newest post of a channel that says so, as `press` takes it, once there is one."""

    async def look() -> Any:
        found = await stage.channel(channel)
        posts = [each for each in found["messages"] if part in each["text"]] if found else []
        return {**posts[-1], "channel": found["id"]} if posts and found else None

    return await stage.until(look)


async def letter(stage: Stage, name: str, part: str) -> Any:
    """The newest direct message to somebody that says so, once there is one."""

    async def look() -> Any:
        found = [each for each in await stage.direct(name) if part in each["text"]]
        return found[-1] if found else None

    return await stage.until(look)


async def test_a_call_in_the_morning_is_answered_and_whoever_joined_is_rung(
    database_url: str, tmp_path: Path
) -> None:
    clock = SetClock(now=MORNING - timedelta(minutes=10))
    async with staged(database_url, tmp_path, clock=clock) as stage:
        await stage.command("mia", "engineering", "/oncall volunteer @ben")
        asked = await letter(stage, "ben", "asks whether you would volunteer")
        assert not await stage.said("engineering", "needs volunteers")
        clock.now = MORNING
        await post(stage, "engineering", "Now there are 2 volunteers, each with a shift every 2")
        await stage.press("ben", asked, "accept_tour")
        # The same post says how it stands now.
        await post(stage, "engineering", "Now there are 2 volunteers")
        await letter(stage, "mia", "has joined the out-of-hours rota")
        clock.now = FRIDAY + timedelta(hours=1)
        assert "ben until" in (await stage.command("ana", "engineering", "/oncall")).lower()
        await stage.alert()
        await stage.until(lambda: stage.phone("ben"))
        assert await stage.phone("chi") == []
