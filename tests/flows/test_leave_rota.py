"""Leaving and extending: from a boundary, without a reason, by nobody else's will
(product.md 22)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.flows import tell
from app.flows.admit import Operator, SlackCaller
from app.flows.contact import add_contact
from app.flows.cover import ask_for_cover, take_cover
from app.flows.extend_tour import extend_tour
from app.flows.kinds import Kind
from app.flows.know_people import know_people
from app.flows.leave_rota import GivenUp, Leaving, leave_rota, would_leave
from app.flows.own_tours import volunteers_rota
from app.flows.swap import accept_swap, propose_swap
from app.flows.tell.tours import mine_facts
from app.flows.volunteer import Wish, volunteer
from app.flows.work import Refused, Work
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.calendar import Interval
from app.rules.ladder import Method
from app.rules.organisation import Anchor
from storage import covers, swaps
from storage.covers import CoverState
from storage.swaps import SwapState
from storage.tables import effects, shadows, tours
from tests.kit import Bench, account

FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Ana's week of the volunteers begins; the bench stands at Monday 22:00 before it, in Chi's."""
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)
ANA, BEN, CHI, MIA = (
    SlackCaller(slack_id=f"U{n}", team="T1") for n in ("ANA", "BEN", "CHI", "MIA")
)
ANAS, BENS, CHIS = "ana@acme.test", "ben@acme.test", "chi@acme.test"
ENDS = date(2027, 3, 5)
"""Both tours of the file end on this day."""
SEAL = Seal("a-key-for-tests-only-0123456789abcdef")


def leave(bench: Bench, by: Any = CHI, person: str | None = None) -> Leaving:
    found = bench.do(leave_rota, by=by, person=person)
    assert isinstance(found, Leaving)
    return found


def serves(bench: Bench, at: datetime) -> str | None:
    return bench.do(lambda work: work.schedule.on_duty("volunteers", at).person)  # type: ignore[no-any-return]


def letters(bench: Bench) -> dict[str, str]:
    """Every letter that is due, by its key."""

    def read(work: Work) -> dict[str, str]:
        rows = work.tx.execute(select(effects).where(effects.c.kind == Kind.LETTER))
        told = {row.key: tell.letter(work, row.facts)[1] for row in rows}
        return {key: message.text if message else "" for key, message in told.items()}

    return dict(bench.do(read))


def test_what_it_does_is_said_before_anything_is_changed(bench: Bench) -> None:
    found = bench.do(would_leave, by=CHI)
    assert (found.since, found.running) == (FRIDAY, Interval(bench.clock.now, FRIDAY))
    assert found.given_up[0] == GivenUp(span=Interval(FRIDAY + WEEK, FRIDAY + 2 * WEEK), to=ANAS)
    assert (found.people, found.between) == (1, WEEK)
    assert serves(bench, FRIDAY + WEEK) == CHIS


def test_who_leaves_keeps_the_running_shift_and_has_no_other(bench: Bench) -> None:
    past = [serves(bench, FRIDAY - n * WEEK) for n in range(1, 9)]
    leave(bench)
    assert serves(bench, FRIDAY - HOUR) == CHIS
    assert {serves(bench, FRIDAY + n * WEEK) for n in range(14)} == {ANAS}
    # Old shifts stay what they were (product.md 26).
    assert [serves(bench, FRIDAY - n * WEEK) for n in range(1, 9)] == past


def test_whoever_gets_their_shifts_is_told_and_no_reason_is_asked(bench: Bench) -> None:
    leave(bench)
    [(key, text)] = letters(bench).items()
    assert key.startswith("letter:shifts_moved:")
    assert key.endswith(":ana@acme.test")
    assert "somebody joined or left the volunteers" in text


def test_left_twice_is_left_once(bench: Bench) -> None:
    leave(bench)
    with pytest.raises(Refused, match=r"ends at the next boundary already, on 27 Nov at 18:00 UTC"):
        leave(bench)
    bench.clock.now = FRIDAY
    with pytest.raises(Refused, match="no tour with volunteers"):
        leave(bench)


