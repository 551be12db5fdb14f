"""The ends of rings: in few transactions, and none is lost or hurt by another."""

import asyncio

import pytest
from sqlalchemy import select

from app.delivery.ends import Ends
from app.delivery.lanes import claim_due
from app.delivery.outcome import Spoken
from app.flows.work import Work
from storage.effects import Effect, Lane
from storage.tables import effects as rows
from tests.kit import Bench

pytestmark = pytest.mark.anyio


def claimed(bench: Bench, count: int) -> list[Effect]:
    def asks(work: Work) -> None:
        for number in range(count):
            work.ask("ring", f"ring:{number}", lane=Lane.PAGE, facts={"v": 1})

    bench.do(asks)
    return list(bench.do(claim_due(Lane.PAGE), count, ()))


def states(bench: Bench) -> dict[str, str]:
    def view(work: Work) -> dict[str, str]:
        return {row.key: row.outcome for row in work.tx.execute(select(rows))}

    found: dict[str, str] = bench.do(view)
    return found


async def test_ends_that_come_together_share_transactions(bench: Bench) -> None:
    ends, taken = Ends(bench.kit), claimed(bench, 20)
    seen: list[Work] = []

    def end(effect: Effect) -> Spoken:
        return Spoken(record=seen.append)

    told = await asyncio.gather(*(ends.record(each, end(each)) for each in taken))
    assert told == [True] * 20
    assert set(states(bench).values()) == {"done"}
    assert len(seen) == 20
    assert len({id(work) for work in seen}) <= 3


async def test_one_that_cannot_be_recorded_keeps_no_other_from_it(bench: Bench) -> None:
    ends, taken = Ends(bench.kit), claimed(bench, 6)

    def fails(work: Work) -> None:
        raise LookupError

    told = await asyncio.gather(
        *(
            ends.record(each, Spoken(record=fails if each.key == "ring:3" else None))
            for each in taken
        ),
        return_exceptions=True,
    )
    assert [type(each) for each in told] == [bool] * 3 + [LookupError] + [bool] * 2
    assert [key for key, state in states(bench).items() if state != "done"] == ["ring:3"]


async def test_who_no_longer_waits_for_an_end_keeps_none_from_theirs(bench: Bench) -> None:
    ends, taken = Ends(bench.kit), claimed(bench, 4)
    waiting = [asyncio.create_task(ends.record(each, Spoken())) for each in taken]
    await asyncio.sleep(0)
    waiting[2].cancel()
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [each is True for each in told] == [True, True, False, True]
    assert await ends.record(taken[0], Spoken()) is False
