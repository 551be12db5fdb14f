"""Three Batons on one PostgreSQL: races for one alert; kills, freezes and stops in mid-page."""

import argparse
import asyncio
import random
from collections.abc import Sequence

from tests.campaign.kill.world import memory
from tests.campaign.replicas.fleet import Size, fleet
from tests.campaign.replicas.races import races
from tests.campaign.replicas.troubles import troubles
from tests.campaign.report import Finding

LONG = Size(races=10_000, woken=40, troubles=20, lease=10.0, load=2.0)
SHORT = Size(races=20, woken=3, troubles=3, lease=3.0, load=3.0)
MODES = ("socket", "http")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--races", type=int, help=f"how many ({LONG.races:,})")
    parser.add_argument(
        "--troubles",
        type=int,
        help=f"kills, freezes and stops in each mode ({LONG.troubles})",
    )
    parser.add_argument(
        "--mode",
        choices=MODES,
        help="how Slack reaches the replicas (first one, then the other; short: http)",
    )
    parser.add_argument("--seed", type=int, default=1, help="of every chance in it")


def run(options: argparse.Namespace) -> Sequence[Finding]:
    size = SHORT if options.short else LONG
    size = Size(
        races=size.races if options.races is None else options.races,
        woken=size.woken,
        troubles=size.troubles if options.troubles is None else options.troubles,
        lease=size.lease,
        load=size.load,
    )
    modes = [options.mode] if options.mode else ["http"] if options.short else MODES
    return asyncio.run(_all(size, modes, random.Random(options.seed)))


async def _all(size: Size, modes: Sequence[str], chance: random.Random) -> Sequence[Finding]:
    """The races once; the troubles with each way that Slack has to reach a replica."""
    found: list[Finding] = []
    for mode in modes:
        with memory("postgresql") as (url, folder):
            async with fleet(url, folder, size, chance, mode=mode) as here:
                found += await races(here, size) if mode == modes[0] else []
                found += await troubles(here, size)
    return found
