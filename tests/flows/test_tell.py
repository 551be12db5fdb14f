"""Tellings read what is so now: through real flows, on both databases."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.chat.message import Message
from app.chat.words.trouble import FAILED
from app.flows import tell
from app.flows.acknowledge import acknowledge
from app.flows.admit import Operator, SlackCaller
from app.flows.cancel import cancel
from app.flows.close import add_follow_up, close, set_root_cause
from app.flows.declare import declare
from app.flows.escalate import escalate, page
from app.flows.join import join
from app.flows.kinds import Kind
from app.flows.pass_on import pass_on
from app.flows.receive_alerts import receive_alerts
from app.flows.reopen import reopen
from app.flows.resolve import resolve
from app.flows.take_step import take_step
from app.flows.update import update
from app.rules.alert import Alert, AlertState, Delivery
from app.rules.incident import Incident
from storage import effects, escalations, held, incidents
from storage.effects import Lane
from tests.chat.words.cases import HOSTILE
from tests.chat.words.checks import assert_sound, buttons_of, lines_of
from tests.kit import IN_HOURS, Bench

ANA = SlackCaller(slack_id="UANA", team="T1")
CHI = SlackCaller(slack_id="UCHI", team="T1")
MIA = SlackCaller(slack_id="UMIA", team="T1")


def fire(bench: Bench, alarm: str = "EltLate", title: str = "Nightly load is late") -> int:
    """One firing; the number of its incident."""
    alert = Alert(alarm=alarm, fingerprint=alarm, state=AlertState.FIRING, title=title)
    delivery = Delivery(source="alertmanager", body=b"{}")
    attached: tuple[int, ...] = bench.do(receive_alerts, delivery, [alert]).attached
    return attached[0]


def clear(bench: Bench, alarm: str = "EltLate") -> None:
    alert = Alert(alarm=alarm, fingerprint=alarm, state=AlertState.RESOLVED, title="over")
    bench.do(receive_alerts, Delivery(source="alertmanager", body=b"{}"), [alert])


def step(bench: Bench, escalation: int = 1) -> list[Any]:
    """Take the escalation's next step, as the tick does when it is due."""
    standing = bench.do(lambda work: escalations.get(work.tx, escalation))
    pages: list[Any] = bench.do(take_step, escalation, step=standing.step)
    return pages


def give_channel(bench: Bench, number: int) -> None:
    bench.do(
        lambda work: incidents.adopt_channel(
            work.tx, number, channel_id="C0INCIDENT", name="inc-1-x"
        )
    )


def told(bench: Bench, telling: Callable[..., Message | None], *args: Any) -> Message:
    """A telling's message, sound by every limit."""
    message = bench.do(telling, *args)
    assert message is not None
    assert_sound(message)
    return message  # type: ignore[no-any-return]


def facts_of(bench: Bench, kind: Kind) -> list[Any]:
    """The facts with which effects of a kind were asked for."""
    far = timedelta(days=9)
    found = bench.do(
        lambda work: effects.claim(
            work.tx, Lane.CHAT, now=work.now + far, lease=timedelta(0), limit=99
        )
    )
    return [each.facts for each in found if each.kind == kind]


# ── the card ──────────────────────────────────────────────────────────────────────────────────
def test_the_card_of_a_fresh_p1_says_who_is_paged_and_what_to_do(bench: Bench) -> None:
    number = fire(bench)
    step(bench)
    message = told(bench, tell.card, number)
    lines = lines_of(message)
    assert lines[0] == ":rotating_light: *P1 · INC-1 Nightly load is late*"
    assert lines[1] == 'P1: threatens SLA "daily ELT fresh by 07:00"'
    assert "nobody has it yet" in lines[2]
    # Nobody of the example has a phone in Baton, so the managers ring with the volunteer.
    assert lines[3].startswith(
        ":telephone_receiver: Being paged: Chi (tier 1) with Mia and Noor (managers, round 3) · "
        "nothing can wake Chi and 2 more · again at <!date^"
    )
    assert "Nightly ELT · Data Infrastructure" in lines
    assert "Alerts: 1 firing, 0 cleared" in lines
    assert [line for line in lines if "Restart the stuck load" in line]
    assert buttons_of(message)[0] == "Acknowledge"


def test_in_hours_the_owner_is_paged_alone_and_the_managers_are_next(bench: Bench) -> None:
    bench.clock.now = IN_HOURS
    number = fire(bench)
    mine = step(bench)[0]
    line = lines_of(told(bench, tell.card, number))[3]
    assert line.startswith(":telephone_receiver: Being paged: Ana (tier 1) · managers next at ")
    assert "the manager tier is paged at" in told(bench, tell.page_message, mine.id).text


