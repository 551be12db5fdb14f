"""The duty that looks ahead on the rotas: each thing once, also beside another replica."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from handlers.rota_watch import RotaWatch
from storage import overrides
from storage.engine import Database
from storage.tables import effects, gaps
from tests.kit import SetClock, open_bench, open_kit

pytestmark = pytest.mark.anyio
MONDAY = datetime(2027, 2, 22, 9, tzinfo=UTC)
"""Eleven days before the example's last volunteers end their tours, in the week of the managers."""


def counted(database: Database) -> tuple[int, int, int]:
    """Looks at readiness, digests, gaps."""
    with database.read.begin() as tx:

        def keys(like: str) -> int:
            wanted = select(func.count()).where(effects.c.key.like(like))
            return int(tx.execute(wanted).scalar_one())

        found = tx.execute(select(func.count()).select_from(gaps)).scalar_one()
        return keys("reminder:readiness:%"), keys("reminder:rota_digest:%"), int(found)


async def test_two_replicas_look_once_at_everything(database: Database) -> None:
    clock = SetClock(now=MONDAY)
    bench = open_bench(database, clock=clock)
    other = open_kit(database, clock=clock)
    for _ in range(2):
        for kit in (bench.kit, other):
            await RotaWatch(kit, every=0)()
    assert counted(database) == (2, 1, 1)
    bench.kit.close()
    other.close()


async def test_it_looks_for_gaps_when_the_schedule_has_changed(database: Database) -> None:
    bench = open_bench(database, clock=SetClock(now=MONDAY))
    watch = RotaWatch(bench.kit, every=0)
    await watch()
    bench.do(
        lambda work: overrides.add(
            work.tx, rota="volunteers", slot=0, person="ana@acme.test",
            start=datetime(2027, 3, 5, 18, tzinfo=UTC), end=datetime(2028, 3, 5, 18, tzinfo=UTC),
            why="", at=work.now, by="mia@acme.test",
        )
    )  # fmt: skip
    await watch()
    with database.read.begin() as tx:
        [gap] = tx.execute(gaps.select())
    assert gap.closed_at is not None
    bench.kit.close()


async def test_it_rests_between_two_looks(database: Database) -> None:
    bench = open_bench(database, clock=SetClock(now=MONDAY))
    watch = RotaWatch(bench.kit, every=3600)
    await watch()
    before = counted(database)
    bench.clock.forward(days=6)
    await watch()
    assert counted(database) == before
    bench.kit.close()
