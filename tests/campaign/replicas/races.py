"""The same new alert to all replicas at one instant, again and again."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from tests.campaign.replicas.fleet import PATIENCE, REPLICAS, Fleet, Size
from tests.campaign.report import Finding, exactly, told

AT_ONCE = 8
"""Races that run at the same time."""
COUNTS = """
SELECT (SELECT count(*) FROM incidents WHERE source = 'generic'),
 (SELECT count(*) FROM alerts WHERE source = 'generic'),
 (SELECT count(*) FROM (SELECT 1 FROM incidents WHERE source = 'generic'
  GROUP BY trouble HAVING count(*) > 1) AS twice)
"""


async def races(here: Fleet, size: Size) -> Sequence[Finding]:
    """One alert, one incident, one channel, whoever took it in."""
    places = asyncio.Semaphore(AT_ONCE)
    refused: list[str] = []
    named: dict[str, set[int]] = {}

    async def race(number: int) -> None:
        alarm = f"Late{number}" if number < size.woken else f"Race{number}"
        async with places:
            found = await asyncio.gather(*(here.post(each, alarm) for each in here.replicas))
        refused.extend(alarm for each in found if each is None)
        named[alarm] = {each for each in found if each is not None}

    began = time.monotonic()
    await asyncio.gather(*(race(number) for number in range(size.races)))
    took = time.monotonic() - began
    await until(lambda: _rang(here, size.woken))
    await until(lambda: _opened(here, size.woken))
    [(incidents, alerts, doubled)] = here.rows(COUNTS)
    channels = await here.channels()
    return [
        told("races for the same new alert, to three replicas at once", size.races),
        told("answers a second", REPLICAS * size.races / took),
        exactly("answers other than 2xx", len(refused), 0),
        exactly("incidents", incidents, size.races),
        exactly("alerts stored", alerts, size.races),
        exactly("troubles with two incidents", doubled, 0),
        exactly("races whose answers named two", sum(len(s) > 1 for s in named.values()), 0),
        exactly("P1s with other than one channel", _other_than_one(channels, size.woken), 0),
        exactly("pages for them", len(here.phones.copies), size.woken),
    ]


async def until(look: Callable[[], Awaitable[bool]]) -> None:
    """Wait for it, for as long as is sensible; the figures tell whether it came."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and not await look():
        await asyncio.sleep(0.1)


def _other_than_one(channels: Counter[str], wanted: int) -> int:
    return abs(wanted - len(channels)) + sum(number != 1 for number in channels.values())


async def _rang(here: Fleet, wanted: int) -> bool:
    return len(here.phones.copies) >= wanted


async def _opened(here: Fleet, wanted: int) -> bool:
    return len(await here.channels()) >= wanted