def test_a_cleared_alert_changes_the_words_and_nothing_else(bench: Bench) -> None:
    number = fire(bench)
    clear(bench)
    message = told(bench, tell.card, number)
    assert "Alerts: 0 firing, 1 cleared" in lines_of(message)
    assert "Acknowledge" in buttons_of(message)


def test_whoever_acknowledged_is_named_and_nobody_is_paged_any_more(bench: Bench) -> None:
    number = fire(bench)
    step(bench)
    bench.do(acknowledge, number, by=CHI)
    bench.do(join, number, by=ANA)
    bench.do(update, number, "Restarted the load", by=CHI)
    lines = lines_of(told(bench, tell.card, number))
    assert lines[2].startswith("*Acknowledged* · <@UCHI> has it since ")
    assert lines[3].startswith(":memo: Restarted the load (Chi, ")
    assert ":raised_hands: Helping: Ana" in lines
    assert not [line for line in lines if "Being paged" in line]


def test_a_person_paged_by_hand_is_named_until_they_answer(bench: Bench) -> None:
    bench.clock.now = IN_HOURS
    number = fire(bench)
    step(bench)
    bench.do(acknowledge, number, by=ANA)
    bench.do(page, number, "mia@acme.test", "I need a decision", by=ANA)
    step(bench, 2)
    waiting = ":hourglass: Not answered yet: Mia, asked for by Ana: I need a decision"
    assert waiting in lines_of(told(bench, tell.card, number))
    bench.do(acknowledge, number, by=MIA)
    assert waiting not in lines_of(told(bench, tell.card, number))


def test_an_escalation_by_hand_waits_for_any_manager(bench: Bench) -> None:
    number = fire(bench)
    step(bench)
    bench.do(acknowledge, number, by=CHI)
    bench.do(escalate, number, "the vendor is silent", by=CHI)
    step(bench, 2)
    lines = lines_of(told(bench, tell.card, number))
    assert [line for line in lines if "a manager (Mia" in line and "the vendor is silent" in line]


def test_the_card_names_who_is_awake_but_not_who_is_in_it_already(bench: Bench) -> None:
    bench.clock.now = IN_HOURS
    number = fire(bench)
    bench.do(join, number, by=ANA)
    lines = lines_of(told(bench, tell.card, number))
    awake = [line for line in lines if line.startswith(":sunny:")]
    assert awake == [":sunny: Awake now: Ben and Mia"]


def test_a_resolved_card_shows_what_is_owed_until_it_is_closed(bench: Bench) -> None:
    number = fire(bench)
    bench.do(resolve, number, by=CHI)
    assert "Root cause: still needed to close" in lines_of(told(bench, tell.card, number))
    bench.do(set_root_cause, number, "disk full", by=CHI)
    bench.do(add_follow_up, number, "alert at 80 %", by=CHI)
    lines = lines_of(told(bench, tell.card, number))
    assert "Root cause: disk full" in lines
    assert "Follow-ups: 1 follow-up" in lines
    bench.do(close, number, by=CHI)
    closed = told(bench, tell.card, number)
    assert lines_of(closed)[2].startswith("*Closed* by Chi")
    assert buttons_of(closed) == ["Reopen"]


# ── announcement, topic, what is said ─────────────────────────────────────────────────────────
def test_the_announcement_links_to_the_channel_once_there_is_one(bench: Bench) -> None:
    number = fire(bench)
    assert "<#" not in told(bench, tell.announcement, number).text
    give_channel(bench, number)
    message = told(bench, tell.announcement, number)
    assert "<#C0INCIDENT>" in message.text
    assert buttons_of(message) == ["Join", "I know something", "Follow quietly"]


def test_the_announcement_of_a_false_alarm_says_why(bench: Bench) -> None:
    number = bench.do(declare, "is the office wifi down?", by=ANA).incident.id
    bench.do(cancel, number, "it was my cable", by=ANA)
    message = told(bench, tell.announcement, number)
    assert lines_of(message)[2].startswith("*Cancelled* by Ana")
    assert lines_of(message)[2].endswith(": it was my cable")
    assert buttons_of(message) == []


