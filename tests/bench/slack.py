"""From the slash command to its acknowledgement: 40 at once as Slack sees it, and one at a time
beside Bolt's own cost."""

import asyncio
from pathlib import Path

from tests.bench.plan import Plan
from tests.bench.table import Row
from tests.bench.world import World, world

AT_ONCE = 40
COMMANDS = {"a command that reads": "list", "a command that writes a note": "note INC-1 Bench {n}"}
"""No declarations: nobody has people rung as often within an hour as this is measured."""


async def measure(plan: Plan, folder: Path) -> list[Row]:
    """Over Socket Mode; the workspace tells how long each acknowledgement took."""
    took: dict[str, list[float]] = {what: [] for what in COMMANDS}
    async with world(folder / "slack") as here:
        await here.start()
        await here.ready()
        await _known(here)
        await _command(here, "new Bench")
        for _ in range(plan.rounds * plan.commands):
            for what, text in COMMANDS.items():
                took[what] += await _at_once(here, text)
    return [
        Row(what=f"{what}, {AT_ONCE} at once, acknowledged", samples=times, goal="p99 < 3,000")
        for what, times in took.items()
    ]


async def _known(here: World) -> None:
    """Until Baton is connected and knows its people."""
    async with asyncio.timeout(20):
        while True:
            told = await _command(here, "list")
            if told.get("ok") and "response" in told:
                return
            await asyncio.sleep(0.1)


async def _at_once(here: World, text: str) -> list[float]:
    await here.lever("DELETE", "calls", {})
    await asyncio.gather(*(_command(here, text.format(n=n)) for n in range(AT_ONCE)))
    told = await here.lever("GET", "deliveries", {})
    times = [each["acked_ms"] for each in told["deliveries"] if each["type"] == "command"]
    assert len(times) == AT_ONCE, told
    assert None not in times, "some were never acknowledged"
    return times


async def _command(here: World, text: str) -> dict[str, object]:
    body = {"user": "chi", "channel": "engineering", "command": "/inc", "text": text}
    return dict(await here.lever("POST", "act/command", body))
