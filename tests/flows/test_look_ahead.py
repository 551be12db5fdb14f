"""Each morning: notices of tours that end, and whether there are volunteers enough
(product.md 22)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.delivery.waits import answer_next
from app.flows import tell
from app.flows.admit import SlackCaller
from app.flows.extend_tour import extend_tour
from app.flows.kinds import Kind
from app.flows.know_people import know_people
from app.flows.leave_rota import leave_rota
from app.flows.look_ahead import is_look_planned, plan_look
from app.flows.tour_notices import let_tour_end
from app.flows.volunteer import Wish, volunteer
from app.flows.work import Work
from app.organisation.example import example_text
from storage.engine import Database
from storage.tables import effects, pool_warnings
from tests.kit import Bench, SetClock, account, open_bench, open_kit

DAY, WEEK, HOUR = timedelta(days=1), timedelta(weeks=1), timedelta(hours=1)
ENDS = datetime(2027, 3, 5, 18, tzinfo=UTC)
"""When both tours of the file are over."""
ANA, BEN, CHI = (SlackCaller(slack_id=f"U{name}", team="T1") for name in ("ANA", "BEN", "CHI"))
ANAS, CHIS = "ana@acme.test", "chi@acme.test"


@pytest.fixture
def bench(database: Database, clock: SetClock) -> Iterator[Bench]:
    """The example organisation, which is content with one to two volunteers."""
    text = example_text().replace("pool = { min = 5, max = 8 }", "pool = { min = 2, max = 2 }")
    opened = open_bench(database, clock=clock, organisation=text)
    opened.do(plan_look)
    yield opened
    opened.kit.close()


def wait(bench: Bench, at: datetime) -> None:
    """What is due by then, at once: as after a Baton that was down."""
    bench.clock.now = at
    bench.do(know_people, [account(name) for name in ("ana", "ben", "chi", "mia")])
    while bench.do(answer_next):
        pass


def live(bench: Bench, until: datetime) -> None:
    """Every day until then has its look, in its time."""
    while bench.clock.now < until:
        wait(bench, min(bench.clock.now + DAY, until))


def said(bench: Bench, kind: Kind = Kind.LETTER) -> dict[str, str]:
    """Every letter (or post) about tours and the pool that was asked for, as it reads now."""

    def read(work: Work) -> dict[str, str]:
        rows = work.tx.execute(select(effects).where(effects.c.kind == kind)).all()
        found = {}
        for row in rows:
            if "moved" in row.key:
                continue
            letter = kind is Kind.LETTER
            message = tell.letter(work, row.facts)[1] if letter else tell.board(work, row.facts)
            found[row.key] = message.text if message else ""
        return found

    return dict(bench.do(read))


def revisions(bench: Bench) -> dict[str, int]:
    """How often each letter and post was asked for."""
    wanted = select(effects).where(effects.c.kind.in_([Kind.LETTER, Kind.BOARD]))
    rows = bench.do(lambda work: work.tx.execute(wanted).all())
    return {row.key: row.revision for row in rows}


# ── the look itself ───────────────────────────────────────────────────────────────────────────
def test_a_look_plans_the_next_one(bench: Bench) -> None:
    assert bench.do(is_look_planned)
    wait(bench, datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert bench.do(is_look_planned)
    assert bench.do(plan_look) == datetime(2026, 11, 25, 9, tzinfo=UTC)


def test_a_look_is_at_nine_on_the_clocks_of_the_organisation(bench: Bench) -> None:
    bench.clock.now = datetime(2027, 3, 27, 12, tzinfo=UTC)
    assert bench.do(plan_look) == datetime(2027, 3, 28, 8, tzinfo=UTC)  # summer time begins


def test_two_replicas_look_once(bench: Bench) -> None:
    other = open_kit(bench.database, clock=bench.clock)
    other.do_now(plan_look, None)
    wanted = select(effects).where(effects.c.key.like("reminder:look_ahead:%"))
    assert len(bench.do(lambda work: work.tx.execute(wanted).all())) == 1
    bench.clock.now += DAY
    answered = [each for each in (other.do_now(answer_next, None), bench.do(answer_next)) if each]
    assert len(answered) == 1
    other.close()


# ── tours that end ────────────────────────────────────────────────────────────────────────────
def test_a_volunteer_is_told_four_and_two_weeks_before_and_at_the_end(bench: Bench) -> None:
    live(bench, ENDS - 4 * WEEK - timedelta(seconds=1))
    assert said(bench) == {}
    wait(bench, ENDS - 4 * WEEK)
    found = said(bench)
    assert set(found) == {f"letter:tour_ends:2027-03-05:28:{person}" for person in (ANAS, CHIS)}
    [text] = {text for key, text in found.items() if ANAS in key}
    assert text.startswith(":hourglass: *Your tour on the out-of-hours rota ends in 4 weeks*")
    assert "extended by nobody but you" in text
    live(bench, ENDS - 2 * WEEK)
    assert "ends in 2 weeks" in said(bench)[f"letter:tour_ends:2027-03-05:14:{ANAS}"]
    live(bench, ENDS + 10 * DAY)
    assert "is over" in said(bench)[f"letter:tour_ends:2027-03-05:0:{ANAS}"]
    tours = {key: n for key, n in revisions(bench).items() if "tour_ends" in key}
    assert len(tours) == 6
    assert set(tours.values()) == {1}, "each was told exactly once"


def test_a_baton_that_was_down_tells_the_newest_notice_only(bench: Bench) -> None:
    wait(bench, ENDS - 4 * WEEK + DAY)
    assert set(said(bench)) == {
        f"letter:tour_ends:2027-03-05:28:{person}" for person in (ANAS, CHIS)
    }
    wait(bench, ENDS - WEEK)
    assert not any(":14:" in key for key in said(bench))


def test_who_extends_is_not_told_that_it_ends(bench: Bench) -> None:
    live(bench, ENDS - 4 * WEEK)
    bench.do(extend_tour, ENDS.date(), by=ANA)
    text = said(bench)[f"letter:tour_ends:2027-03-05:28:{ANAS}"]
    assert text.startswith(":white_check_mark: You stay another tour")
    live(bench, ENDS + DAY)
    assert [key for key in said(bench) if ANAS in key] == [f"letter:tour_ends:2027-03-05:28:{ANAS}"]


def test_who_left_is_not_told_that_it_ends(bench: Bench) -> None:
    bench.do(leave_rota, by=CHI)
    live(bench, ENDS - 4 * WEEK)
    assert not any(CHIS in key for key in said(bench) if "tour_ends" in key)


def test_let_it_end_asks_no_more_and_changes_nothing(bench: Bench) -> None:
    live(bench, ENDS - 4 * WEEK)
    for _ in range(2):
        assert bench.do(let_tour_end, ENDS.date(), by=ANA).ends == ENDS.date()
    assert "You let it end" in said(bench)[f"letter:tour_ends:2027-03-05:28:{ANAS}"]
    assert "You let it end" not in said(bench)[f"letter:tour_ends:2027-03-05:28:{CHIS}"]


def test_a_tour_that_was_made_in_slack_is_told_too_and_a_short_one_not_before_it_begins(
    bench: Bench,
) -> None:
    bench.do(volunteer, Wish(starts=date(2026, 11, 27), weeks=3), by=BEN)
    end = datetime(2026, 12, 18, 18, tzinfo=UTC)
    live(bench, end + DAY)
    about = {key for key in said(bench) if "tour_ends" in key}
    assert about == {f"letter:tour_ends:2026-12-18:{days}:ben@acme.test" for days in (14, 0)}


# ── the pool ──────────────────────────────────────────────────────────────────────────────────
def test_a_pool_that_is_as_it_should_be_is_not_spoken_of(bench: Bench) -> None:
    live(bench, bench.clock.now + 5 * DAY)
    assert said(bench) == said(bench, Kind.BOARD) == {}


def test_volunteers_are_called_for_before_there_are_too_few(bench: Bench) -> None:
    live(bench, ENDS - 8 * WEEK - DAY)
    assert said(bench, Kind.BOARD) == {}
    live(bench, ENDS - 8 * WEEK + DAY)
    [(key, text)] = said(bench, Kind.BOARD).items()
    assert key == "board:recruiting:1"
    assert text.startswith(":raised_hand: *The out-of-hours rota needs volunteers.*")
    assert "there are no volunteers" in text
    live(bench, ENDS - 7 * WEEK)
    assert revisions(bench)[key] == 1, "told once while nothing changes"
    bench.do(extend_tour, ENDS.date(), by=ANA)
    wait(bench, bench.clock.now)
    assert "there is 1 volunteer with a shift every week" in said(bench, Kind.BOARD)[key]
    bench.do(extend_tour, ENDS.date(), by=CHI)
    wait(bench, bench.clock.now)
    assert "has volunteers enough" in said(bench, Kind.BOARD)[key]
    assert revisions(bench)[key] == 3


def test_too_few_are_told_to_the_managers_and_the_channel_until_they_are_enough(
    bench: Bench,
) -> None:
    bench.do(leave_rota, by=CHI)
    wait(bench, bench.clock.now)
    assert "board:pool:1" not in said(bench, Kind.BOARD), "Chi serves until the boundary"
    live(bench, datetime(2026, 11, 28, 9, tzinfo=UTC))
    posts = said(bench, Kind.BOARD)
    few = next(key for key in posts if ":pool:" in key)
    assert posts[few].startswith(
        ":warning: *The out-of-hours rota: there is 1 volunteer with a shift every week, where 2"
    )
    managers = {key for key in said(bench) if ":pool:" in key}
    assert {key.rpartition(":")[2] for key in managers} == {"mia@acme.test", "noor@acme.test"}
    bench.do(volunteer, Wish(), by=BEN)
    live(bench, datetime(2026, 12, 5, 9, tzinfo=UTC))
    assert said(bench, Kind.BOARD)[few].startswith(
        ":white_check_mark: The out-of-hours rota: there are 2"
    )
    assert revisions(bench)[few] == 2
    rows = bench.do(lambda work: work.tx.execute(select(pool_warnings)).all())
    assert all(row.ended_at is not None for row in rows)


def test_too_many_are_told_too(bench: Bench) -> None:
    bench.do(volunteer, Wish(), by=BEN)
    live(bench, datetime(2026, 11, 29, 9, tzinfo=UTC))
    [(key, text)] = said(bench, Kind.BOARD).items()
    assert "there are 3 volunteers, each with a shift every 3 weeks, where 2 to 2 are" in text
    bench.do(leave_rota, by=BEN)
    live(bench, datetime(2026, 12, 5, 9, tzinfo=UTC))
    assert said(bench, Kind.BOARD)[key].startswith(":white_check_mark:")


def test_a_cause_that_comes_back_is_told_anew(bench: Bench) -> None:
    for n in range(2):
        bench.do(volunteer, Wish(), by=BEN)
        live(bench, bench.clock.now + 8 * DAY)
        bench.do(leave_rota, by=BEN)
        live(bench, bench.clock.now + 8 * DAY)
        assert len(said(bench, Kind.BOARD)) == n + 1


def test_who_is_deactivated_is_no_volunteer_any_more(bench: Bench) -> None:
    def gone(work: Work) -> Any:
        return know_people(work, [account("chi", deactivated=True)])

    wait(bench, bench.clock.now + DAY)
    bench.do(gone)
    bench.clock.now += DAY
    while bench.do(answer_next):
        pass
    assert any("there is 1 volunteer" in text for text in said(bench, Kind.BOARD).values())
