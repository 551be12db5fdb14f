"""The card says all that matters in 12 lines, with the buttons that fit its state."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.chat.words.about import About
from app.chat.words.card import CardFacts, Update, card
from app.chat.words.headline import Head
from app.chat.words.ringing import Asked, Ringing
from app.chat.words.standing import Standing
from app.rules.incident import State
from app.rules.organisation import Severity
from tests.chat.words.cases import ANA, BEN, CASES, MIA, NOW, STATES, Case
from tests.chat.words.checks import assert_sound, buttons_of, lines_of, values_of

REASON = 'P1: threatens SLA "daily ELT fresh by 07:00"'
FACTS = CardFacts(
    head=Head(
        number=12, severity=Severity.P1, state=State.TRIGGERED, title="Load is late", reason=REASON
    ),
    standing=Standing(state=State.TRIGGERED, since=NOW),
    about=About(
        service="Nightly ELT",
        team="Data Infrastructure",
        firing=2,
        cleared=1,
        runbook="https://runbooks.acme.test/elt-late",
        action="Restart the stuck load",
        came_back_from=9,
    ),
    ringing=Ringing(
        people=(ANA,),
        tier_one=(ANA,),
        tier=1,
        round=0,
        next_at=NOW,
        now=NOW - timedelta(minutes=5),
    ),
)
TODAY = "<!date^1772766720^{date_short_pretty} {time}|06 Mar 2026, 03:12 UTC>"
SOON = "<!date^1772766720^{time}|03:12 UTC>"


def in_state(state: State, **changes: object) -> CardFacts:
    head = replace(FACTS.head, state=state)
    standing = Standing(state=state, since=NOW, holder=ANA, by=ANA, merged_into=13)
    return replace(FACTS, head=head, standing=standing, **changes)  # type: ignore[arg-type]


def test_a_triggered_card_says_what_why_who_and_what_to_do() -> None:
    assert lines_of(card(FACTS)) == [
        ":rotating_light: *P1 · INC-12 Load is late*",
        'P1: threatens SLA "daily ELT fresh by 07:00"',
        f"*Triggered* {TODAY} · nobody has it yet",
        f":telephone_receiver: Being paged: Ana (tier 1) · managers next at {SOON}",
        "Nightly ELT · Data Infrastructure · :leftwards_arrow_with_hook: came back: INC-9",
        "Alerts: 2 firing, 1 cleared",
        ":notebook: <https://runbooks.acme.test/elt-late|Runbook> · Restart the stuck load",
    ]


def test_the_spoken_text_says_what_the_blocks_say() -> None:
    message = card(FACTS)
    assert message.text.split("\n") == lines_of(message)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (300, f"at {SOON}"),
        (120, f"at {SOON}"),
        (119, "within two minutes"),
        (40, "within a minute"),
        (-5, "within a minute"),
    ],
)
def test_a_step_that_is_near_is_told_in_words(seconds: int, told: str) -> None:
    assert FACTS.ringing is not None
    near = replace(FACTS.ringing, now=NOW - timedelta(seconds=seconds))
    assert lines_of(card(replace(FACTS, ringing=near)))[3].endswith(f"managers next {told}")


def test_whoever_has_it_is_mentioned_and_nobody_else_is() -> None:
    message = card(in_state(State.ACKNOWLEDGED, helpers=(BEN,), awake=(MIA,)))
    assert f"*Acknowledged* · <@U0ANA> has it since {TODAY}" in lines_of(message)
    assert ":raised_hands: Helping: Ben" in lines_of(message)
    assert ":sunny: Awake now: Mia" in lines_of(message)
    assert message.text.count("<@") == 1


def test_a_page_by_hand_names_who_has_not_answered() -> None:
    asked = Asked(people=(BEN,), asked_by=ANA, why="second pair of eyes", managers=False)
    manager = Asked(people=(MIA,), asked_by=ANA, why="vendor is silent", managers=True)
    lines = lines_of(card(in_state(State.ACKNOWLEDGED, asked=(asked, manager), ringing=None)))
    assert lines[3:5] == [
        ":hourglass: Not answered yet: Ben, asked for by Ana: second pair of eyes",
        ":hourglass: Not answered yet: a manager (Mia), asked for by Ana: vendor is silent",
    ]


def test_many_pages_by_hand_are_counted() -> None:
    asked = Asked(people=(BEN,), asked_by=ANA, why="", managers=False)
    lines = lines_of(card(in_state(State.ACKNOWLEDGED, asked=(asked,) * 4, ringing=None)))
    assert lines[3:5] == [
        ":hourglass: Not answered yet: Ben, asked for by Ana",
        ":hourglass: 3 more pages asked for by hand are not answered yet",
    ]


def test_people_whom_nothing_can_wake_are_named() -> None:
    ringing = Ringing(
        people=(ANA, MIA), tier_one=(ANA,), tier=2, round=3, next_at=None, now=NOW, unreached=(ANA,)
    )
    assert (
        ":telephone_receiver: Being paged: Ana (tier 1) with Mia (managers, round 3) · nothing "
        "can wake Ana"
    ) in lines_of(card(replace(FACTS, ringing=ringing)))


def test_the_newest_update_stands_with_its_author() -> None:
    update = Update(text="The load\nruns again", by=ANA, at=NOW)
    lines = lines_of(card(in_state(State.ACKNOWLEDGED, update=update)))
    assert f":memo: The load runs again (Ana, {TODAY})" in lines


def test_a_resolved_card_says_what_the_close_still_needs() -> None:
    lines = lines_of(card(in_state(State.RESOLVED)))
    assert "Root cause: still needed to close" in lines
    assert "Follow-ups: still needed to close" in lines
    done = lines_of(card(in_state(State.RESOLVED, root_cause="disk full", follow_ups=1)))
    assert "Root cause: disk full" in done
    assert "Follow-ups: 1 follow-up" in done
    assert not [line for line in done if "Being paged" in line]


@pytest.mark.parametrize(
    ("state", "labels"),
    [
        (State.TRIGGERED, ["Acknowledge", "Escalate to manager", "Join", "Runbook"]),
        (State.ACKNOWLEDGED, ["Update", "Still on it", "Resolve", "Need a manager", "Join"]),
        (State.RESOLVED, ["Root cause", "Follow-up", "Close", "Reopen"]),
        (State.CLOSED, ["Reopen"]),
        (State.CANCELLED, []),
        (State.MERGED, []),
    ],
)
def test_the_buttons_fit_the_state(state: State, labels: list[str]) -> None:
    message = card(in_state(state))
    assert buttons_of(message) == labels
    assert values_of(message) <= {"12"}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("name", "case"), CASES)
def test_no_text_breaks_the_card_or_makes_it_longer_than_12_lines(
    name: str, case: Case, state: State
) -> None:
    message = card(case.card(state))
    assert_sound(message)
    assert len(lines_of(message)) <= 12


def test_the_fullest_card_has_exactly_12_lines() -> None:
    full = card(Case("text").card(State.ACKNOWLEDGED))
    assert len(lines_of(full)) == 12


@pytest.mark.parametrize(
    ("noted", "green"),
    [
        ({}, "Root cause"),
        ({"root_cause": "disk full"}, "Follow-up"),
        ({"root_cause": "disk full", "follow_ups": 1}, "Close"),
    ],
)
def test_green_is_what_the_close_waits_for(noted: dict[str, object], green: str) -> None:
    (row,) = (b for b in card(in_state(State.RESOLVED, **noted)).blocks if b["type"] == "actions")
    marked = [each["text"]["text"] for each in row["elements"] if "style" in each]
    assert marked == [green]


def test_only_what_wakes_people_has_a_siren() -> None:
    calm = replace(FACTS, head=replace(FACTS.head, severity=Severity.P3))
    assert lines_of(card(calm))[0] == ":small_orange_diamond: *P3 · INC-12 Load is late*"
