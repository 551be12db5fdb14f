"""What comes at once shares a commit, and nothing else."""

import asyncio
import threading
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from app.flows.crowd import Crowd, Full
from app.flows.work import Work
from storage import audit
from storage.engine import Database, open_engine
from storage.tables import audit as audit_table
from tests.kit import Bench, SetClock, open_bench

pytestmark = pytest.mark.anyio


class Spoilt(Exception):
    pass


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    bench = open_bench(database, clock=SetClock())
    yield bench
    bench.kit.close()


def keep(work: Work, number: int) -> int:
    audit.add(work.tx, at=work.now, by="test", act="crowd", subject=str(number))
    if number % 7 == 3:
        raise Spoilt(number)
    return number


def keep_all(work: Work, numbers: Sequence[int]) -> list[int]:
    return [keep(work, number) for number in numbers]


def crowd_of(bench: Bench) -> Crowd[int, int]:
    away = (OperationalError,)
    return Crowd(bench.kit, keep_all, keep, most=64, room=400, away=away)


def kept(work: Work) -> set[int]:
    rows = work.tx.execute(select(audit_table.c.subject).where(audit_table.c.act == "crowd"))
    return {int(row.subject) for row in rows}


async def test_each_hears_its_own_end_and_undoes_only_its_own(bench: Bench) -> None:
    crowd = crowd_of(bench)
    told = await asyncio.gather(
        *(crowd.do(number) for number in range(100)), return_exceptions=True
    )
    spoilt = {number for number in range(100) if number % 7 == 3}
    for number, end in enumerate(told):
        assert isinstance(end, Spoilt) if number in spoilt else end == number
    assert await bench.kit.read(kept) == set(range(100)) - spoilt


async def test_one_that_nobody_waits_for_any_more_holds_up_nobody(bench: Bench) -> None:
    crowd = crowd_of(bench)
    numbers = [0, 1, 2, 4, 5]
    tasks = [asyncio.create_task(crowd.do(number)) for number in numbers]
    await asyncio.sleep(0)
    tasks[3].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await crowd.do(6) == 6
    assert await bench.kit.read(kept) >= {0, 1, 2, 5, 6}


async def test_a_crowd_shares_few_commits(sqlite_url: str) -> None:
    database = open_engine(sqlite_url)
    bench = open_bench(database, clock=SetClock())
    commits: list[object] = []
    event.listen(database.write, "commit", commits.append)
    crowd = crowd_of(bench)
    numbers = [number for number in range(100) if number % 7 != 3]
    await asyncio.gather(*(crowd.do(number) for number in numbers))
    assert await bench.kit.read(kept) == set(numbers)
    assert len(commits) <= 4
    bench.kit.close()
    database.dispose()


async def crowded(bench: Bench) -> tuple[Crowd[int, int], asyncio.Event, list[list[int]]]:
    """A crowd of room for 16 whose first transaction waits until it is let go."""
    gate, served = threading.Event(), list[list[int]]()

    def serve(work: Work, numbers: Sequence[int]) -> list[int]:
        gate.wait(10)
        served.append(list(numbers))
        return list(numbers)

    crowd = Crowd(bench.kit, serve, keep, most=3, room=16, away=(OperationalError,))
    opened = asyncio.Event()

    async def open_gate() -> None:
        await opened.wait()
        gate.set()

    asyncio.get_running_loop().create_task(open_gate())
    return crowd, opened, served


async def test_a_storm_of_one_sender_leaves_room_for_others_and_for_what_presses(
    bench: Bench,
) -> None:
    crowd, opened, served = await crowded(bench)

    async def ask(number: int, whose: str, *, pressing: bool = False) -> object:
        try:
            return await crowd.do(number, whose=whose, pressing=pressing)
        except Full as full:
            return full

    tasks = [asyncio.create_task(ask(number, "storm")) for number in range(20)]
    await asyncio.sleep(0.05)
    other = [asyncio.create_task(ask(100 + number, "other")) for number in range(4)]
    pressing = [asyncio.create_task(ask(200 + n, "storm", pressing=True)) for n in range(4)]
    await asyncio.sleep(0.05)
    opened.set()
    ends = await asyncio.gather(*tasks)
    assert [isinstance(end, Full) for end in ends] == [False] * 8 + [True] * 12
    assert await asyncio.gather(*other) == [100, 101, 102, 103]
    assert await asyncio.gather(*pressing) == [200, 201, 202, 203]
    # What presses came last and goes first; then the two senders take turns.
    later = [number for batch in served[1:] for number in batch]
    assert later[:4] == [200, 201, 202, 203]
    assert {100, 101} <= set(later[4:9])
    assert await crowd.do(1, whose="storm") == 1


async def test_what_is_heavier_than_all_room_is_taken_when_nobody_waits(bench: Bench) -> None:
    crowd, opened, _ = await crowded(bench)
    opened.set()
    assert await crowd.do(7, weight=1000) == 7
