"""`handover`: what the post says, section by section, and every number from a query."""

import json
from datetime import UTC, datetime

import pytest

from app.delivery.waits import answer_next
from app.flows.acknowledge import acknowledge
from app.flows.admit import SlackCaller
from app.flows.hand_over import hand_over
from app.flows.receive_alerts import receive_alerts
from app.flows.resolve import resolve
from app.flows.tell import handover as tell_handover
from app.organisation.example import example_text
from app.rules.alert import AlertState, Delivery
from storage.engine import Database
from tests.commands.conftest import Shell
from tests.flows.test_receive_alerts import elt_late
from tests.kit import Bench, SetClock, open_bench

BOUNDARY = datetime(2026, 11, 27, 18, tzinfo=UTC)
CHI = SlackCaller(slack_id="UCHI", team="T1")
NIGHT = datetime(2026, 11, 25, 8, tzinfo=UTC)
"""Midnight in Los Angeles, where Chi sleeps; in Dublin nobody works yet."""


@pytest.fixture
def told(baton: Shell, on_database: Database) -> tuple[Shell, Bench]:
    """Two P1s in Chi's week, one of which went away by itself, and the handover to Ana."""
    assert baton("migrate").code == 0
    bench = open_bench(on_database, clock=SetClock(), organisation=example_text())
    fire(bench, "a")
    bench.clock.forward(minutes=4)
    bench.do(acknowledge, 1, by=CHI)
    bench.do(resolve, 1, by=CHI)
    bench.clock.now = NIGHT
    fire(bench, "b")
    bench.clock.forward(minutes=1)
    fire(bench, "b", state=AlertState.RESOLVED)
    bench.clock.now = BOUNDARY
    bench.do(hand_over, BOUNDARY)
    return baton, bench


def fire(bench: Bench, fingerprint: str, **changes: object) -> None:
    alert = elt_late(fingerprint, **changes)
    bench.do(receive_alerts, Delivery(source="alertmanager", body=b"{}"), [alert])
    while bench.do(answer_next):
        pass


def test_it_says_what_the_post_says_with_the_incidents_behind_each_number(
    told: tuple[Shell, Bench],
) -> None:
    baton, bench = told
    said = baton("handover", "--at", "2026-11-27T18:00+00:00")
    assert said.code == 0, said.err
    assert said.lines[0].startswith("Handover of volunteers, Fri 27 Nov 2026 18:00")
    found = {line[2:22].strip(): line[22:] for line in said.lines if line.startswith("  ")}
    assert found["who"].startswith("Chi to Ana, until")
    assert found["manager on duty"] == "Noor, after Mia"
    assert found["paged"].startswith("2 ")
    assert "INC-1" in found["paged"]
    assert found["median answer"] == "after 4 min"
    post = bench.do(tell_handover, 1).text
    assert "2 incidents paged" in post
    bench.kit.close()


def test_each_query_gives_the_number_that_is_told(told: tuple[Shell, Bench]) -> None:
    baton, bench = told
    facts = json.loads(baton("handover", "--at", "2026-11-27T18:00Z", "--json", "--sql").out)
    rows = {}
    with bench.database.read.begin() as tx:
        for name, query in facts["queries"].items():
            rows[name] = tx.exec_driver_sql(query.replace("%", "%%")).all()
    numbers = facts["numbers"]
    for name in ("paged", "out_of_hours", "escalated", "self_cleared"):
        assert [row[0] for row in rows[name]] == numbers[name], name
    assert len(rows["answered"]) == 1
    assert len(rows["budget"]) == facts["budget_used"]
    assert [list(row) for row in rows["alarms"]][:3] == numbers["top_alarms"]
    assert numbers["self_cleared"] == [2]
    assert numbers["acknowledged_in"] == 240.0
    bench.kit.close()


def test_without_a_handover_it_is_the_draft_of_the_next(told: tuple[Shell, Bench]) -> None:
    baton, bench = told
    bench.kit.close()
    for arguments in (("--at", "2026-11-20T10:00Z"), ("--draft",), ("--rota", "managers")):
        said = baton("handover", *arguments)
        assert said.code == 0, said.err
        assert said.lines[0].startswith("Draft of the handover of ")


def test_a_rota_that_is_none_is_said(told: tuple[Shell, Bench]) -> None:
    baton, bench = told
    bench.kit.close()
    said = baton("handover", "--rota", "volunters")
    assert said.code == 1
    assert "volunteers" in said.err


def test_asleep_is_a_matter_of_each_persons_own_clock(baton: Shell, on_database: Database) -> None:
    """22:00 in Dublin is the afternoon in Los Angeles, 08:00 is midnight there."""
    assert baton("migrate").code == 0
    bench = open_bench(on_database, clock=SetClock(), organisation=example_text())
    fire(bench, "a")
    bench.do(acknowledge, 1, by=CHI)
    bench.do(resolve, 1, by=CHI)
    bench.clock.now = NIGHT
    fire(bench, "b")
    bench.clock.now = BOUNDARY
    bench.do(hand_over, BOUNDARY)
    bench.kit.close()
    facts = json.loads(baton("handover", "--at", "2026-11-27T18:00Z", "--json").out)
    assert facts["numbers"]["paged"] == [1, 2]
    assert facts["numbers"]["asleep"] == [2]