def test_who_has_no_tour_has_nothing_to_leave(bench: Bench) -> None:
    for act in (would_leave, leave_rota):
        with pytest.raises(Refused, match=r"ben@acme.test has no tour"):
            bench.do(act, by=BEN)


def test_a_tour_that_was_made_in_slack_is_left_too_and_the_one_after_it(bench: Bench) -> None:
    bench.do(volunteer, Wish(weeks=4), by=BEN)
    bench.do(volunteer, Wish(starts=date(2027, 4, 2)), by=BEN)
    leave(bench, by=BEN)
    assert BENS not in {serves(bench, FRIDAY + n * WEEK) for n in range(40)}


def test_who_left_may_come_back(bench: Bench) -> None:
    leave(bench)
    bench.clock.now = FRIDAY + HOUR
    bench.do(volunteer, Wish(), by=CHI)
    assert serves(bench, FRIDAY + WEEK) == CHIS


def test_who_left_before_the_boundary_may_change_their_mind(bench: Bench) -> None:
    leave(bench)
    bench.do(volunteer, Wish(), by=CHI)
    assert serves(bench, FRIDAY + WEEK) == CHIS


def test_what_they_took_of_others_shifts_goes_back(bench: Bench) -> None:
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=True)
    bench.do(add_contact, CHIS, method=Method.PUSH, target=target, seal=SEAL, by=Operator())
    request = bench.do(ask_for_cover, "volunteers", FRIDAY, FRIDAY + WEEK, by=ANA).id
    bench.do(take_cover, request, by=CHI)
    assert serves(bench, FRIDAY) == CHIS
    leave(bench)
    assert serves(bench, FRIDAY) == ANAS
    assert any("ana@" in key and "shifts_moved" in key for key in letters(bench))


def test_what_they_asked_cover_for_needs_none(bench: Bench) -> None:
    span = (FRIDAY + WEEK, FRIDAY + 2 * WEEK)
    request = bench.do(ask_for_cover, "volunteers", *span, by=CHI).id
    leave(bench)
    state = bench.do(lambda work: covers.get(work.tx, request)).state
    assert state is CoverState.WITHDRAWN


@pytest.fixture
def swapped(bench: Bench) -> int:
    """Ana has Chi's week of 4 December, and Chi hers of 27 November."""
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=True)
    for person in (ANAS, CHIS):
        bench.do(add_contact, person, method=Method.PUSH, target=target, seal=SEAL, by=Operator())
    theirs = Anchor(person=CHIS, day=date(2026, 12, 4))
    swap = bench.do(propose_swap, "volunteers", date(2026, 11, 27), theirs, by=ANA).id
    bench.do(accept_swap, swap, by=CHI)
    assert (serves(bench, FRIDAY), serves(bench, FRIDAY + WEEK)) == (CHIS, ANAS)
    return int(swap)


def test_what_they_swapped_goes_back(bench: Bench, swapped: int) -> None:
    """The other half of a swap must not follow them into the shift that they keep."""
    expected = bench.do(would_leave, by=CHI)
    assert [(each.span.start, each.to) for each in expected.given_up][:1] == [(FRIDAY, ANAS)]
    leave(bench)
    assert serves(bench, bench.clock.now) == serves(bench, FRIDAY - HOUR) == CHIS
    assert {serves(bench, FRIDAY + n * WEEK) for n in range(8)} == {ANAS}
    found = bench.do(lambda work: swaps.get(work.tx, swapped))
    assert found.state is SwapState.UNDONE


def test_of_a_swap_that_has_begun_what_was_served_stays(bench: Bench, swapped: int) -> None:
    bench.clock.now = FRIDAY + HOUR
    leave(bench)
    assert serves(bench, bench.clock.now) == CHIS
    assert serves(bench, FRIDAY - HOUR) == CHIS
    assert {serves(bench, FRIDAY + n * WEEK) for n in range(1, 8)} == {ANAS}


