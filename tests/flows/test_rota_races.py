"""Two replicas at one rota: a shift changes hands once, an incident is offered once."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.delivery.waits import answer_next
from app.flows.acknowledge import acknowledge
from app.flows.admit import Operator, SlackCaller
from app.flows.declare import declare
from app.flows.kit import Kit
from app.flows.offer import settle_offers
from app.flows.standing import StandingOrders
from app.flows.swap import accept_swap, propose_swap
from app.flows.take_shift import take_shift
from app.flows.work import Refused, Work
from app.organisation.in_force import parse_applied
from app.rules.organisation import Anchor
from storage import swaps
from storage.engine import open_engine
from storage.swaps import SwapState
from storage.tables import escalations, overrides
from tests.flows.test_take_step import give_push
from tests.kit import Bench, SetClock, open_bench

FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Ana's week of the volunteers begins; they take turns with Chi."""
A, C = "ana@acme.test", "chi@acme.test"
ANA, CHI, MIA = (SlackCaller(slack_id=f"U{name}", team="T1") for name in ("ANA", "CHI", "MIA"))
WEEKS = (0, 8)
"""Within the tours of both."""


@pytest.fixture
def bench(postgres_url: str) -> Iterator[Bench]:
    """SQLite has one writer at a time, so the races are PostgreSQL's."""
    database = open_engine(postgres_url)
    opened = open_bench(database, clock=SetClock())
    give_push(opened, "ana", "chi")
    yield opened
    opened.kit.close()
    database.dispose()


@pytest.fixture
def other(postgres_url: str, bench: Bench) -> Iterator[Kit]:
    """Another replica at the same database."""
    database = open_engine(postgres_url)
    kit = Kit(database, StandingOrders(parse_applied), clock=bench.clock)
    yield kit
    kit.close()
    database.dispose()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Each on its own thread; what each returned or raised."""
    together = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        together.wait()
        try:
            results[number] = act()
        except BaseException as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def rows(bench: Bench, table: Any) -> Any:
    return bench.do(lambda work: work.tx.execute(select(table)).all())


def proposed(bench: Bench, mine: date, theirs: date) -> int:
    wanted = Anchor(person=C, day=theirs)
    return int(bench.do(propose_swap, "volunteers", mine, wanted, by=ANA).id)


def state(bench: Bench, swap: int) -> SwapState:
    found = bench.do(lambda work: swaps.get(work.tx, swap))
    return SwapState(found.state)


def test_of_two_swaps_about_one_shift_one_is_made(bench: Bench, other: Kit) -> None:
    for week in WEEKS:
        mine = FRIDAY.date() + timedelta(weeks=week)
        both = [proposed(bench, mine, mine + timedelta(weeks=n)) for n in (1, 3)]
        found = at_once(
            lambda one=both[0]: bench.do(accept_swap, one, by=CHI),  # type: ignore[misc]
            lambda one=both[1]: other.do_now(accept_swap, None, one, by=MIA),  # type: ignore[misc]
        )
        assert sum(isinstance(each, Refused) for each in found) == 1, found
        assert sorted(state(bench, one) for one in both) == [SwapState.ACCEPTED, SwapState.PASSED]
    assert len(rows(bench, overrides)) == 2 * len(WEEKS)


def test_one_swap_is_accepted_twice_at_once_and_made_once(bench: Bench, other: Kit) -> None:
    swap = proposed(bench, FRIDAY.date(), FRIDAY.date() + timedelta(weeks=1))
    found = at_once(
        lambda: bench.do(accept_swap, swap, by=CHI),
        lambda: other.do_now(accept_swap, None, swap, by=CHI),
    )
    assert not any(isinstance(each, BaseException) for each in found), found
    assert len(rows(bench, overrides)) == 2


def test_a_shift_that_is_taken_and_swapped_at_once_is_somebodys(bench: Bench, other: Kit) -> None:
    swap = proposed(bench, FRIDAY.date(), FRIDAY.date() + timedelta(weeks=1))
    found = at_once(
        lambda: bench.do(accept_swap, swap, by=CHI),
        lambda: other.do_now(take_shift, None, "volunteers", by=CHI, at=FRIDAY),
    )
    assert all(each is None or not isinstance(each, BaseException) or isinstance(each, Refused)
               for each in found), found  # fmt: skip
    serving = bench.do(lambda work: work.schedule.on_duty("volunteers", FRIDAY).person)
    assert serving == C
    accepted = state(bench, swap) is SwapState.ACCEPTED
    after = bench.do(lambda work: work.schedule.on_duty("volunteers", FRIDAY + timedelta(weeks=1)))
    assert after.person == (A if accepted else C)


def test_an_incident_is_offered_once_by_replicas_that_look_at_once(
    bench: Bench, other: Kit
) -> None:
    bench.clock.now = FRIDAY - timedelta(minutes=10)
    bench.do(declare, "orders fail", by=Operator())
    while bench.do(answer_next):
        pass
    bench.do(acknowledge, 1, by=CHI)
    for week in range(3):
        bench.clock.now = FRIDAY + timedelta(weeks=2 * week)
        found = at_once(
            lambda: bench.do(settle_offers, 1),
            lambda: other.do_now(settle_offers, None, 1),
        )
        assert sorted(map(str, found)) == ["['ana@acme.test']", "[]"], found
        bench.clock.now += timedelta(weeks=1)
        bench.do(settle_offers, 1)
    made = [row for row in rows(bench, escalations) if row.boundary is not None]
    assert len(made) == 3


def test_the_answer_and_the_end_of_an_offer_at_once_leave_one_holder(
    bench: Bench, other: Kit
) -> None:
    bench.clock.now = FRIDAY - timedelta(minutes=10)
    bench.do(declare, "orders fail", by=Operator())
    while bench.do(answer_next):
        pass
    bench.do(acknowledge, 1, by=CHI)
    bench.clock.now = FRIDAY
    bench.do(settle_offers, 1)
    bench.do(take_shift, "volunteers", by=CHI)

    def ask(work: Work) -> tuple[str | None, list[str]]:
        stands = work.incident(1)
        ringing = work.tx.execute(
            select(escalations.c.state).where(escalations.c.boundary.is_not(None))
        ).scalars()
        return stands.acknowledged_by, list(ringing)

    found = at_once(
        lambda: bench.do(acknowledge, 1, by=ANA),
        lambda: other.do_now(settle_offers, None, 1),
    )
    assert not any(isinstance(each, BaseException) for each in found), found
    holder, [state] = bench.do(ask)
    assert (holder, state) in {(A, "answered"), (C, "ended")}
