"""The channel's name fits Slack's rules, its topic and purpose their limits."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat.words.topic import TOPIC_LIMIT, channel_name, purpose, topic
from app.rules.incident import Incident, State
from app.rules.organisation import Severity
from tests.chat.words.cases import ANA, CASES, NOW, STATES, Case


def an_incident(title: str, state: State = State.TRIGGERED) -> Incident:
    return Incident(
        id=12,
        trouble="service:nightly-elt",
        title=title,
        severity=Severity.P1,
        reason="P1",
        state=state,
        source="alertmanager",
        triggered_at=NOW,
        opened_at=NOW,
    )


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Nightly load is late", "inc-12-nightly-load-is-late"),
        ("Größe überschritten: Ærø", "inc-12-grosse-uberschritten-aero"),
        ("<!channel> #1 & more", "inc-12-channel-1-more"),
        ("ночная загрузка", "inc-12"),
        ("", "inc-12"),
        ("a" * 200, "inc-12-" + "a" * 40),
        (
            "the database of the orders service is not answering",
            "inc-12-the-database-of-the-orders-service-is",
        ),
    ],
)
def test_a_channel_is_named_after_number_and_title(title: str, name: str) -> None:
    assert channel_name(an_incident(title)) == name


@given(st.text())
def test_every_title_gives_a_name_that_slack_takes(title: str) -> None:
    name = channel_name(an_incident(title))
    assert re.fullmatch(r"inc-12(-[a-z0-9]+)*", name)
    assert len(name) <= 48


def test_the_topic_tells_state_and_who() -> None:
    held = an_incident("Load is late", State.ACKNOWLEDGED)
    assert topic(held, holder=ANA) == "P1 INC-12 · acknowledged, Ana has it · Load is late"
    waiting = topic(an_incident("Load is late"), holder=None)
    assert waiting == "P1 INC-12 · triggered, nobody has it yet · Load is late"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("name", "case"), CASES)
def test_no_title_breaks_topic_or_purpose(name: str, case: Case, state: State) -> None:
    incident = an_incident(case.foreign, state)
    for line in (topic(incident, holder=case.crowd[0]), purpose(incident)):
        assert len(line) <= TOPIC_LIMIT
        assert not set(line) & set("<>\n")
