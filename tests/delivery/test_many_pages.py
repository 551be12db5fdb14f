"""Two hundred P1s of two hundred services at once, and one person on call for all of them: every
page is sent, each incident's own and once, and none is dropped (reliability.md 2.7)."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from app.delivery.delivery import Delivery
from app.flows.acknowledge import acknowledge
from app.flows.admit import Operator
from app.flows.contact import add_contact
from app.flows.receive_together import receive_together
from app.flows.work import Work
from app.paging.gateway import Gateway
from app.paging.links import Links
from app.paging.receipt import Receipt
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.paging.words import PageText
from app.rules.ladder import Method
from storage.effects import Lane
from storage.engine import Database
from storage.tables import effects, pages
from tests.bench.world import company
from tests.flows.test_receive_alerts import elt_late
from tests.flows.test_receive_together import told
from tests.kit import Bench, SetClock, open_bench

pytestmark = pytest.mark.anyio
SERVICES = 200
KEY = "a key for tests only and of no worth to anybody"
SEAL = Seal(KEY)


class Phones(Gateway):
    """Each message takes a moment; whom it reached with what."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[str, str]] = []

    async def ring(
        self, method: Method, target: str, text: PageText, *, trusted: bool = False
    ) -> Receipt:
        await asyncio.sleep(0.01)
        self.heard.append((target.rpartition("/")[2], text.title))
        return Receipt(provider="test", seconds=0.01)


@pytest.fixture
def bench(database: Database, clock: SetClock) -> Iterator[Bench]:
    opened = open_bench(database, clock=clock, organisation=company(SERVICES))
    for person in ("chi", "mia", "noor"):
        opened.do(
            add_contact,
            f"{person}@acme.test",
            method=Method.PUSH,
            target=read_target(Method.PUSH, f"ntfys://ntfy.example.com/{person}", trusted=True),
            seal=SEAL,
            by=Operator(),
        )
    yield opened
    opened.kit.close()


async def test_of_two_hundred_p1s_at_once_every_page_is_sent_and_none_twice(bench: Bench) -> None:
    phones = Phones()
    delivery = Delivery(
        bench.kit, chat=None, gateway=phones, links=Links("http://127.0.0.1:1", KEY), seal=SEAL
    )
    delivery.start()
    storm = [told(elt_late(f"f{n}", alarm=f"Late{n}")) for n in range(SERVICES)]
    for first in range(0, SERVICES, 50):
        await bench.kit.do(receive_together, storm[first : first + 50])
    await until_heard(phones, SERVICES)
    await delivery.stop(within=5)
    assert {person for person, _ in phones.heard} == {"chi"}
    heard = Counter(key for _, title in phones.heard for key in re.findall(r"INC-\d+", title))
    assert heard == dict.fromkeys((f"INC-{number}" for number in range(1, SERVICES + 1)), 1)
    assert bench.do(ringing) == SERVICES
    assert bench.do(rings) == {"done": SERVICES}
    for number in (1, SERVICES):
        bench.do(acknowledge, number, by=Operator())
    assert bench.do(ringing) == SERVICES - 2, "each is answered by itself"


async def until_heard(phones: Phones, number: int) -> None:
    end = time.monotonic() + 30
    while len(phones.heard) < number:
        assert time.monotonic() < end, len(phones.heard)
        await asyncio.sleep(0.02)


def ringing(work: Work) -> int:
    asked = select(func.count()).select_from(pages).where(pages.c.state == "ringing")
    return int(work.tx.execute(asked).scalar_one())


def rings(work: Work) -> dict[str, int]:
    asked = (
        select(effects.c.outcome, func.count())
        .where(effects.c.kind == "ring", effects.c.lane == Lane.PAGE)
        .group_by(effects.c.outcome)
    )
    return {outcome: number for outcome, number in work.tx.execute(asked)}
