"""Load: an incident counts once for each whom it rang, and sleep is a matter of one's own clock."""

from datetime import UTC, datetime, timedelta

from app.delivery.waits import answer_next
from app.flows.acknowledge import acknowledge
from app.flows.admit import Operator, SlackCaller
from app.flows.cancel import cancel
from app.flows.declare import declare
from app.flows.load import Load, load_of, load_of_team
from tests.kit import Bench

CHI = SlackCaller(slack_id="UCHI", team="T1")
AFTERNOON = datetime(2026, 11, 23, 22, tzinfo=UTC)
"""22:00 in Dublin, and 14:00 where Chi is on call."""
NIGHT = datetime(2026, 11, 24, 8, tzinfo=UTC)
"""08:00 in Dublin, and midnight where Chi is."""


def page_chi(bench: Bench, when: datetime, what: str) -> None:
    bench.clock.now = when
    number = bench.do(declare, what, by=Operator()).incident.id
    while bench.do(answer_next):
        pass
    bench.do(acknowledge, number, by=CHI)
    bench.do(cancel, number, "a try", by=CHI)
    bench.clock.forward(seconds=1)


def chis(bench: Bench) -> Load:
    found: Load = bench.do(load_of, "chi@acme.test")
    return found


def test_pages_out_of_hours_and_asleep_are_counted_each_once(bench: Bench) -> None:
    before = chis(bench)
    page_chi(bench, AFTERNOON, "orders fail")
    page_chi(bench, NIGHT, "orders fail again")
    found = chis(bench)
    assert (before.pages, found.pages, found.out_of_hours, found.asleep) == (0, 2, 2, 1)
    bench.clock.forward(days=31)
    assert chis(bench).pages == 0


def test_time_on_call_is_that_of_rotas_that_wake_people(bench: Bench) -> None:
    bench.clock.now = datetime(2026, 11, 27, 18, tzinfo=UTC)
    together = [bench.do(load_of, f"{name}@acme.test").on_call for name in ("ana", "chi")]
    assert sum(together, timedelta()) == timedelta(days=30), "the volunteers' rota tiles the line"
    assert bench.do(load_of, "ben@acme.test").on_call == timedelta()


def test_a_team_is_the_sum_of_its_people(bench: Bench) -> None:
    def team(work: object) -> Load:
        return load_of_team(work, work.org.teams["data-infra"])  # type: ignore[arg-type,attr-defined]

    found = bench.do(team)
    assert found.people == 2
    assert found.on_call == bench.do(load_of, "ana@acme.test").on_call
