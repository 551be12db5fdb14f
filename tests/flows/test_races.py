"""Several replicas at one incident: whoever comes second sees what the first one did."""

import threading
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from app.delivery.waits import answer_next
from app.flows.acknowledge import acknowledge
from app.flows.admit import SlackCaller
from app.flows.kit import Kit
from app.flows.progress import still_on_it
from app.flows.receive_alerts import receive_alerts
from app.flows.standing import StandingOrders
from app.flows.volunteer import Wish, volunteer
from app.flows.work import Refused, Work
from app.organisation.in_force import parse_applied
from app.rules.alert import Delivery
from app.rules.incident import State
from storage import alerts, escalations, incidents
from storage.effects import Lane
from storage.engine import open_engine
from tests.flows.test_receive_alerts import CHI, elt_late, incident, report_slow, send
from tests.flows.test_take_step import give_push, pages
from tests.kit import Bench, SetClock, open_bench


@pytest.fixture
def bench(postgres_url: str) -> Iterator[Bench]:
    """SQLite has one writer at a time, so the races are PostgreSQL's."""
    database = open_engine(postgres_url)
    opened = open_bench(database, clock=SetClock())
    give_push(opened, "chi", "mia", "noor")
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


def in_the_middle_of(
    bench: Bench, flow: Callable[[Work], object], then: Callable[[], None]
) -> None:
    """Run `flow`, and `then` before it commits."""

    def held(work: Work) -> None:
        flow(work)
        then()

    bench.do(held)


def test_a_step_is_not_taken_while_somebody_acknowledges(bench: Bench, other: Kit) -> None:
    send(bench, elt_late())

    def step() -> None:
        assert other.do_now(answer_next) is None

    in_the_middle_of(bench, lambda work: acknowledge(work, 1, by=CHI), step)
    assert other.do_now(answer_next) is None
    assert pages(bench) == []
    assert incident(bench).state is State.ACKNOWLEDGED


def test_an_incident_that_is_held_keeps_no_other_waiting(bench: Bench, other: Kit) -> None:
    send(bench, elt_late())
    send(bench, report_slow())
    bench.do(lambda work: work.ask("expire", "expire:2", lane=Lane.WAIT, incident=2, facts={}))

    def step() -> None:
        assert other.do_now(answer_next) == "expire:2"

    in_the_middle_of(bench, lambda work: work.incident(1), step)


def test_progress_in_the_last_moment_keeps_the_acknowledgement(bench: Bench, other: Kit) -> None:
    send(bench, elt_late())
    bench.do(acknowledge, 1, by=CHI)
    bench.clock.forward(hours=2)

    def expire() -> None:
        assert other.do_now(answer_next) is None

    in_the_middle_of(bench, lambda work: still_on_it(work, 1, by=CHI), expire)
    while other.do_now(answer_next):
        pass
    assert incident(bench).state is State.ACKNOWLEDGED


def test_bodies_that_tell_the_same_troubles_at_once_open_one_incident_each(
    bench: Bench, other: Kit
) -> None:
    together = threading.Barrier(2)
    failures: list[BaseException] = []

    def receive(kit: Kit, name: str) -> None:
        together.wait()
        for number in range(20):
            found = [elt_late("same"), elt_late(f"{name}{number}"), report_slow()]
            if name == "b":
                found.reverse()
            try:
                kit.do_now(receive_alerts, None, Delivery(source="am", body=b"{}"), found)
            except Exception as error:
                failures.append(error)

    threads = [
        threading.Thread(target=receive, args=(kit, name))
        for kit, name in ((bench.kit, "a"), (other, "b"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(bench.do(lambda work: incidents.list_open(work.tx))) == 2
    ringing = bench.do(lambda work: escalations.list_ringing(work.tx, incident(bench).id))
    assert len(ringing) <= 1
    known = bench.do(lambda work: alerts.find_firing(work.tx, "am", "same"))
    assert known.count == 40


def test_two_tours_of_one_person_never_overlap(bench: Bench, other: Kit) -> None:
    """Pressed at once on two replicas, from two days: the second sees what the first one made."""
    ben = SlackCaller(slack_id="UBEN", team="T1")
    problems: list[str] = []

    def from_another_day() -> None:
        try:
            other.do_now(volunteer, None, Wish(starts=date(2026, 12, 18)), by=ben)
        except Refused as refused:
            problems.append(refused.sentence)

    late = threading.Thread(target=from_another_day)

    def start_and_give_it_time() -> None:
        late.start()
        late.join(0.5)

    in_the_middle_of(bench, lambda work: volunteer(work, Wish(), by=ben), start_and_give_it_time)
    late.join(30)
    [problem] = problems
    assert "would overlap it" in problem
