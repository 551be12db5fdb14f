"""Without Slack: what would be said there ends with a reason, and is said later if it is wanted."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.delivery.waits import answer_next
from app.flows.acknowledge import acknowledge
from app.flows.admit import Operator
from app.flows.audit_state import audit_state
from app.flows.hand_over import hand_over
from app.flows.resolve import resolve
from app.flows.slack_is_back import slack_is_back
from app.flows.without_slack import (
    NEWS,
    NOT_CONNECTED,
    PATIENCE,
    call_off_slack,
    is_slack_missed,
    slack_is_connected,
)
from storage.tables import effects
from tests.flows.test_audit_state import CHI
from tests.flows.test_hand_over import BOUNDARY
from tests.flows.test_receive_alerts import elt_late, report_slow, send
from tests.kit import Bench


def said(bench: Bench, outcome: str) -> dict[str, str | None]:
    """What is for Slack and stands so, and why."""
    query = select(effects.c.key, effects.c.problem).where(
        effects.c.lane.in_(["chat", "room"]), effects.c.outcome == outcome
    )
    rows: Any = bench.do(lambda work: work.tx.execute(query).all())
    return {row.key: row.problem for row in rows}


def a_p1(bench: Bench) -> None:
    send(bench, elt_late())
    while bench.do(answer_next):
        pass


def wait(bench: Bench) -> None:
    bench.clock.now += PATIENCE + timedelta(seconds=1)


def test_it_ends_with_its_reason_after_a_while_and_the_auditor_is_content(bench: Bench) -> None:
    a_p1(bench)
    bench.do(acknowledge, 1, by=CHI)
    asked = set(said(bench, "due"))
    assert {"channel:1", "announcement:1"} <= asked
    assert not bench.do(is_slack_missed)
    assert bench.do(call_off_slack) == 0
    wait(bench)
    assert bench.do(is_slack_missed)
    assert bench.do(call_off_slack) == len(asked)
    assert said(bench, "cancelled") == dict.fromkeys(asked, NOT_CONNECTED)
    assert not bench.do(is_slack_missed)
    assert bench.do(audit_state).content


def test_what_waits_for_its_own_time_is_left_until_then(bench: Bench) -> None:
    send(bench, report_slow())
    wait(bench)
    bench.do(call_off_slack)
    [digest] = said(bench, "due")
    assert digest.startswith("digest:")


def test_what_is_held_for_a_morning_is_delivered_once_there_is_a_slack(bench: Bench) -> None:
    send(bench, report_slow())
    [digest] = said(bench, "due")
    bench.clock.forward(hours=12)
    wait(bench)
    bench.do(call_off_slack)
    bench.do(resolve, 1, by=Operator())
    assert digest in said(bench, "cancelled")
    bench.do(slack_is_connected)
    assert digest in said(bench, "due")


def test_once_slack_is_connected_what_is_open_is_said_and_what_is_over_is_not(
    bench: Bench,
) -> None:
    a_p1(bench)
    wait(bench)
    bench.do(call_off_slack)
    asked = set(said(bench, "cancelled"))
    assert bench.do(slack_is_connected) == len(asked)
    assert set(said(bench, "due")) == asked
    wait(bench)
    bench.do(call_off_slack)
    bench.do(resolve, 1, by=Operator())
    wait(bench)
    bench.do(call_off_slack)
    assert bench.do(slack_is_back) == 0
    assert {key for key in said(bench, "due") if key != "directory"} == set()


def test_the_last_handover_is_said_late_and_an_old_one_never(bench: Bench) -> None:
    bench.clock.now = BOUNDARY
    bench.do(hand_over, BOUNDARY)
    wait(bench)
    bench.do(call_off_slack)
    assert set(said(bench, "cancelled")) == {"handover:1"}
    bench.do(slack_is_connected)
    assert set(said(bench, "due")) == {"handover:1"}
    wait(bench)
    bench.do(call_off_slack)
    bench.clock.now += NEWS + timedelta(seconds=1)
    assert bench.do(slack_is_connected) == 0
