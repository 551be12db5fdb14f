"""Alerts in: one incident per trouble, paged once, never lost, never closed by their sender."""

from datetime import timedelta
from typing import Any

import pytest

from app.flows import intake_token
from app.flows.acknowledge import acknowledge
from app.flows.admit import Operator, SlackCaller
from app.flows.receive_alerts import Received, receive_alerts
from app.flows.resolve import resolve
from app.rules.alert import Alert, AlertState, Delivery
from app.rules.incident import Incident, State
from app.rules.organisation import Severity
from storage import alerts, effects, escalations, held, incidents
from storage.effects import Lane
from tests.kit import IN_HOURS, Bench, bodies

CHI = SlackCaller(slack_id="UCHI", team="T1")


def elt_late(fingerprint: str = "a", **changes: Any) -> Alert:
    facts: dict[str, Any] = {
        "alarm": "EltLate",
        "fingerprint": fingerprint,
        "state": AlertState.FIRING,
        "title": "Nightly load is late",
    }
    return Alert(**{**facts, **changes})


def report_slow(**changes: Any) -> Alert:
    return elt_late("r", alarm="ReportSlow", title="Reports are slow", **changes)


def send(bench: Bench, *found: Alert, delivery_id: str | None = None) -> Received:
    delivery = Delivery(source="alertmanager", body=b"{}", delivery_id=delivery_id)
    answer: Received = bench.do(receive_alerts, delivery, found)
    return answer


def incident(bench: Bench, number: int = 1) -> Incident:
    found: Incident | None = bench.do(lambda work: incidents.get(work.tx, number))
    assert found is not None
    return found


def asked(bench: Bench, lane: Lane) -> list[str]:
    """The keys of what waits in a lane."""

    def view(work: Any) -> list[str]:
        claimed = effects.claim(
            work.tx, lane, now=work.now + timedelta(days=9), lease=timedelta(0), limit=99
        )
        keys = [effect.key for effect in claimed]
        for effect in claimed:
            effects.postpone(work.tx, effect, due=effect.due, problem=None)
        return keys

    keys: list[str] = bench.do(view)
    return keys


def test_an_alert_that_threatens_a_core_sla_opens_a_p1_and_pages(bench: Bench) -> None:
    send(bench, elt_late())
    opened = incident(bench)
    assert opened.severity is Severity.P1
    assert opened.reason == 'P1: threatens SLA "daily ELT fresh by 07:00"'
    assert opened.state is State.TRIGGERED
    assert asked(bench, Lane.WAIT) == ["step:1:0"]
    assert "announcement:1" in asked(bench, Lane.CHAT)
    assert asked(bench, Lane.ROOM) == ["channel:1"]


def test_a_second_alert_of_the_same_trouble_attaches_and_pages_nobody(bench: Bench) -> None:
    send(bench, elt_late("a"))
    send(bench, elt_late("b"))
    send(bench, elt_late("a"))
    assert bench.do(lambda work: incidents.get(work.tx, 2)) is None
    assert asked(bench, Lane.WAIT) == ["step:1:0"]
    assert bench.do(lambda work: alerts.count_of(work.tx, 1)) == (2, 2)
    assert [each.count for each in bench.do(lambda work: alerts.list_of(work.tx, 1))] == [1, 2]


def test_a_delivery_sent_twice_counts_once(bench: Bench) -> None:
    assert not send(bench, elt_late(), delivery_id="one").duplicate
    assert send(bench, elt_late(), delivery_id="one").duplicate
    assert bench.do(lambda work: alerts.list_of(work.tx, 1))[0].count == 1


def test_two_senders_may_use_the_same_delivery_id(bench: Bench) -> None:
    secrets = [bench.do(intake_token.new_token, "generic") for _ in range(2)]
    first, second = (
        bench.do(intake_token.find_token, each, source="generic").id for each in secrets
    )
    for token, alert in ((first, elt_late()), (second, report_slow())):
        delivery = Delivery(source="generic", body=b"{}", delivery_id="1", token=token)
        assert not bench.do(receive_alerts, delivery, [alert]).duplicate
    again = Delivery(source="generic", body=b"{}", delivery_id="1", token=second)
    assert bench.do(receive_alerts, again, [report_slow()]).duplicate


