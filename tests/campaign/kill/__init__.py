"""kill -9, again and again, under load: nothing accepted is lost, nothing is doubled."""

import argparse
import asyncio
from collections.abc import Sequence

from tests.campaign.kill.failpoints import failpoints
from tests.campaign.kill.restored import restored
from tests.campaign.kill.storm import mutant_storm, storm
from tests.campaign.report import Finding

KILLS, SHORT = 1000, 24
MUTANT, MUTANT_SHORT = 300, 40


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kills", type=int, help=f"how many ({KILLS:,}; short {SHORT})")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1, help="of every chance in it")
    parser.add_argument(
        "--mutant",
        action="store_true",
        help="the same with a Baton that records before it sends: it must lose pages",
    )
    parser.add_argument(
        "--restore",
        action="store_true",
        help="a backup under load, the loss of the database, and a Baton that goes on from it",
    )
    parser.add_argument(
        "--failpoints",
        action="store_true",
        help="every named point of a P1's path instead, each --times times",
    )
    parser.add_argument("--times", type=int, default=20)


def run(options: argparse.Namespace) -> Sequence[Finding]:
    kind, seed = options.database, options.seed
    if options.failpoints:
        return asyncio.run(failpoints(kind, times=1 if options.short else options.times))
    if options.restore:
        return asyncio.run(restored(kind, seed=seed))
    if options.mutant:
        kills = options.kills or (MUTANT_SHORT if options.short else MUTANT)
        return asyncio.run(mutant_storm(kind, kills=kills, seed=seed, soon=options.short))
    kills = options.kills or (SHORT if options.short else KILLS)
    return asyncio.run(storm(kind, kills=kills, seed=seed, cold=not options.short))
