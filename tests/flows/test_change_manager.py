"""The managers' change: a line in the weekly handover where both fall together, else letters."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.delivery.waits import answer_next
from app.flows import tell
from app.flows.change_manager import is_manager_change_planned, plan_manager_change
from app.flows.hand_over import plan_handover
from app.flows.kinds import Kind
from app.flows.work import Work
from app.organisation.apply import apply
from app.organisation.example import example_text
from storage.tables import effects
from tests.kit import Bench

BOUNDARY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Noor follows Mia, at the same time as Ana follows Chi."""
APART = datetime(2026, 11, 25, 10, tzinfo=UTC)
"""The same on a Wednesday morning, once the managers' rota is changed."""
MANAGERS = (
    'id = "managers"\nkind = "managers"                      # members must be marked manager\n'
    'rotation = { every = "1w", day = "fri", time = "18:00"'
)


@pytest.fixture
def apart(bench: Bench) -> Bench:
    text = example_text()
    moved = MANAGERS.replace('day = "fri", time = "18:00"', 'day = "wed", time = "10:00"')
    assert MANAGERS in text
    since = 'from = "{}" }}\nmembers = ["mia'
    text = text.replace(MANAGERS, moved)
    text = text.replace(since.format("2026-01-02"), since.format("2025-12-31"))
    with bench.database.write.begin() as tx:
        apply(tx, text, now=bench.clock() - timedelta(days=30), by="test")
    return bench


def letters(bench: Bench) -> dict[str, str]:
    def look(work: Work) -> dict[str, str]:
        rows = work.tx.execute(select(effects).where(effects.c.kind == Kind.LETTER))
        found = {}
        for row in rows:
            if row.facts["what"] == "manager_change":
                message = tell.letter(work, row.facts)[1]
                found[row.facts["to"].partition("@")[0]] = message.text if message else ""
        return found

    return dict(bench.do(look))


def at(bench: Bench, moment: datetime) -> None:
    bench.clock.now = moment
    for _ in range(2):
        while bench.do(answer_next):
            pass
        bench.do(plan_handover)
        if not bench.do(is_manager_change_planned):
            bench.do(plan_manager_change)


def test_together_with_the_weekly_handover_it_is_a_line_there(bench: Bench) -> None:
    at(bench, bench.clock.now)
    assert bench.do(is_manager_change_planned)
    at(bench, BOUNDARY)
    assert letters(bench) == {}
    text = bench.do(tell.handover, 1).text
    assert "Behind them: <@UNOOR>, manager on duty from now on, after Mia." in text


def test_apart_from_it_both_managers_are_told_in_private(apart: Bench) -> None:
    at(apart, apart.clock.now)
    boundaries = apart.do(
        lambda work: work.schedule.shifts("managers", work.now, work.now + timedelta(days=14))
    )
    boundary = next(each.start for each in boundaries if each.start > apart.clock.now)
    at(apart, boundary - timedelta(seconds=1))
    assert letters(apart) == {}
    at(apart, boundary)
    found = letters(apart)
    assert set(found) == {"mia", "noor"}
    assert sum("*You are the manager on duty* until" in each for each in found.values()) == 1
    assert sum("not the manager on duty any more" in each for each in found.values()) == 1
    at(apart, boundary + timedelta(hours=1))
    assert letters(apart) == found


def test_one_that_went_by_while_baton_was_down_for_weeks_is_left_out(apart: Bench) -> None:
    at(apart, apart.clock.now)
    at(apart, apart.clock.now + timedelta(days=30))
    assert letters(apart) == {}
