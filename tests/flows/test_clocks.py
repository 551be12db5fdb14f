"""The clock runs evenly; a set clock changes no wait's length, once for all replicas."""

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import event, select

from app.flows.acknowledge import acknowledge
from app.flows.clocks import SteadyClock
from app.flows.follow_clock import follow_clock
from app.flows.kinds import Kind
from app.flows.progress import expire
from app.flows.work import Work
from app.rules.incident import State
from storage import clock_steps, effects, incidents
from storage.effects import Lane
from storage.engine import Database, open_engine
from storage.tables import effects as rows
from tests.flows.test_take_step import fire, slack
from tests.kit import Bench

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


@pytest.fixture
def server(postgres_url: str) -> Iterator[Database]:
    opened = open_engine(postgres_url)
    yield opened
    opened.dispose()


def due_of(bench: Bench) -> dict[str, datetime]:
    def view(work: Work) -> dict[str, datetime]:
        return {row.key: row.due for row in work.tx.execute(select(rows))}

    found: dict[str, datetime] = bench.do(view)
    return found


def test_a_machine_whose_clock_is_wrong_is_corrected_and_told(
    server: Database, caplog: pytest.LogCaptureFixture
) -> None:
    real = datetime.now(UTC)
    with time_machine.travel(real - timedelta(minutes=7), tick=True):
        clock = SteadyClock(server)
        with caplog.at_level(logging.WARNING):
            clock.start()
        assert abs(clock() - real) < timedelta(seconds=30)
        assert timedelta(minutes=-8) < clock.skew < timedelta(minutes=-6)
    assert "off the database's" in caplog.text


def test_a_right_clock_is_left_alone(server: Database, caplog: pytest.LogCaptureFixture) -> None:
    clock = SteadyClock(server)
    clock.start()
    assert abs(clock() - datetime.now(UTC)) < timedelta(seconds=1)
    assert not caplog.records


def test_a_machine_that_is_slow_to_end_its_question_is_not_wrong_by_that(server: Database) -> None:
    event.listen(server.read, "commit", lambda connection: time.sleep(0.5))
    clock = SteadyClock(server)
    clock.start()
    assert abs(clock() - datetime.now(UTC)) < timedelta(seconds=0.3)


def test_until_it_is_looked_at_a_set_clock_changes_nothing(database: Database) -> None:
    clock = SteadyClock(database)
    clock.start()
    before = clock()
    with time_machine.travel(datetime.now(UTC) + HOUR, tick=True):
        assert clock() - before < timedelta(seconds=10)


@pytest.mark.parametrize("step", [HOUR, -HOUR], ids=["forward", "back"])
async def test_a_set_clock_is_followed_and_every_wait_keeps_its_length(
    bench: Bench, step: timedelta
) -> None:
    if bench.database.dialect != "sqlite":
        pytest.skip("there it is the server's clock that counts, and nobody can set that here")
    clock = SteadyClock(bench.database)
    clock.start()
    bench.kit.clock = clock

    def ask(work: Work) -> None:
        later = work.now + timedelta(minutes=5)
        work.ask(Kind.STEP, "step", lane=Lane.WAIT, due=later)
        work.ask(Kind.HANDOVER_DUE, "handover", lane=Lane.WAIT, due=later)

    bench.do(ask)
    before = due_of(bench)
    with time_machine.travel(datetime.now(UTC) + step, tick=True):
        clock._looked = None
        await clock.keep(bench.kit)
        after = due_of(bench)
        assert abs(clock() - datetime.now(UTC)) < timedelta(seconds=1)
        left = after["step"] - clock()
        assert timedelta(minutes=4) < left < timedelta(minutes=5, seconds=1)
        assert abs(after["step"] - before["step"] - step) < timedelta(seconds=1)
    assert after["handover"] == before["handover"]


def test_replicas_that_find_the_same_step_move_the_waits_once(bench: Bench) -> None:
    bench.do(lambda work: work.ask(Kind.STEP, "step", lane=Lane.WAIT))
    before = due_of(bench)["step"]
    first = bench.do(follow_clock, HOUR, 0)
    second = bench.do(follow_clock, HOUR + timedelta(milliseconds=40), 0)
    assert first == second == 3_600_000_000
    assert due_of(bench)["step"] == before + HOUR
    # One that steps again is followed from where all of them stand.
    bench.do(follow_clock, -HOUR, second)
    assert due_of(bench)["step"] == before
    assert bench.do(lambda work: clock_steps.total(work.tx)) == 0


def test_a_clock_set_back_lets_an_acknowledgement_expire_after_the_same_time(bench: Bench) -> None:
    fire(bench)
    [found] = bench.do(lambda work: incidents.list_open(work.tx))
    incident = found.id
    bench.do(acknowledge, incident, by=slack("chi"))
    wait = due_of(bench)[f"expire:{incident}"] - bench.clock.now
    bench.do(follow_clock, -HOUR, 0)
    bench.clock.now += wait - HOUR - timedelta(seconds=1)
    assert not bench.do(expire, incident)
    bench.clock.forward(seconds=1)
    assert bench.do(expire, incident)
    assert bench.do(lambda work: incidents.get(work.tx, incident)).state is State.TRIGGERED


def test_what_is_claimed_keeps_its_lease_when_the_clock_is_set(bench: Bench) -> None:
    bench.do(lambda work: work.ask(Kind.RING, "ring", lane=Lane.PAGE))

    def claim(work: Work) -> int:
        lease = timedelta(seconds=10)
        return len(effects.claim(work.tx, Lane.PAGE, now=work.now, lease=lease, limit=9))

    assert bench.do(claim) == 1
    bench.do(follow_clock, HOUR, 0)
    bench.clock.now += HOUR
    assert bench.do(claim) == 0
    bench.clock.forward(seconds=10)
    assert bench.do(claim) == 1