def test_who_joins_moves_no_swap_into_the_running_shift(bench: Bench, swapped: int) -> None:
    """Chi's week of 4 December is another's now, and the running one is as near as the next."""
    bench.do(know_people, [account("dee")])
    for by in (BEN, SlackCaller(slack_id="UDEE", team="T1")):
        bench.do(volunteer, Wish(), by=by)
    assert serves(bench, bench.clock.now) == serves(bench, FRIDAY - HOUR) == CHIS


def test_a_swap_that_waits_for_an_answer_is_over(bench: Bench) -> None:
    theirs = Anchor(person=CHIS, day=date(2026, 12, 4))
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=True)
    for person in (ANAS, CHIS):
        bench.do(add_contact, person, method=Method.PUSH, target=target, seal=SEAL, by=Operator())
    swap = bench.do(propose_swap, "volunteers", date(2026, 11, 27), theirs, by=ANA).id
    leave(bench)
    assert bench.do(lambda work: swaps.get(work.tx, swap)).state is SwapState.PASSED


def test_they_look_on_no_more(bench: Bench) -> None:
    bench.do(volunteer, Wish(starts=date(2026, 12, 4)), by=BEN, shadowing=True)
    leave(bench, by=BEN)
    rows = bench.do(lambda work: work.tx.execute(select(shadows)).all())
    assert [row.withdrawn_at for row in rows] == [bench.clock.now]


def test_a_manager_may_end_a_tour_and_its_volunteer_is_told(bench: Bench) -> None:
    leave(bench, by=MIA, person=CHIS)
    assert serves(bench, FRIDAY + WEEK) == ANAS
    text = next(text for key, text in letters(bench).items() if "tour_ended_for_you" in key)
    assert text.startswith("Mia has ended your tour on the out-of-hours rota")


def test_nobody_else_may(bench: Bench) -> None:
    with pytest.raises(Refused, match=r"Only chi@acme.test or a manager"):
        leave(bench, by=BEN, person=CHIS)


# ── one more tour ─────────────────────────────────────────────────────────────────────────────
def test_a_tour_is_extended_once_however_often_it_is_pressed(bench: Bench) -> None:
    first = bench.do(extend_tour, ENDS, by=ANA)
    assert first.new
    assert (first.prospect.tour.starts, first.prospect.tour.ends) == (ENDS, date(2027, 9, 3))
    assert not bench.do(extend_tour, ENDS, by=ANA).new
    assert len(bench.do(lambda work: work.tx.execute(select(tours)).all())) == 1
    assert serves(bench, datetime(2027, 8, 1, tzinfo=UTC)) == ANAS


def test_nobody_promises_more_than_one_tour_ahead(bench: Bench) -> None:
    bench.do(extend_tour, ENDS, by=ANA)
    with pytest.raises(Refused, match="has not begun yet"):
        bench.do(extend_tour, date(2027, 9, 3), by=ANA)


@pytest.mark.parametrize("by", [BEN, ANA])
def test_a_button_of_another_tour_extends_nothing(bench: Bench, by: SlackCaller) -> None:
    with pytest.raises(Refused, match="over, or it was changed"):
        bench.do(extend_tour, date(2027, 1, 1), by=by)


def test_what_was_left_is_not_extended(bench: Bench) -> None:
    leave(bench)
    with pytest.raises(Refused, match="over, or it was changed"):
        bench.do(extend_tour, date(2026, 11, 27), by=CHI)


def test_my_tour_as_it_stands(bench: Bench) -> None:
    def mine(work: Work, person: str = CHIS) -> Any:
        return mine_facts(work, volunteers_rota(work), person)

    before = bench.do(mine)
    assert before.extends == "2027-03-05"
    assert before.shifts[:2] == [
        (bench.clock.now, FRIDAY),
        (FRIDAY + WEEK, FRIDAY + 2 * WEEK),
    ]
    leave(bench)
    after = bench.do(mine)
    assert (after.left, after.extends) == (True, None)
    assert after.shifts == [(bench.clock.now, FRIDAY)]
    assert bench.do(mine, person=BENS).tours == []
