"""Steps of an escalation: the right person of the instant, managers after them, without end."""

import re
from typing import Any

import pytest

from app.delivery import outcome
from app.delivery.rings import claim_rings
from app.delivery.waits import answer_next
from app.flows.acknowledge import acknowledge
from app.flows.admit import Operator, SlackCaller
from app.flows.escalate import escalate, page
from app.flows.know_people import know_people
from app.flows.pass_on import pass_on
from app.flows.progress import still_on_it
from app.flows.receive_alerts import receive_alerts
from app.flows.resolve import resolve
from app.flows.work import Refused
from app.organisation.apply import apply
from app.organisation.example import example_text
from app.rules.alert import Delivery
from app.rules.incident import State
from storage import contacts, effects, escalations, incidents, timeline
from storage.effects import Lane
from storage.escalations import Page, Ringing
from tests.flows.test_receive_alerts import elt_late
from tests.kit import IN_HOURS, Bench, account


def slack(name: str) -> SlackCaller:
    return SlackCaller(slack_id=f"U{name.upper()}", team="T1")


def give_push(bench: Bench, *names: str) -> None:
    """Contact methods that can wake, as the operator adds them."""

    def add(work: Any, person: str) -> None:
        contacts.add(
            work.tx,
            person=person,
            method="push",
            target=b"sealed",
            hint="ntfy",
            trusted=True,
            added_by="operator",
            added_at=work.now,
            verified_at=work.now,
        )

    for name in names:
        bench.do(add, f"{name}@acme.test")


@pytest.fixture(autouse=True)
def everybody_has_a_phone(bench: Bench) -> None:
    give_push(bench, "ana", "ben", "chi", "mia", "noor")


def fire(bench: Bench) -> None:
    bench.do(receive_alerts, Delivery(source="alertmanager", body=b"{}"), [elt_late()])


def pass_time(bench: Bench, minutes: float) -> list[str]:
    """Let time pass minute by minute, as the tick would; who was rung, in order."""
    before = len(pages(bench))
    end = bench.clock.now.timestamp() + minutes * 60
    while True:
        while bench.do(answer_next):
            pass
        if bench.clock.now.timestamp() >= end:
            break
        bench.clock.forward(seconds=30)
    return [each.person.partition("@")[0] for each in pages(bench)[before:]]


def pages(bench: Bench, number: int = 1) -> list[Page]:
    found: list[Page] = bench.do(lambda work: escalations.list_pages(work.tx, number))
    return found


def kinds(bench: Bench) -> list[str]:
    return [each.kind for each in bench.do(lambda work: timeline.list_of(work.tx, 1))]


def state(bench: Bench) -> State:
    found: State = bench.do(lambda work: incidents.get(work.tx, 1)).state
    return found


def test_out_of_hours_the_volunteer_on_duty_is_rung_first(bench: Bench) -> None:
    fire(bench)
    assert pass_time(bench, 0) == ["chi"]
    assert pages(bench)[0].reason == "on call with the volunteers (out of hours)"
    assert pages(bench)[0].rota_facts["rota"] == "volunteers"


def test_in_hours_the_owning_team_is_rung_first(bench: Bench) -> None:
    bench.clock.now = IN_HOURS
    fire(bench)
    assert pass_time(bench, 0) == ["ana"]


def test_unanswered_it_goes_to_the_managers_one_more_each_round_for_ever(bench: Bench) -> None:
    fire(bench)
    assert pass_time(bench, 4.5) == ["chi"]
    assert pass_time(bench, 0.5) == ["mia"]
    assert pass_time(bench, 5) == ["mia", "noor"]
    assert pass_time(bench, 60) == ["mia", "noor"] * 12
    assert "nobody_answered" in kinds(bench)
    assert state(bench) is State.TRIGGERED


def test_one_answer_ends_it_for_everybody(bench: Bench) -> None:
    fire(bench)
    pass_time(bench, 6)
    answer = bench.do(acknowledge, 1, by=slack("mia"))
    assert (answer.first, answer.by) == (True, "mia@acme.test")
    again = bench.do(acknowledge, 1, by=slack("chi"))
    assert (again.first, again.by) == (False, "mia@acme.test")
    assert pass_time(bench, 30) == []
    assert [each.state for each in pages(bench)] == [Ringing.ENDED, Ringing.ANSWERED]


def test_a_step_that_cannot_wake_its_person_is_told_and_not_waited_out(bench: Bench) -> None:
    bench.do(lambda work: [contacts.change(work.tx, 3, removed_at=work.now)])
    fire(bench)
    assert pass_time(bench, 0) == ["chi", "mia"]
    assert [each.reachable for each in pages(bench)] == [False, True]


def test_nobody_on_the_rota_goes_to_the_managers_at_once_and_raises_the_gap(
    bench: Bench,
) -> None:
    bench.clock.now = bench.clock.now.replace(year=2027, month=6)
    fire(bench)
    assert pass_time(bench, 0) in (["mia"], ["noor"])
    assert "gap" in kinds(bench)


