"""What has done its work is forgotten; what is needed or promised stays."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.delivery.waits import answer_next
from app.flows.acknowledge import acknowledge
from app.flows.admit import SlackCaller
from app.flows.audit_state import audit_state, count_alerts, count_pages, recount, settle_audit
from app.flows.forget import forget
from app.flows.read_again import begin_parts, read_again
from app.flows.resolve import resolve
from app.rules.alert import Delivery
from handlers.forgetting import Forgetting
from storage import tables
from tests.flows.test_receive_alerts import elt_late, send
from tests.kit import Bench

CHI = SlackCaller(slack_id="UCHI", team="T1")
KEEP = timedelta(days=30)


def count(bench: Bench, table: Any) -> int:
    query = select(func.count()).select_from(table)
    number: int = bench.do(lambda work: work.tx.execute(query).scalar_one())
    return number


def counted(bench: Bench) -> None:
    bench.do(settle_audit, bench.do(audit_state))


def bodies(bench: Bench) -> list[bytes]:
    query = select(tables.inbox.c.body).order_by(tables.inbox.c.id)
    return [row.body for row in bench.do(lambda work: work.tx.execute(query).all())]


@pytest.fixture
def ended(bench: Bench) -> Bench:
    """INC-1 was rung for, answered and resolved; its alert was told twice."""
    send(bench, elt_late())
    send(bench, elt_late())
    while bench.do(answer_next):
        pass
    bench.do(acknowledge, 1, by=CHI)
    bench.do(resolve, 1, by=CHI)
    return bench


def test_bodies_and_what_was_said_go_and_the_records_stay(ended: Bench) -> None:
    kept = {
        table: count(ended, table)
        for table in (tables.incidents, tables.timeline, tables.audit, tables.pages, tables.alerts)
    }
    ended.clock.forward(days=31)
    counted(ended)
    sums = ended.do(count_alerts), ended.do(count_pages)
    assert ended.do(forget, keep=KEEP).rows > 1
    assert bodies(ended) == [b""]
    left = select(tables.effects.c.outcome).distinct()
    outcomes = {row.outcome for row in ended.do(lambda work: work.tx.execute(left).all())}
    assert outcomes <= {"due"}
    assert kept == {table: count(ended, table) for table in kept}
    assert (ended.do(count_alerts), ended.do(count_pages)) == sums
    assert ended.do(recount) == ()


def test_what_is_young_or_not_counted_yet_stays(ended: Bench) -> None:
    before = count(ended, tables.effects)
    ended.clock.forward(days=29)
    assert ended.do(forget, keep=KEEP).rows == 0
    ended.clock.forward(days=2)
    rings = count(ended, tables.inbox)
    ended.do(forget, keep=KEEP)
    assert count(ended, tables.inbox) == rings
    kinds = select(tables.effects.c.kind).distinct()
    left = {row.kind for row in ended.do(lambda work: work.tx.execute(kinds).all())}
    assert "ring" in left
    assert count(ended, tables.effects) < before


def test_what_an_open_incident_has_said_stays(bench: Bench) -> None:
    send(bench, elt_late())
    while bench.do(answer_next):
        pass
    bench.do(acknowledge, 1, by=CHI)
    before = count(bench, tables.effects)
    bench.clock.forward(days=90)
    counted(bench)
    bench.do(forget, keep=KEEP)
    assert count(bench, tables.effects) == before


def test_a_body_that_came_in_parts_stays_until_it_was_read_and_then_goes_like_any(
    bench: Bench,
) -> None:
    row = bench.do(begin_parts, Delivery(source="alertmanager", body=b"long"))
    bench.clock.forward(days=31)
    counted(bench)
    bench.do(forget, keep=KEEP)
    assert bodies(bench) == [b"long"]
    assert bench.do(read_again, row, [elt_late()])
    counted(bench)
    bench.do(forget, keep=KEEP)
    assert bodies(bench) == [b""]


@pytest.mark.anyio
async def test_it_goes_on_in_small_parts_until_nothing_old_is_left(ended: Bench) -> None:
    ended.clock.forward(days=31)
    counted(ended)
    duty = Forgetting(ended.kit, keep=KEEP)
    for _ in range(5):
        await duty()
    assert bodies(ended) == [b""]
    again = Forgetting(ended.kit, keep=KEEP, every=0)
    await again()
    await again()
    await again()
    assert bodies(ended) == [b""]
