"""From team to team: one digest an opening when there is something, one evening post a closing when
something is open; holidays and changed hours respected."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.chat.client import Posted
from app.delivery.waits import answer_next
from app.flows import tell
from app.flows.admit import Operator, SlackCaller
from app.flows.close import add_follow_up, close, set_root_cause
from app.flows.declare import declare
from app.flows.finish_follow_up import finish_follow_up
from app.flows.keep_days import are_days_planned, plan_days
from app.flows.record import delivered_digest
from app.flows.resolve import resolve
from app.flows.work import Refused, Work
from app.organisation.apply import apply
from app.organisation.example import example_text
from storage.tables import effects, follow_ups, timeline
from tests.flows.test_receive_alerts import report_slow, send
from tests.kit import Bench

MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)
"""Tuesday in Dublin; the bench stands at Monday 22:00 before it."""
CLOSING = datetime(2026, 11, 24, 18, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ANA = SlackCaller(slack_id="UANA", team="T1")


def at(bench: Bench, moment: datetime) -> None:
    """As the tick and the lanes look at it."""
    bench.clock.now = moment
    while bench.do(answer_next):
        pass
    if not bench.do(are_days_planned):
        bench.do(plan_days)


@pytest.fixture(autouse=True)
def planned(bench: Bench) -> None:
    at(bench, bench.clock.now)
    assert bench.do(are_days_planned)


def asked(bench: Bench, kind: str) -> list[Any]:
    query = select(effects).where(effects.c.kind == kind).order_by(effects.c.due)
    return list(bench.do(lambda work: work.tx.execute(query).all()))


def an_unclosed_one(bench: Bench) -> None:
    """Declared, resolved, and never closed."""
    bench.do(declare, "the load fails", by=ANA, service="nightly-elt", sla="elt-fresh")
    while bench.do(answer_next):
        pass
    bench.do(resolve, 1, by=ANA)


def digest_of(bench: Bench, row: Any) -> str | None:
    def say(work: Work) -> Any:
        at = datetime.fromisoformat(row.facts["at"])
        return tell.digest(work, row.facts["team"], key=row.key, at=at)

    found = bench.do(say)
    return found[0].text if found else None


def test_a_morning_without_anything_says_nothing(bench: Bench) -> None:
    at(bench, MORNING)
    at(bench, CLOSING)
    assert asked(bench, "digest") == []
    assert asked(bench, "evening") == []


def test_what_is_resolved_and_not_closed_comes_back_each_working_morning(bench: Bench) -> None:
    an_unclosed_one(bench)
    at(bench, MORNING - MINUTE)
    assert asked(bench, "digest") == []
    for day in range(4):
        at(bench, MORNING + day * DAY)
    rows = asked(bench, "digest")
    assert [row.key for row in rows] == [
        f"digest:data-infra:2026-11-{day}T09:00" for day in (24, 25, 26, 27)
    ]
    text = digest_of(bench, rows[-1])
    assert text is not None
    assert "Resolved, and not closed yet (1)" in text
    assert "still needs a root cause and a follow-up" in text
    for day in (4, 5):
        at(bench, MORNING + day * DAY)
    assert len(asked(bench, "digest")) == 4, "nothing on a weekend"
    at(bench, MORNING + 6 * DAY)
    bench.do(set_root_cause, 1, "a disk", by=ANA)
    bench.do(add_follow_up, 1, "none", by=ANA, none_because=True)
    bench.do(close, 1, by=ANA)
    before = len(asked(bench, "digest"))
    at(bench, MORNING + 7 * DAY)
    assert len(asked(bench, "digest")) == before


def test_a_holiday_is_no_morning(bench: Bench) -> None:
    an_unclosed_one(bench)
    at(bench, datetime(2026, 12, 24, 20, tzinfo=UTC))
    before = {row.key for row in asked(bench, "digest")}
    for hours in range(0, 96, 6):
        at(bench, datetime(2026, 12, 25, tzinfo=UTC) + timedelta(hours=hours))
    added = {row.key for row in asked(bench, "digest")} - before
    assert added == {"digest:data-infra:2026-12-28T09:00"}


def test_a_follow_up_of_a_night_is_told_at_the_next_opening_and_due_by_its_end(
    bench: Bench,
) -> None:
    an_unclosed_one(bench)
    bench.do(add_follow_up, 1, "a larger disk", by=ANA)
    [row] = bench.do(lambda work: work.tx.execute(select(follow_ups)).all())
    assert row.due == CLOSING
    at(bench, MORNING)
    [digest] = asked(bench, "digest")
    text = digest_of(bench, digest)
    assert text is not None
    assert "Follow-ups you owe (1)" in text
    assert "• INC-1: a larger disk, due <!date^" in text


def test_what_is_done_is_owed_no_longer(bench: Bench) -> None:
    an_unclosed_one(bench)
    bench.do(set_root_cause, 1, "a disk", by=ANA)
    owed = bench.do(add_follow_up, 1, "a larger disk", by=ANA)
    bench.do(close, 1, by=ANA)
    for _ in range(2):
        assert bench.do(finish_follow_up, owed.id, by=ANA).text == "a larger disk"
    kinds = bench.do(lambda work: work.tx.execute(select(timeline.c.kind)).scalars().all())
    assert kinds.count("follow_up_done") == 1
    at(bench, MORNING)
    assert asked(bench, "digest") == []
    with pytest.raises(Refused, match="not known"):
        bench.do(finish_follow_up, 99, by=ANA)


def test_what_was_held_and_what_is_owed_are_one_digest(bench: Bench) -> None:
    an_unclosed_one(bench)
    send(bench, report_slow())
    at(bench, MORNING)
    [row] = asked(bench, "digest")
    text = digest_of(bench, row)
    assert text is not None
    assert "1 thing waited for you" in text
    assert "not closed yet (1)" in text
    posted = Posted(channel="C1", ts="1.1")
    bench.do(delivered_digest, row.key, [2], posted=posted)
    assert digest_of(bench, row) is None, "what is owed is said once an opening"


def test_a_baton_that_was_down_in_the_morning_says_it_late_and_once(bench: Bench) -> None:
    an_unclosed_one(bench)
    at(bench, MORNING + timedelta(hours=3))
    [row] = asked(bench, "digest")
    text = digest_of(bench, row)
    assert text is not None
    assert "This is said 3 h late" in text
    at(bench, MORNING + timedelta(hours=4))
    assert len(asked(bench, "digest")) == 1


def test_days_without_baton_are_one_digest(bench: Bench) -> None:
    an_unclosed_one(bench)
    at(bench, MORNING + 2 * DAY + timedelta(hours=3))
    assert len(asked(bench, "digest")) == 1
    at(bench, MORNING + 3 * DAY)
    assert len(asked(bench, "digest")) == 2


def test_what_is_open_at_closing_is_told_once(bench: Bench) -> None:
    at(bench, MORNING)
    bench.do(declare, "reports are slow", by=ANA, service="report-builder")
    at(bench, CLOSING - MINUTE)
    assert asked(bench, "evening") == []
    at(bench, CLOSING)
    at(bench, CLOSING + MINUTE)
    [row] = asked(bench, "evening")
    assert row.key == "evening:data-infra:2026-11-24T18:00"
    message = bench.do(tell.evening, "data-infra", CLOSING)
    assert message is not None
    assert "closes for today, and 1 incident stays open" in message.text
    assert "INC-1" in message.text
    assert "For a P1 Chi is rung first until" in message.text
    bench.do(resolve, 1, by=Operator())
    assert bench.do(tell.evening, "data-infra", CLOSING) is None


def test_an_evening_that_is_said_in_the_morning_is_left_out(bench: Bench) -> None:
    at(bench, MORNING)
    bench.do(declare, "reports are slow", by=ANA, service="report-builder")
    bench.clock.now = CLOSING + timedelta(hours=2)
    late = bench.do(tell.evening, "data-infra", CLOSING)
    assert late is not None
    assert "said 2 h late" in late.text
    bench.clock.now = CLOSING + timedelta(hours=15)
    assert bench.do(tell.evening, "data-infra", CLOSING) is None


def test_hours_that_were_changed_meanwhile_make_no_morning_of_the_old_ones(bench: Bench) -> None:
    an_unclosed_one(bench)
    moved = example_text().replace('from = "09:00"\nto = "18:00"', 'from = "10:00"\nto = "18:00"')
    assert moved != example_text()
    with bench.database.write.begin() as tx:
        apply(tx, moved, now=bench.clock(), by="test")
    at(bench, bench.clock.now)
    at(bench, MORNING)
    assert asked(bench, "digest") == []
    at(bench, MORNING + timedelta(hours=1))
    assert [row.key for row in asked(bench, "digest")] == ["digest:data-infra:2026-11-24T10:00"]