def test_whoever_passes_on_is_followed_by_the_next_at_once(bench: Bench) -> None:
    fire(bench)
    pass_time(bench, 0)
    bench.do(pass_on, 1, by=slack("chi"))
    assert pass_time(bench, 0) == ["mia"]
    bench.do(pass_on, 2, by=slack("mia"))
    assert pass_time(bench, 0) == ["noor"]
    with pytest.raises(Refused, match="last one"):
        bench.do(pass_on, 3, by=slack("noor"))


def test_whoever_passes_on_late_cuts_no_manager_short(bench: Bench) -> None:
    fire(bench)
    assert pass_time(bench, 5) == ["chi", "mia"]
    bench.do(pass_on, 1, by=slack("chi"))
    assert pass_time(bench, 4.5) == []
    assert pass_time(bench, 0.5) == ["mia", "noor"]


def test_only_the_person_rung_can_pass_it_on(bench: Bench) -> None:
    fire(bench)
    pass_time(bench, 0)
    with pytest.raises(Refused, match="only they"):
        bench.do(pass_on, 1, by=slack("ana"))


def test_an_acknowledgement_without_progress_expires_and_pages_anew(bench: Bench) -> None:
    fire(bench)
    pass_time(bench, 0)
    bench.do(acknowledge, 1, by=slack("chi"))
    assert pass_time(bench, 59) == []
    bench.do(still_on_it, 1, by=slack("chi"))
    assert pass_time(bench, 59.5) == []
    assert pass_time(bench, 1) == ["chi"]
    assert state(bench) is State.TRIGGERED


def test_an_escalation_by_hand_rings_on_until_a_manager_answers(bench: Bench) -> None:
    fire(bench)
    pass_time(bench, 0)
    bench.do(acknowledge, 1, by=slack("chi"))
    called = bench.do(escalate, 1, "the vendor is silent", by=slack("chi"))
    assert called.people[0] == "mia@acme.test"
    assert pass_time(bench, 5) == ["mia", "mia", "noor"]
    bench.do(acknowledge, 1, by=slack("ana"))
    assert pass_time(bench, 5) == ["mia", "noor"]
    bench.do(acknowledge, 1, by=slack("noor"))
    assert pass_time(bench, 30) == []


def test_a_page_by_hand_rings_until_its_person_answers(bench: Bench) -> None:
    bench.clock.now = IN_HOURS
    fire(bench)
    pass_time(bench, 0)
    bench.do(acknowledge, 1, by=slack("ana"))
    bench.do(page, 1, "ben@acme.test", "a second pair of eyes", by=slack("ana"))
    assert pass_time(bench, 5) == ["ben", "ben"]
    bench.do(acknowledge, 1, by=slack("ben"))
    assert pass_time(bench, 20) == []


def test_out_of_hours_an_owner_is_not_paged_by_hand(bench: Bench) -> None:
    fire(bench)
    pass_time(bench, 0)
    with pytest.raises(Refused, match=r"ben@acme\.test is outside their working hours"):
        bench.do(page, 1, "ben@acme.test", "you own it", by=slack("chi"))


def test_the_end_of_the_incident_ends_every_ring(bench: Bench) -> None:
    fire(bench)
    pass_time(bench, 0)
    bench.do(escalate, 1, "help", by=slack("chi"))
    bench.do(resolve, 1, by=Operator())
    assert pass_time(bench, 30) == []
    assert state(bench) is State.RESOLVED


def test_a_pause_of_hours_means_one_step_and_not_the_whole_chain(bench: Bench) -> None:
    fire(bench)
    pass_time(bench, 0)
    for ring in bench.do(claim_rings(Lane.PAGE), 9, ()):
        bench.do(outcome.ended, ring, outcome.Spoken())
    bench.clock.forward(hours=8)
    assert pass_time(bench, 0) == ["mia"]


def test_whoever_can_no_longer_answer_is_told_and_not_waited_for(bench: Bench) -> None:
    bench.do(know_people, [account("chi", deactivated=True)])
    fire(bench)
    assert pass_time(bench, 0) == ["chi", "mia"]
    assert [each.reachable for each in pages(bench)] == [False, True]


def test_a_team_without_a_rota_has_its_channel_called_and_the_managers_rung(bench: Bench) -> None:
    text = re.sub(r'^rota = "data-infra".*$', "", example_text(), count=1, flags=re.M)
    bench.do(lambda work: apply(work.tx, text, now=work.now, by="test"))
    bench.clock.now = IN_HOURS
    fire(bench)
    assert pass_time(bench, 0) == ["mia"]
    assert bench.do(lambda work: effects.was_asked(work.tx, "call:1"))


def test_when_every_manager_passed_it_on_they_are_all_rung_again(bench: Bench) -> None:
    fire(bench)
    assert pass_time(bench, 5) == ["chi", "mia"]
    bench.do(pass_on, 2, by=slack("mia"))
    assert pass_time(bench, 0) == ["noor"]
    bench.do(lambda work: apply(work.tx, without_noor(), now=work.now, by="test"))
    assert pass_time(bench, 5) == ["mia"]


def without_noor() -> str:
    """Noor is no manager any more."""
    text, _, _ = example_text().partition("[[rota.override]]")
    text = text.replace(
        'members = ["mia@acme.test", "noor@acme.test"]', 'members = ["mia@acme.test"]'
    )
    return text.replace('Los_Angeles"\nmanager = true', 'Los_Angeles"')
