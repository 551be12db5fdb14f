"""The pager in the middle of a turn: one post a turn, edited whenever it changes hands again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.delivery.waits import answer_next
from app.flows import tell
from app.flows.change_pager import is_pager_posted, post_pager
from app.flows.hand_over import plan_handover
from app.flows.work import Work
from storage import leaves, overrides
from storage.tables import effects
from tests.kit import Bench

BOUNDARY = datetime(2026, 11, 27, 18, tzinfo=UTC)
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


def take(bench: Bench, person: str, start: datetime, end: datetime) -> int:
    def add(work: Work) -> int:
        return overrides.add(
            work.tx, rota="volunteers", person=f"{person}@acme.test", start=start, end=end,
            why="", at=work.now, by="mia@acme.test",
        )  # fmt: skip

    return int(bench.do(add))


def posts(bench: Bench) -> list[Any]:
    """(key, how often it was asked for, what it says)."""

    def look(work: Work) -> list[Any]:
        rows = work.tx.execute(select(effects).where(effects.c.key.startswith("board:pager")))
        found = []
        for row in rows:
            message = tell.board(work, row.facts)
            found.append((row.key, row.revision, message.text if message else None))
        return found

    return list(bench.do(look))


def look(bench: Bench, at: datetime | None = None) -> None:
    """As the tick looks, twice."""
    bench.clock.now = at or bench.clock.now
    for _ in range(2):
        if not bench.do(is_pager_posted):
            assert bench.do(post_pager)
    assert bench.do(is_pager_posted)


def test_a_turn_without_cover_says_nothing(bench: Bench) -> None:
    look(bench)
    look(bench, BOUNDARY)
    assert posts(bench) == []


def test_cover_in_mid_week_is_posted_when_it_begins_and_edited_when_it_ends(bench: Bench) -> None:
    start = BOUNDARY + 20 * HOUR
    take(bench, "noor", start, start + 10 * HOUR)
    look(bench, BOUNDARY)
    assert posts(bench) == []
    look(bench, start)
    [(key, revision, text)] = posts(bench)
    assert key == f"board:pager:volunteers:{BOUNDARY.isoformat()}"
    assert revision == 1
    assert text.startswith(":pager: *<@UNOOR> has the pager of volunteers* from <!date^")
    assert ", for Ana." in text
    assert "Then Ana from" in text
    assert "Before: Ana from" in text
    look(bench, start + HOUR)
    assert posts(bench)[0][1] == 1
    look(bench, start + 10 * HOUR)
    [(_, revision, text)] = posts(bench)
    assert revision == 2
    assert text.startswith(":pager: *<@UANA> has the pager")


def test_who_takes_it_from_now_on_is_posted_at_once(bench: Bench) -> None:
    bench.clock.now = BOUNDARY + 20 * HOUR
    take(bench, "noor", bench.clock.now, BOUNDARY + WEEK)
    look(bench)
    bench.clock.forward(hours=2)
    take(bench, "chi", bench.clock.now, BOUNDARY + WEEK)
    look(bench)
    [(_, revision, text)] = posts(bench)
    assert revision == 2
    assert text.startswith(":pager: *<@UCHI> has the pager")
    assert "Before: Ana from" in text
    assert "; Noor from" in text


def test_a_cover_that_is_withdrawn_is_the_rotas_again(bench: Bench) -> None:
    bench.clock.now = BOUNDARY + 20 * HOUR
    made = take(bench, "noor", bench.clock.now, BOUNDARY + WEEK)
    look(bench)
    bench.clock.forward(hours=1)
    bench.do(lambda work: overrides.withdraw(work.tx, [made], at=work.now, by="mia@acme.test"))
    look(bench)
    [(_, revision, text)] = posts(bench)
    assert revision == 2
    assert text.startswith(":pager: *<@UANA> has the pager")


def test_a_whole_turn_that_was_covered_before_is_the_handovers_to_say(bench: Bench) -> None:
    take(bench, "noor", BOUNDARY, BOUNDARY + WEEK)
    bench.do(plan_handover)
    bench.clock.now = BOUNDARY + HOUR
    while bench.do(answer_next):
        pass
    look(bench)
    assert posts(bench) == []


def test_a_stand_in_for_leave_is_posted_when_the_rota_comes_back(bench: Bench) -> None:
    def go_away(work: Work) -> None:
        leaves.add(
            work.tx, person="ana@acme.test", start_at=BOUNDARY, end_at=BOUNDARY + 24 * HOUR,
            kind="leave", note="", made_at=work.now, made_by="ana@acme.test",
        )  # fmt: skip

    bench.do(go_away)
    look(bench, BOUNDARY + HOUR)
    assert posts(bench) == []
    look(bench, BOUNDARY + 24 * HOUR)
    [(_, _, text)] = posts(bench)
    assert text.startswith(":pager: *<@UANA> has the pager")


@pytest.mark.parametrize("late", [HOUR, 9 * HOUR])
def test_a_baton_that_was_down_when_it_changed_says_it_once_it_is_back(
    bench: Bench, late: timedelta
) -> None:
    start = BOUNDARY + 20 * HOUR
    take(bench, "noor", start, start + 10 * HOUR)
    look(bench, start + late)
    [(_, revision, text)] = posts(bench)
    assert revision == 1
    assert text.startswith(":pager: *<@UNOOR> has the pager")
