"""While phones ring, what is said in Slack waits a moment; steps and rings that are due do not."""

import asyncio

import pytest

from app.delivery.delivery import Delivery
from app.flows.kinds import Kind
from app.flows.work import Work
from app.paging.gateway import Gateway
from app.paging.links import Links
from app.paging.seal import Seal
from storage import effects
from storage.effects import Effect, Lane
from tests.kit import Bench

pytestmark = pytest.mark.anyio
KEY = "a key for tests only and of no worth to anybody"


class Hanging(Gateway):
    """Its messages are on their way for as long as the test lasts."""

    async def ring_nobody(self) -> None:
        await asyncio.sleep(60)


def delivery_of(bench: Bench) -> Delivery:
    seal = Seal(KEY)
    links = Links("http://127.0.0.1:1", KEY)
    return Delivery(bench.kit, chat=None, gateway=Hanging(), links=links, seal=seal)


def rings(bench: Bench, count: int) -> list[Effect]:
    def asks(work: Work) -> list[Effect]:
        for number in range(count):
            facts = {"v": 1, "canary": number, "inbox": 1}
            work.ask(Kind.CANARY_RING, f"ring:{number}", lane=Lane.PAGE, facts=facts)
        lease = delivery.lease
        return effects.claim(work.tx, Lane.PAGE, now=work.now, lease=lease, limit=count)

    delivery = delivery_of(bench)
    return list(bench.do(asks))


async def heard(bench: Bench, *, ringing: int) -> dict[Lane, bool]:
    """Whether each lane hears at once that something is due, while so many phones ring."""
    taken, delivery = rings(bench, ringing), delivery_of(bench)
    delivery.start()
    await asyncio.sleep(0.2)  # every lane has looked, and sleeps
    lanes = {lane.lane: lane for lane in delivery._lanes}
    delivery.begin([(effect, None) for effect in taken])
    await asyncio.sleep(0.05)
    now = bench.clock()
    for lane in lanes.values():
        lane.next_due = None
    delivery.wake({Lane.PAGE: now, Lane.DIRECT: now})
    told = {lane: loop.next_due == now for lane, loop in lanes.items()}
    await delivery.stop(within=0)
    return told


async def test_in_a_storm_only_what_is_said_in_slack_stands_back(bench: Bench) -> None:
    assert await heard(bench, ringing=8) == {Lane.PAGE: True, Lane.DIRECT: False}


async def test_for_few_phones_nothing_stands_back_for_long(bench: Bench) -> None:
    assert await heard(bench, ringing=2) == {Lane.PAGE: True, Lane.DIRECT: True}
