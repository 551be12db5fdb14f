"""A step whose people are rung late: their wait starts with the ring, and the next one waits."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.delivery import outcome
from app.delivery.rings import claim_rings
from app.delivery.waits import answer_next
from app.flows.pass_on import pass_on
from app.flows.start_wait import A_MOMENT, MOST
from storage import effects
from storage.effects import Effect, Lane
from tests.flows.test_first_step import Speaker
from tests.flows.test_take_step import fire, give_push, pages, slack
from tests.kit import Bench

WAIT = timedelta(minutes=5)
LONG = timedelta(hours=1)


@pytest.fixture(autouse=True)
def speaker(bench: Bench) -> Speaker:
    """Claims the first rings in the step's own commit, and dies before it rings."""
    give_push(bench, "chi", "mia", "noor")
    made = Speaker()
    bench.kit.speaks(made)
    return made


def claim(bench: Bench, lane: Lane = Lane.PAGE) -> list[Effect]:
    """Another process claims what the dead one left."""
    return list(bench.do(claim_rings(lane), 9, ()))


def say(bench: Bench, claimed: list[Effect]) -> None:
    for effect in claimed:
        bench.do(outcome.ended, effect, outcome.Spoken())


def take_waits(bench: Bench) -> None:
    while bench.do(answer_next):
        pass


def rung(bench: Bench) -> list[str]:
    return [page.person.partition("@")[0] for page in pages(bench)]


def claim_first(bench: Bench) -> None:
    say(bench, claim(bench))
    take_waits(bench)


def waits_first(bench: Bench) -> None:
    take_waits(bench)
    say(bench, claim(bench))
    take_waits(bench)


def restart_first(bench: Bench) -> None:
    """As one process on a SQLite file does."""
    bench.do(lambda work: effects.release_all(work.tx, now=work.now))
    waits_first(bench)


@pytest.mark.parametrize("order", [claim_first, waits_first, restart_first])
def test_after_a_kill_and_a_long_pause_an_overdue_chain_takes_one_step(
    bench: Bench, order: Callable[[Bench], None]
) -> None:
    fire(bench)
    bench.clock.now += LONG
    order(bench)
    assert rung(bench) == ["chi"]
    bench.clock.now += WAIT - timedelta(seconds=1)
    take_waits(bench)
    assert rung(bench) == ["chi"]
    bench.clock.now += timedelta(seconds=1)
    take_waits(bench)
    assert rung(bench) == ["chi", "mia"]


def test_a_ring_that_was_heard_before_the_pause_starts_no_second_wait(
    bench: Bench, speaker: Speaker
) -> None:
    fire(bench)
    say(bench, speaker.begun)
    bench.clock.now += LONG
    take_waits(bench)
    assert rung(bench) == ["chi", "mia"]


def test_a_ring_that_fails_and_is_tried_again_starts_no_second_wait(
    bench: Bench, speaker: Speaker
) -> None:
    fire(bench)
    [first] = speaker.begun
    due = bench.clock.now + timedelta(minutes=4)
    bench.do(lambda work: effects.postpone(work.tx, first, due=due, problem="down"))
    bench.clock.now = due + timedelta(seconds=30)
    assert claim(bench)
    bench.clock.now += timedelta(seconds=30)
    take_waits(bench)
    assert rung(bench) == ["chi", "mia"]


def test_a_second_method_that_rings_late_starts_no_second_wait(
    bench: Bench, speaker: Speaker
) -> None:
    give_push(bench, "chi")
    fire(bench)
    assert len(speaker.begun) == 2
    say(bench, speaker.begun[:1])
    bench.clock.now += WAIT - timedelta(seconds=30)
    say(bench, claim(bench))
    bench.clock.now += timedelta(seconds=30)
    take_waits(bench)
    assert rung(bench) == ["chi", "mia"]


def test_a_ring_that_was_said_and_is_recorded_late_delays_the_next_step_only_by_a_moment(
    bench: Bench, speaker: Speaker
) -> None:
    fire(bench)
    bench.clock.now += WAIT + timedelta(minutes=1)  # the database was away
    take_waits(bench)
    say(bench, speaker.begun)
    bench.clock.now += A_MOMENT
    take_waits(bench)
    assert rung(bench) == ["chi", "mia"]


def test_whoever_passes_on_what_was_never_recorded_is_followed_at_once(bench: Bench) -> None:
    fire(bench)
    bench.clock.now += timedelta(minutes=1)
    bench.do(pass_on, pages(bench)[0].id, by=slack("chi"))
    bench.clock.now += timedelta(minutes=1)
    take_waits(bench)
    assert rung(bench) == ["chi", "mia"]


def test_a_ring_that_kills_every_process_holds_the_chain_up_only_so_long(bench: Bench) -> None:
    fire(bench)
    began = bench.clock.now
    while len(pages(bench)) < 2:
        claim(bench)  # and it dies
        bench.clock.now += timedelta(seconds=20)
        take_waits(bench)
        assert bench.clock.now - began < WAIT * (MOST + 2)


def test_what_nobody_claims_is_waited_for_only_so_often(bench: Bench) -> None:
    bench.kit.speaks(None)
    fire(bench)
    take_waits(bench)
    bench.clock.now += WAIT + timedelta(seconds=5)
    began = bench.clock.now
    while len(pages(bench)) < 2:
        take_waits(bench)
        bench.clock.now += timedelta(seconds=1)
    assert timedelta(seconds=3) < bench.clock.now - began < timedelta(minutes=1)


def test_a_step_on_time_waits_for_no_lane_that_is_behind(bench: Bench) -> None:
    bench.kit.speaks(None)
    fire(bench)
    take_waits(bench)
    bench.clock.now += WAIT
    take_waits(bench)
    assert rung(bench) == ["chi", "mia"]
