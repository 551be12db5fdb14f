"""What an incident asks to have said in Slack: each thing when it changed, and not otherwise."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.flows import speak
from app.flows.acknowledge import acknowledge
from app.flows.admit import SlackCaller
from app.flows.close import add_follow_up, close, set_root_cause
from app.flows.declare import declare
from app.flows.join import join
from app.flows.kinds import Kind
from app.flows.record import channel_made
from app.flows.resolve import resolve
from app.flows.update import update
from storage.tables import effects
from tests.flows.test_tell import fire
from tests.kit import Bench

ANA = SlackCaller(slack_id="UANA", team="T1")
CHI = SlackCaller(slack_id="UCHI", team="T1")


@pytest.fixture
def number(bench: Bench) -> int:
    """A P1 that has its channel."""
    found = fire(bench)
    bench.do(channel_made, found, channel_id="C0INCIDENT", name="inc-1-x")
    return found


def asked(bench: Bench, kind: Kind) -> int:
    """How often the one effect of a kind was asked for so far."""
    with bench.database.read.begin() as tx:
        rows = tx.execute(select(effects.c.revision).where(effects.c.kind == kind))
        return sum(1 + revision for (revision,) in rows)


def test_the_topic_is_set_when_state_or_holder_changed_and_only_then(
    bench: Bench, number: int
) -> None:
    def changes(flow: object, *args: object, **facts: object) -> tuple[int, int]:
        """How many topics and cards it asked for."""
        before = asked(bench, Kind.TOPIC), asked(bench, Kind.CARD)
        bench.do(flow, *args, **facts)
        return asked(bench, Kind.TOPIC) - before[0], asked(bench, Kind.CARD) - before[1]

    assert changes(join, number, by=ANA) == (0, 1)
    assert changes(acknowledge, number, by=CHI) == (1, 1)
    assert changes(acknowledge, number, by=ANA) == (0, 0)
    assert changes(update, number, "the load runs again", by=CHI) == (0, 1)
    assert changes(declare, "the load is late", by=ANA, service="nightly-elt") == (0, 1)
    assert changes(resolve, number, by=CHI) == (1, 1)
    assert changes(set_root_cause, number, "the disk was full", by=CHI) == (0, 1)
    assert changes(add_follow_up, number, "alert on the disk", by=CHI) == (0, 1)
    assert changes(close, number, by=CHI) == (1, 1)


@pytest.mark.parametrize(
    ("runbook", "bookmarks"),
    [
        ("https://wiki.example.com/elt", ["Runbook"]),
        ("docs/runbooks/elt.md", []),
        ("javascript:alert(1)", []),
    ],
)
def test_only_what_a_browser_opens_is_bookmarked(
    bench: Bench, runbook: str, bookmarks: list[str]
) -> None:
    number = fire(bench)
    found = bench.do(lambda work: work.incident(number))
    bare = replace(found, runbook=runbook, dashboard=None, channel_id="C0INCIDENT")
    bench.do(speak.dress_channel, bare)
    with bench.database.read.begin() as tx:
        rows = tx.execute(select(effects.c.facts).where(effects.c.kind == Kind.BOOKMARK))
        assert [facts["title"] for (facts,) in rows] == bookmarks
