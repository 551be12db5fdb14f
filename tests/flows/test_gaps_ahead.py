"""Gaps are seen 60 days ahead, told once, and their post says when they are closed."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.flows import tell
from app.flows.gaps_ahead import gaps_found, look_for_gaps
from app.rules.coverage import Lack
from storage import gaps, overrides
from storage.gaps import Gap
from storage.tables import effects
from tests.kit import Bench

ENDS = datetime(2027, 3, 5, 18, tzinfo=UTC)
"""The last tour of the example ends: from then on nobody is a volunteer."""
DAY = timedelta(days=1)


def look(bench: Bench, at: datetime) -> bool:
    bench.clock.now = at
    return bool(bench.do(look_for_gaps))


def stored(bench: Bench) -> list[Gap]:
    return list(bench.do(lambda work: gaps.list_open(work.tx)))


def posts(bench: Bench) -> list[str]:
    with bench.database.read.begin() as tx:
        wanted = select(effects).where(effects.c.key.like("board:gap:%")).order_by(effects.c.id)
        rows = list(tx.execute(wanted))
    told = [bench.do(tell.board, row.facts) for row in rows]
    return [each.text for each in told if each is not None]


def cover(bench: Bench, start: datetime, end: datetime) -> None:
    bench.do(
        lambda work: overrides.add(
            work.tx, rota="volunteers", slot=0, person="ana@acme.test", start=start, end=end,
            why="", at=work.now, by="mia@acme.test",
        )
    )  # fmt: skip


def test_a_gap_is_told_when_it_comes_within_60_days_and_only_once(bench: Bench) -> None:
    assert not look(bench, ENDS - 60 * DAY - DAY)
    assert look(bench, ENDS - 60 * DAY + timedelta(hours=1))
    [gap] = stored(bench)
    assert (gap.rota, gap.tier, gap.lack, gap.services) == ("volunteers", 1, Lack.NOBODY, None)
    assert (gap.start_at, gap.end_at) == (ENDS, None)
    [text] = posts(bench)
    assert "A gap is coming on volunteers" in text
    assert "the managers are paged at once" in text
    assert not look(bench, ENDS - 50 * DAY)
    assert not look(bench, ENDS + 50 * DAY)  # it runs, and its beginning stays what it was
    assert len(stored(bench)) == 1


def test_its_post_says_when_it_is_closed(bench: Bench) -> None:
    look(bench, ENDS - 30 * DAY)
    cover(bench, ENDS, ENDS + 400 * DAY)
    assert bench.do(gaps_found)
    assert look(bench, ENDS - 30 * DAY + timedelta(minutes=1))
    assert stored(bench) == []
    [text] = posts(bench)
    assert "The gap on volunteers is closed" in text
    assert not look(bench, ENDS - 29 * DAY)


def test_a_gap_that_is_filled_in_part_is_edited(bench: Bench) -> None:
    look(bench, ENDS - 30 * DAY)
    cover(bench, ENDS, ENDS + 7 * DAY)
    assert look(bench, ENDS - 30 * DAY)
    [gap] = stored(bench)
    assert gap.start_at == ENDS + 7 * DAY
    assert len(posts(bench)) == 1


def test_two_parts_of_a_gap_are_two_gaps(bench: Bench) -> None:
    look(bench, ENDS - 30 * DAY)
    cover(bench, ENDS + 7 * DAY, ENDS + 8 * DAY)
    assert look(bench, ENDS - 30 * DAY)
    assert [(each.start_at, each.end_at) for each in stored(bench)] == [
        (ENDS, ENDS + 7 * DAY),
        (ENDS + 8 * DAY, None),
    ]
    assert len(posts(bench)) == 2


def test_a_gap_whose_time_has_passed_is_over(bench: Bench) -> None:
    cover(bench, ENDS + DAY, ENDS + 400 * DAY)
    look(bench, ENDS - DAY)
    assert look(bench, ENDS + 2 * DAY)
    assert stored(bench) == []
    [text] = posts(bench)
    assert "is over" in text