def test_the_topic_follows_the_state(bench: Bench) -> None:
    number = fire(bench)
    step(bench)
    assert "triggered, nobody has it yet" in bench.do(tell.topic, number)
    bench.do(acknowledge, number, by=CHI)
    assert "acknowledged, Chi has it" in bench.do(tell.topic, number)


def test_updates_and_the_resolve_are_said_from_the_facts_they_were_asked_with(
    bench: Bench,
) -> None:
    number = fire(bench)
    give_channel(bench, number)
    bench.do(acknowledge, number, by=CHI)
    bench.do(update, number, "half\nof it runs", by=CHI)
    bench.do(resolve, number, by=CHI)
    said = [told(bench, tell.say, number, facts) for facts in facts_of(bench, Kind.SAY)]
    assert [lines_of(each)[1:] for each in said] == [
        ["half", "of it runs"],
        ['Before it can be closed it needs a root cause and a follow-up (or "none, because").'],
    ]
    assert bench.do(tell.say, number, {"what": "something newer"}) is None


# ── pages ─────────────────────────────────────────────────────────────────────────────────────
def test_a_page_tells_why_you_and_offers_its_buttons(bench: Bench) -> None:
    number = fire(bench)
    give_channel(bench, number)
    first = step(bench)[0]
    message = told(bench, tell.page_message, first.id)
    assert "*Why you:* on call with the volunteers (out of hours)" in lines_of(message)
    assert "no way to wake you" in message.text
    assert buttons_of(message) == [
        "Acknowledge",
        "I can't, pass on",
        "Open channel",
        "Runbook",
        "Escalate to manager",
        "Not actionable",
    ]


def test_a_page_says_how_it_ended_for_each_of_those_it_rang(bench: Bench) -> None:
    number = fire(bench)
    chi = step(bench)[0]
    bench.clock.forward(minutes=5)
    mia = step(bench)[-1]
    bench.do(acknowledge, number, by=CHI)
    answered = told(bench, tell.page_message, chi.id)
    assert "You answered" in answered.text
    other = told(bench, tell.page_message, mia.id)
    assert "Chi has it since" in other.text
    assert buttons_of(answered) == buttons_of(other) == []


def test_a_page_that_was_passed_on_says_so(bench: Bench) -> None:
    fire(bench)
    chi = step(bench)[0]
    bench.do(pass_on, chi.id, by=CHI)
    message = told(bench, tell.page_message, chi.id)
    assert "You passed it on" in message.text
    assert buttons_of(message) == []


def test_a_page_ends_with_a_resolve_that_was_no_answer_of_its_person(bench: Bench) -> None:
    number = fire(bench)
    chi = step(bench)[0]
    bench.do(resolve, number, by=ANA)
    assert "it was resolved" in told(bench, tell.page_message, chi.id).text


def test_a_page_keeps_saying_how_it_ended_after_the_incident_is_opened_again(
    bench: Bench,
) -> None:
    number = fire(bench)
    chi = step(bench)[0]
    bench.do(resolve, number, by=ANA)
    bench.do(reopen, number, by=ANA)
    assert "it is no longer needed" in told(bench, tell.page_message, chi.id).text


def test_a_page_by_hand_reads_out_who_asked_and_why(bench: Bench) -> None:
    number = fire(bench)
    bench.do(acknowledge, number, by=CHI)
    bench.do(escalate, number, "the vendor is silent", by=CHI)
    manager = step(bench, 2)[0]
    lines = lines_of(told(bench, tell.page_message, manager.id))
    assert ":speech_balloon: *Chi needs a manager:* the vendor is silent" in lines


# ── nobody answered ───────────────────────────────────────────────────────────────────────────
def test_silence_names_who_rings_next_and_ends_with_who_has_it(bench: Bench) -> None:
    number = fire(bench)
    step(bench)
    bench.clock.forward(minutes=5)
    step(bench)
    facts = facts_of(bench, Kind.NOBODY_ANSWERED)[-1]
    message = told(bench, tell.nobody_answered, number, facts)
    assert "Nobody has answered INC-1 yet" in message.text
    assert "Baton is ringing Mia" in message.text
    assert buttons_of(message) == ["Acknowledge"]
    bench.do(acknowledge, number, by=CHI)
    after = told(bench, tell.nobody_answered, number, facts)
    assert "Chi has it since" in after.text
    assert buttons_of(after) == []