def test_a_cleared_alert_never_closes_the_incident(bench: Bench) -> None:
    send(bench, elt_late())
    send(bench, elt_late(state=AlertState.RESOLVED))
    assert incident(bench).state is State.TRIGGERED
    assert bench.do(lambda work: alerts.count_of(work.tx, 1)) == (1, 0)
    assert asked(bench, Lane.WAIT) == ["step:1:0"]


def test_what_clears_before_it_was_seen_firing_is_kept_and_opens_nothing(bench: Bench) -> None:
    answer = send(bench, elt_late(state=AlertState.RESOLVED))
    assert (answer.attached, answer.cleared) == ((), 1)
    assert bench.do(lambda work: incidents.get(work.tx, 1)) is None


def test_a_firing_soon_after_the_resolve_reopens_and_pages(bench: Bench) -> None:
    send(bench, elt_late())
    bench.do(resolve, 1, by=Operator())
    bench.clock.forward(minutes=29)
    send(bench, elt_late())
    assert incident(bench).state is State.TRIGGERED
    assert bench.do(lambda work: incidents.get(work.tx, 2)) is None
    ringing = bench.do(lambda work: escalations.list_ringing(work.tx, 1))
    assert [each.id for each in ringing] == [2]


def test_a_firing_later_is_a_new_incident_that_came_back(bench: Bench) -> None:
    send(bench, elt_late())
    bench.do(resolve, 1, by=Operator())
    bench.clock.forward(minutes=31)
    send(bench, elt_late())
    assert incident(bench, 2).came_back_from == 1


def test_a_worse_alert_raises_the_incident_and_pages(bench: Bench) -> None:
    send(bench, elt_late(alarm="Unheard", service="nightly-elt"))
    assert incident(bench).severity is Severity.P2
    bench.do(acknowledge, 1, by=CHI)
    send(bench, elt_late("b"))
    raised = incident(bench)
    assert (raised.severity, raised.state) == (Severity.P1, State.TRIGGERED)
    assert "step:1:0" in asked(bench, Lane.WAIT)


def test_an_unknown_alarm_is_a_p2_on_the_review_list(bench: Bench) -> None:
    send(bench, elt_late(alarm="NeverHeardOf"))
    assert incident(bench).severity is Severity.P2
    assert asked(bench, Lane.WAIT) == []
    assert "notice:1" in asked(bench, Lane.CHAT)


def test_a_p3_is_told_in_hours_and_held_until_the_morning_out_of_hours(bench: Bench) -> None:
    send(bench, report_slow())
    waiting = bench.do(lambda work: held.list_waiting(work.tx, "data-infra"))
    assert [each.until.isoformat() for each in waiting] == ["2026-11-24T09:00:00+00:00"]
    assert "digest:data-infra:2026-11-24T09:00" in asked(bench, Lane.CHAT)
    bench.do(resolve, 1, by=Operator())
    bench.clock.now = IN_HOURS + timedelta(days=1)
    send(bench, report_slow(details="again"))
    assert "notice:2" in asked(bench, Lane.CHAT)


def test_every_body_is_in_the_inbox(bench: Bench) -> None:
    send(bench, elt_late())
    send(bench, elt_late(), report_slow())
    assert bench.do(lambda work: bodies(work.tx)) == {"done": 2}


@pytest.mark.parametrize("minutes", [0, 31])
def test_a_cancelled_trouble_that_fires_again_is_a_new_incident(bench: Bench, minutes: int) -> None:
    from_here = elt_late(alarm="Unheard", service="report-builder")
    send(bench, from_here)
    bench.do(lambda work: incidents.move(work.tx, 1, State.TRIGGERED, State.CANCELLED))
    bench.clock.forward(minutes=minutes)
    send(bench, from_here)
    assert incident(bench, 2).state is State.TRIGGERED
