"""What nobody can read pages somebody, once an hour at most and once while it is being seen to."""

from app.flows.admit import Operator
from app.flows.quarantine import quarantine
from app.flows.resolve import resolve
from app.rules.alert import Delivery
from app.rules.organisation import Severity
from storage import incidents
from tests.kit import OUT_OF_HOURS, Bench, bodies


def garble(bench: Bench, source: str = "generic") -> None:
    bench.do(quarantine, Delivery(source=source, body=b"\x00"), problem="it is not JSON")


def numbers(bench: Bench) -> list[int]:
    found = bench.do(lambda work: incidents.list_not_closed(work.tx))
    return sorted(each.id for each in found)


def test_the_first_unreadable_body_is_a_p1_and_every_one_is_kept(bench: Bench) -> None:
    garble(bench)
    garble(bench)
    assert numbers(bench) == [1]
    assert bench.do(lambda work: incidents.get(work.tx, 1)).severity is Severity.P1
    assert bench.do(lambda work: bodies(work.tx)) == {"quarantined": 2}


def test_the_turn_of_an_hour_does_not_page_twice(bench: Bench) -> None:
    bench.clock.now = OUT_OF_HOURS.replace(minute=59)
    garble(bench)
    bench.do(resolve, 1, by=Operator())
    bench.clock.forward(minutes=2)
    garble(bench)
    assert numbers(bench) == [1]
    bench.clock.forward(minutes=58)
    garble(bench)
    assert numbers(bench) == [1, 2]
    assert bench.do(lambda work: incidents.get(work.tx, 2)).came_back_from == 1


def test_as_long_as_one_is_open_there_is_no_second(bench: Bench) -> None:
    garble(bench)
    bench.clock.forward(hours=3)
    garble(bench)
    assert numbers(bench) == [1]


def test_another_source_is_another_trouble(bench: Bench) -> None:
    garble(bench)
    garble(bench, "alertmanager")
    assert numbers(bench) == [1, 2]
