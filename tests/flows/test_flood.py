"""Abuse by somebody who may act: nobody rings everybody, nobody silences a P1 and forgets it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.delivery.waits import answer_next
from app.flows.acknowledge import acknowledge
from app.flows.admit import Operator, SlackCaller
from app.flows.declare import declare
from app.flows.escalate import escalate, page
from app.flows.flood import CALLS
from app.flows.know_people import know_people
from app.flows.work import Refused
from storage.tables import escalations, incidents, pages
from tests.kit import Bench, account

SEAN = SlackCaller(slack_id="USEAN", team="T1")
CHI = SlackCaller(slack_id="UCHI", team="T1")
P1 = {"service": "nightly-elt", "sla": "elt-fresh"}


@pytest.fixture(autouse=True)
def a_p1(bench: Bench) -> None:
    bench.do(know_people, [account("sean")])
    bench.do(declare, "the load fails", by=Operator(), **P1)
    settle(bench)


def settle(bench: Bench) -> None:
    while bench.do(answer_next):
        pass


def count(bench: Bench, table: Any) -> int:
    with bench.database.read.begin() as tx:
        return tx.execute(select(func.count()).select_from(table)).scalar_one()


def test_one_person_cannot_ring_everybody_by_hand(bench: Bench) -> None:
    for number in range(CALLS):
        call = (page, 1, "mia@acme.test") if number % 2 else (escalate, 1)
        bench.do(*call, "look here", by=SEAN)
    before = count(bench, escalations)
    for call in ((page, 1, "noor@acme.test"), (escalate, 1)):
        with pytest.raises(Refused, match="ask a colleague"):
            bench.do(*call, "look here", by=SEAN)
    with pytest.raises(Refused, match="ask a colleague"):
        bench.do(declare, "one more", by=SEAN, **P1)
    assert count(bench, escalations) == before


def test_a_colleague_still_can_and_so_can_they_an_hour_later(bench: Bench) -> None:
    for _ in range(CALLS):
        bench.do(escalate, 1, "look here", by=SEAN)
    bench.do(escalate, 1, "I need somebody too", by=CHI)
    bench.clock.forward(hours=1, seconds=1)
    bench.do(escalate, 1, "look here", by=SEAN)


def test_who_acknowledges_a_p1_and_forgets_it_is_found_out(bench: Bench) -> None:
    """Sean was not even rung; what he took pages its rota again once nothing came of it."""
    bench.do(acknowledge, 1, by=SEAN)
    settle(bench)
    before = count(bench, pages)
    bench.clock.forward(minutes=59)
    settle(bench)
    assert count(bench, pages) == before
    bench.clock.now += timedelta(minutes=1)
    settle(bench)
    with bench.database.read.begin() as tx:
        assert tx.execute(incidents.select()).one().state == "triggered"
        rung = [row.person for row in tx.execute(pages.select().order_by(pages.c.id))][before:]
    assert rung[0] == "chi@acme.test"
