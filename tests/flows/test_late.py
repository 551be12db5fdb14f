"""Whatever comes late or out of order: an incident that is over stays over, and rings nobody."""

from collections.abc import Callable, Sequence
from itertools import permutations

import pytest

from app.flows.acknowledge import acknowledge
from app.flows.escalate import escalate
from app.flows.join import join
from app.flows.pass_on import pass_on
from app.flows.resolve import resolve
from app.flows.update import note
from app.flows.work import Refused, Work
from app.rules.incident import State
from storage import escalations, incidents
from tests.flows.test_take_step import fire, give_push, pass_time, slack
from tests.kit import IN_HOURS, Bench

Deed = Callable[[Bench], object]

DEEDS: dict[str, Deed] = {
    "acknowledge": lambda bench: bench.do(acknowledge, 1, by=slack("ana")),
    "resolve": lambda bench: bench.do(resolve, 1, by=slack("ben")),
    "escalate": lambda bench: bench.do(escalate, 1, "I need a manager", by=slack("ana")),
    "pass on": lambda bench: bench.do(pass_on, 1, by=slack("ana")),
}


@pytest.fixture(autouse=True)
def everybody_has_a_phone(bench: Bench) -> None:
    bench.clock.now = IN_HOURS
    give_push(bench, "ana", "ben", "chi", "mia", "noor")


def state(bench: Bench) -> State:
    found = bench.do(lambda work: incidents.get(work.tx, 1))
    told: State = found.state
    return told


def rings(bench: Bench) -> bool:
    def look(work: Work) -> bool:
        return bool(escalations.list_ringing(work.tx, 1))

    return bool(bench.do(look))


def do(bench: Bench, name: str) -> None:
    """Somebody's act; a refusal is an answer, too, and changes nothing."""
    before = state(bench)
    try:
        DEEDS[name](bench)
    except Refused:
        assert state(bench) is before


@pytest.mark.parametrize("order", list(permutations(DEEDS)), ids=" ".join)
def test_after_all_of_it_in_any_order_it_is_resolved_and_nothing_rings(
    bench: Bench, order: Sequence[str]
) -> None:
    fire(bench)
    pass_time(bench, 0)
    for name in order:
        do(bench, name)
        if "resolve" in order[: order.index(name) + 1]:
            assert state(bench) is State.RESOLVED
    assert not rings(bench)
    assert pass_time(bench, 120) == []
    assert state(bench) is State.RESOLVED


def test_what_is_said_in_its_channel_later_is_kept_and_reopens_nothing(bench: Bench) -> None:
    fire(bench)
    pass_time(bench, 0)
    do(bench, "resolve")
    bench.do(note, 1, "it was the disk", by=slack("ben"))
    bench.do(join, 1, by=slack("chi"))
    assert state(bench) is State.RESOLVED
    assert not rings(bench)


def test_the_old_button_of_whoever_was_rung_first_still_counts(bench: Bench) -> None:
    fire(bench)
    assert pass_time(bench, 0) == ["ana"]
    assert pass_time(bench, 5) == ["mia"]
    do(bench, "acknowledge")
    assert state(bench) is State.ACKNOWLEDGED
    assert not rings(bench)
    assert pass_time(bench, 30) == []
