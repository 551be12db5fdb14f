"""The kit: a request counts once, its mark goes with time, and a lost race is run again."""

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from app.flows.admit import Operator
from app.flows.declare import declare
from app.flows.kit import AGAIN, REMEMBERED, Kit, urgent
from app.flows.know_people import know_everybody
from app.flows.work import Refused, Work
from storage import audit, effects, incidents
from storage.effects import Lane
from storage.tables import seen_requests
from tests.kit import Bench, account

pytestmark = pytest.mark.anyio


async def declare_once(bench: Bench, key: str) -> Any:
    return await bench.kit.once(key, declare, "orders fail", by=Operator())


def marks(bench: Bench) -> int:
    query = select(func.count()).select_from(seen_requests)
    found: int = bench.do(lambda work: work.tx.execute(query).scalar_one())
    return found


async def test_a_request_that_comes_twice_counts_once(bench: Bench) -> None:
    assert (await declare_once(bench, "digest")).new
    assert await declare_once(bench, "digest") is AGAIN
    assert len(bench.do(lambda work: incidents.list_open(work.tx))) == 1


async def test_marks_of_long_ago_are_forgotten(bench: Bench) -> None:
    await declare_once(bench, "old")
    bench.clock.now += REMEMBERED + timedelta(seconds=1)
    await declare_once(bench, "new")
    assert marks(bench) == 1


async def test_a_refusal_undoes_the_flow_and_is_remembered(bench: Bench) -> None:
    def refuse(work: Work) -> None:
        work.audit("done", "x", by="me")
        raise Refused("No.", act="try", subject="x", by="me")

    with pytest.raises(Refused):
        await bench.kit.do(refuse)
    found = bench.do(lambda work: audit.list_of(work.tx, "x"))
    assert [(each.act, each.refused, each.why) for each in found] == [("try", True, "No.")]


async def test_a_lost_race_is_run_again_as_a_whole(bench: Bench) -> None:
    tries: list[int] = []

    def lose(work: Work) -> None:
        tries.append(1)
        work.audit("try", "race", by="me")
        if len(tries) < 3:
            raise _Lost()

    await bench.kit.do(lose)
    assert len(tries) == 3
    assert len(bench.do(lambda work: audit.list_of(work.tx, "race"))) == 1


class _Lost(DBAPIError):
    """What the database's driver raises when the connection went away."""

    def __init__(self) -> None:
        super().__init__("COMMIT", {}, Exception("gone"), connection_invalidated=True)


async def test_the_directory_is_read_again_after_hours(bench: Bench) -> None:
    bench.do(know_everybody, [account("ana")])
    due = bench.do(lambda work: effects.next_due(work.tx, [Lane.ROOM]))
    assert due == {Lane.ROOM: bench.clock.now + timedelta(hours=6)}


async def test_what_a_phone_waits_for_is_read_before_the_rest(bench: Bench) -> None:
    read: list[str] = []
    busy = threading.Event()

    def block(work: Work) -> None:
        busy.wait(5)

    @urgent
    def page(work: Work) -> None:
        read.append("page")

    kit = Kit(bench.database, bench.kit.orders, clock=bench.clock, readers=1)
    blocking = asyncio.create_task(kit.read(block))
    await asyncio.sleep(0.05)
    cards = [asyncio.create_task(kit.read(lambda work: read.append("card"))) for _ in range(20)]
    await asyncio.sleep(0)
    paging = asyncio.create_task(kit.read(page))
    await asyncio.sleep(0.05)
    busy.set()
    await asyncio.gather(blocking, *cards, paging)
    kit.close()
    assert read[0] == "page"


async def test_whoever_comes_after_the_end_is_told_and_waits_for_nobody(bench: Bench) -> None:
    bench.kit.close()
    with pytest.raises(RuntimeError, match="stopping"):
        await bench.kit.do(lambda work: None)
    with pytest.raises(RuntimeError, match="stopping"):
        await bench.kit.read(lambda work: None)
    bench.kit.close()
