"""The weekly handover: once per boundary, late with a word, and every number from a query."""

from datetime import UTC, datetime, timedelta

import pytest

from app.chat.client import Posted
from app.delivery.waits import answer_next
from app.flows import tell
from app.flows.acknowledge import acknowledge
from app.flows.admit import SlackCaller
from app.flows.close import add_follow_up, close, set_root_cause
from app.flows.declare import declare
from app.flows.hand_over import accept, hand_over, is_planned, plan_handover
from app.flows.receive_alerts import receive_alerts
from app.flows.record import handover_posted
from app.flows.reopen import reopen
from app.flows.resolve import resolve
from app.flows.update import update
from app.flows.work import Refused
from app.rules import rota
from app.rules.alert import Delivery
from storage import handovers
from storage.handovers import Handover
from tests.flows.test_receive_alerts import elt_late
from tests.kit import Bench

BOUNDARY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Friday 18:00 in Dublin: Chi hands to Ana."""
ANA = SlackCaller(slack_id="UANA", team="T1")
CHI = SlackCaller(slack_id="UCHI", team="T1")
MIA = SlackCaller(slack_id="UMIA", team="T1")


def settle(bench: Bench) -> None:
    while bench.do(answer_next):
        pass


def made(bench: Bench, number: int = 1) -> Handover | None:
    found: Handover | None = bench.do(lambda work: handovers.get(work.tx, number))
    return found


def said(bench: Bench, number: int = 1) -> str:
    message = bench.do(tell.handover, number)
    assert message is not None
    text: str = message.text
    return text


def test_the_boundary_makes_one_handover_and_plans_the_next(bench: Bench) -> None:
    assert bench.do(plan_handover) == BOUNDARY
    assert bench.do(is_planned)
    bench.clock.now = BOUNDARY - timedelta(seconds=1)
    settle(bench)
    assert made(bench) is None
    bench.clock.forward(seconds=1)
    settle(bench)
    settle(bench)
    first = made(bench)
    assert first is not None
    assert (first.outgoing, first.incoming) == ("chi@acme.test", "ana@acme.test")
    assert made(bench, 2) is None
    bench.clock.forward(weeks=1)
    settle(bench)
    second = made(bench, 2)
    assert second is not None
    assert second.boundary == BOUNDARY + timedelta(weeks=1)


def test_the_same_boundary_twice_is_one_handover(bench: Bench) -> None:
    bench.clock.now = BOUNDARY
    assert bench.do(hand_over, BOUNDARY) is not None
    assert bench.do(hand_over, BOUNDARY) is None


def test_an_instant_that_is_no_boundary_any_more_makes_none(bench: Bench) -> None:
    assert bench.do(hand_over, BOUNDARY + timedelta(hours=1)) is None


WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)


def made_at(bench: Bench, boundary: datetime, until: datetime) -> None:
    bench.do(
        lambda work: handovers.open_boundary(
            work.tx,
            rota=work.org.out_of_hours_rota,
            boundary=boundary,
            outgoing="chi@acme.test",
            incoming="ana@acme.test",
            shift_start=boundary - WEEK,
            shift_end=until,
        )
    )


@pytest.mark.parametrize("moved", [-HOUR, HOUR, -3 * HOUR])
def test_a_boundary_that_other_rules_of_its_zone_met_is_not_met_again(
    bench: Bench, moved: timedelta
) -> None:
    made_at(bench, BOUNDARY + moved, BOUNDARY + moved + WEEK)
    bench.clock.now = BOUNDARY + 4 * HOUR
    assert bench.do(hand_over, BOUNDARY) is None
    assert made(bench, 2) is None
    bench.clock.forward(weeks=1)
    assert bench.do(hand_over, BOUNDARY + WEEK) is not None


@pytest.mark.parametrize(
    ("before", "until"),
    [(WEEK, BOUNDARY), (12 * HOUR, BOUNDARY), (2 * HOUR, BOUNDARY), (2 * WEEK, rota.FOREVER)],
)
def test_the_boundary_after_the_last_one_is_met_however_short_its_shift_was(
    bench: Bench, before: timedelta, until: datetime
) -> None:
    made_at(bench, BOUNDARY - before, until)
    bench.clock.now = BOUNDARY
    assert bench.do(hand_over, BOUNDARY) is not None


def test_a_quiet_week_is_two_lines_and_a_button(bench: Bench) -> None:
    bench.clock.now = BOUNDARY
    bench.do(hand_over, BOUNDARY)
    lines = said(bench).splitlines()
    assert lines[0].startswith(":pager: *Handover of volunteers.* <@UANA> has the pager until")
    assert lines[1].endswith("This shift: nobody was paged.")
    assert len(lines) == 2


def test_a_late_one_says_so(bench: Bench) -> None:
    bench.do(plan_handover)
    bench.clock.now = BOUNDARY + timedelta(hours=3)
    settle(bench)
    assert "This is said 3 h late" in said(bench)


def test_it_tells_what_is_open_what_happened_and_what_is_owed(bench: Bench) -> None:
    bench.do(receive_alerts, Delivery(source="alertmanager", body=b"{}"), [elt_late()])
    settle(bench)
    bench.clock.forward(minutes=4)
    bench.do(acknowledge, 1, by=CHI)
    bench.do(resolve, 1, by=CHI)
    bench.do(add_follow_up, 1, "alert on the disk", by=CHI)
    bench.clock.now = BOUNDARY
    bench.do(hand_over, BOUNDARY)
    text = said(bench)
    assert "1 incident paged, 1 out of hours, median answer after 4 min" in text
    assert "EltLate (1)" in text
    assert "Budget: 1 of 10 out-of-hours pages this month." in text
    assert "*Owed*\n• INC-1: alert on the disk (Data Infrastructure)" in text
    assert "*Open (1)*" in text
    assert text.count("still owed: a root cause") == 1
    assert "a follow-up" not in text
    assert "Counted since <!date^" in text
    assert "INC-1; `/inc timeline INC-1` shows who was rung when." in text


def test_an_edit_hours_later_tells_the_same_as_the_first_post(bench: Bench) -> None:
    bench.do(receive_alerts, Delivery(source="alertmanager", body=b"{}"), [elt_late()])
    settle(bench)
    bench.clock.now = BOUNDARY - timedelta(minutes=1)
    bench.do(update, 1, "the vendor looks at it", by=CHI)
    bench.do(add_follow_up, 1, "alert on the disk", by=CHI)
    bench.clock.now = BOUNDARY
    bench.do(hand_over, BOUNDARY)
    posted = Posted(channel="C0ONCALL", ts="1.1")
    bench.do(handover_posted, 1, "handover:1", posted=posted)
    first = said(bench)
    assert "*Triggered*" in first
    assert "“the vendor looks at it”" in first
    bench.do(acknowledge, 1, by=ANA)
    bench.do(update, 1, "the vendor found it", by=ANA)
    bench.do(declare, "orders fail", by=ANA)
    bench.clock.forward(hours=3)
    settle(bench)
    bench.do(resolve, 1, by=ANA)
    bench.do(set_root_cause, 1, "the disk was full", by=ANA)
    bench.do(add_follow_up, 1, "a larger disk", by=ANA)
    bench.do(close, 1, by=ANA)
    assert said(bench) == first
    bench.do(accept, 1, by=ANA)
    edited = said(bench).splitlines()
    accepted = [line for line in edited if "Ana has the pager since" in line]
    assert len(accepted) == 1
    assert [line for line in edited if line not in accepted] == first.splitlines()


def test_what_was_closed_before_and_came_back_after_is_not_open(bench: Bench) -> None:
    bench.clock.now = BOUNDARY - timedelta(minutes=10)
    bench.do(receive_alerts, Delivery(source="alertmanager", body=b"{}"), [elt_late()])
    settle(bench)
    bench.do(resolve, 1, by=CHI)
    bench.do(set_root_cause, 1, "the disk was full", by=CHI)
    bench.do(add_follow_up, 1, "nothing is left", by=CHI, none_because=True)
    bench.do(close, 1, by=CHI)
    bench.clock.now = BOUNDARY
    bench.do(hand_over, BOUNDARY)
    first = said(bench)
    assert "*Open" not in first
    bench.do(reopen, 1, by=ANA)
    assert said(bench) == first


def test_the_incoming_person_has_the_pager_by_their_own_press(bench: Bench) -> None:
    bench.clock.now = BOUNDARY
    bench.do(hand_over, BOUNDARY)
    with pytest.raises(Refused, match="the press is theirs"):
        bench.do(accept, 1, by=CHI)
    bench.do(accept, 1, by=ANA)
    again = bench.do(accept, 1, by=MIA)
    assert again.accepted_by == "ana@acme.test"
    assert "Ana has the pager since" in said(bench)