# ── what wakes nobody ─────────────────────────────────────────────────────────────────────────
def test_a_notice_goes_to_the_owner_and_hints_at_the_review_of_an_unknown_alarm(
    bench: Bench,
) -> None:
    bench.clock.now = IN_HOURS
    known = fire(bench, "ReportSlow", "Reports are slow")
    unknown = fire(bench, "Mystery", "Something odd")
    message = told(bench, tell.notice, known)
    assert buttons_of(message) == ["Acknowledge", "Resolve", "Runbook"]
    assert "catalogue" not in message.text
    assert "Alarm Mystery is not in the catalogue." in told(bench, tell.notice, unknown).text

    def channels(work: Any) -> list[str]:
        found = (incidents.get(work.tx, number) for number in (known, unknown))
        return [tell.owner_channel(work, each) for each in found if each]

    assert bench.do(channels) == ["#data-infra", "#engineering"]


def test_the_digest_tells_what_was_held_and_names_exactly_that(bench: Bench) -> None:
    number = fire(bench, "ReportSlow", "Reports are slow")
    message, told_of = bench.do(tell.digest, "data-infra")
    assert_sound(message)
    assert told_of == [number]
    assert "INC-1 Reports are slow" in message.text
    bench.do(lambda work: held.delivered(work.tx, told_of, at=work.now))
    assert bench.do(tell.digest, "data-infra") is None


# ── gaps and trouble ──────────────────────────────────────────────────────────────────────────
def test_a_gap_is_told_with_what_happens_until_it_is_filled(bench: Bench) -> None:
    message = told(bench, tell.gap, {"gap": "nobody is on the out-of-hours rota volunteers"})
    assert lines_of(message)[0] == (
        ":warning: *A gap in the rota*: nobody is on the out-of-hours rota volunteers."
    )
    assert "pages the manager tier" in message.text


def test_a_page_that_did_not_get_out_names_whom_to_telephone(bench: Bench) -> None:
    number = fire(bench)
    chi = step(bench)[0]
    facts = {"what": Kind.RING, "problem": "No route.", "incident": number, "page": chi.id}
    message = told(bench, tell.alarm, facts)
    assert "Not reached this way: Chi." in message.text
    assert "telephone Mia and Noor" in message.text
    bench.do(acknowledge, number, by=CHI)
    assert "telephone" not in told(bench, tell.alarm, facts).text


def test_every_kind_of_trouble_is_a_kind_of_effect() -> None:
    assert set(FAILED) <= {kind.value for kind in Kind}


# ── whatever people and alerts write ──────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "surrogates"])
def test_no_text_breaks_a_telling_in_any_state(bench: Bench, name: str) -> None:
    text = HOSTILE[name].replace("\x00", "") or "x"
    number = fire(bench, title=text)
    give_channel(bench, number)
    pages = step(bench)

    def look() -> None:
        message = told(bench, tell.card, number)
        assert len(lines_of(message)) <= 12
        told(bench, tell.announcement, number)
        told(bench, tell.notice, number)
        assert len(bench.do(tell.topic, number)) <= 250
        for each in pages:
            told(bench, tell.page_message, each.id)

    look()
    bench.do(acknowledge, number, by=CHI)
    bench.do(update, number, "_" + text, by=CHI)
    bench.do(escalate, number, "_" + text, by=CHI)
    pages += step(bench, 2)
    look()
    bench.do(resolve, number, by=CHI)
    bench.do(set_root_cause, number, "_" + text, by=CHI)
    bench.do(add_follow_up, number, "_" + text, by=CHI)
    look()
    bench.do(close, number, by=CHI)
    look()
    bench.do(reopen, number, by=CHI, why=text)
    look()
    for facts in facts_of(bench, Kind.SAY):
        told(bench, tell.say, number, facts)
    other = bench.do(declare, "_" + text, by=ANA).incident.id
    bench.do(cancel, other, "_" + text, by=Operator())
    told(bench, tell.announcement, other)


def test_nothing_is_told_of_what_does_not_exist(bench: Bench) -> None:
    silence = {"round": 1, "people": [], "next": bench.clock.now.isoformat()}
    for telling in (tell.card, tell.announcement, tell.notice, tell.page_message):
        assert bench.do(telling, 404) is None
    assert bench.do(tell.nobody_answered, 404, silence) is None
    assert bench.do(tell.say, 404, {"what": "resolved"}) is None


def test_a_channel_is_named_after_its_incident(bench: Bench) -> None:
    number = fire(bench)
    incident: Incident = bench.do(lambda work: work.incident(number))
    assert tell.channel_name(incident) == "inc-1-nightly-load-is-late"
    assert tell.purpose(incident).startswith("INC-1: Nightly load is late.")
