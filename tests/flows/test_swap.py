"""Swaps: nothing before the other accepts, then both shifts at once, following the shifts when the
rota is edited; and each way in which it cannot be is a sentence (product.md 24)."""

import functools
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.delivery.waits import answer_next
from app.flows import tell
from app.flows.admit import Operator, SlackCaller
from app.flows.contact import add_contact
from app.flows.cover import ask_for_cover, take_cover
from app.flows.kinds import Kind
from app.flows.swap import (
    accept_swap,
    decline_swap,
    keep_swap,
    propose_swap,
    undo_swap,
    withdraw_swap,
)
from app.flows.take_shift import take_shift
from app.flows.work import Refused, Work
from app.organisation.apply import apply
from app.organisation.example import example_text
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules import rota
from app.rules.ladder import Method
from app.rules.organisation import Anchor
from storage import swaps
from storage.swaps import SwapState
from storage.tables import audit, contact_methods, effects, overrides
from tests.kit import Bench, open_kit

FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Ana's week of the volunteers begins; the bench stands at Monday 22:00 before it. Chi has the
week after it."""
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)
ANA, BEN, CHI, MIA = (
    SlackCaller(slack_id=f"U{name}", team="T1") for name in ("ANA", "BEN", "CHI", "MIA")
)
A, C = "ana@acme.test", "chi@acme.test"
SEAL = Seal("a-key-for-tests-only-0123456789abcdef")
HERS, HIS = date(2026, 11, 27), date(2026, 12, 4)
propose = functools.partial(propose_swap, rota_id="volunteers", why="a wedding")


@pytest.fixture(autouse=True)
def with_phones(bench: Bench) -> None:
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=True)
    for name in ("ana", "chi"):
        bench.do(
            add_contact, f"{name}@acme.test", method=Method.PUSH, target=target, seal=SEAL,
            by=Operator(),
        )  # fmt: skip


def proposed(bench: Bench, **changes: Any) -> int:
    """Ana's week for Chi's."""
    given = {"mine": HERS, "theirs": Anchor(person=C, day=HIS), "by": ANA, **changes}
    return int(bench.do(lambda work: propose(work, **given)).id)


def serves(bench: Bench, at: datetime) -> str | None:
    return bench.do(lambda work: work.schedule.on_duty("volunteers", at).person)  # type: ignore[no-any-return]


def weeks(bench: Bench, number: int = 4) -> list[str | None]:
    return [serves(bench, FRIDAY + n * WEEK) for n in range(number)]


def state(bench: Bench, swap: int) -> SwapState:
    found = bench.do(lambda work: swaps.get(work.tx, swap))
    assert found is not None
    return SwapState(found.state)


def told(bench: Bench) -> dict[str, str]:
    """Every letter and post that is due, by its key."""

    def look(work: Work) -> dict[str, str]:
        found = {}
        for row in work.tx.execute(select(effects).where(effects.c.outcome == "due")):
            if row.kind in (Kind.LETTER, Kind.BOARD):
                message = (
                    tell.letter(work, row.facts)[1]
                    if row.kind == Kind.LETTER
                    else tell.board(work, row.facts)
                )
                found[row.key] = message.text if message else ""
        return found

    return dict(bench.do(look))


def settle(bench: Bench, at: datetime) -> None:
    bench.clock.now = at
    while bench.do(answer_next):
        pass


def test_only_the_other_is_asked_and_nothing_changes_before_they_accept(bench: Bench) -> None:
    proposed(bench)
    found = told(bench)
    assert set(found) == {f"letter:swap_asked:1:{C}"}
    text = found[f"letter:swap_asked:1:{C}"]
    assert "*Ana asks you to swap shifts* on volunteers" in text
    assert "You would have <!date^1795802400^" in text
    assert "“a wedding”" in text
    assert weeks(bench) == [A, C, A, C]


def test_accepted_both_shifts_change_hands_and_both_are_told(bench: Bench) -> None:
    swap = proposed(bench)
    bench.do(accept_swap, swap, by=CHI)
    assert weeks(bench) == [C, A, A, C]
    assert state(bench, swap) is SwapState.ACCEPTED
    found = told(bench)
    assert "*Ana and Chi have swapped.*" in found[f"letter:swap_told:1:accepted:{A}"]
    assert "Accept" not in found[f"letter:swap_asked:1:{C}"]
    assert found["board:swap:1"].startswith(":arrows_counterclockwise: *Ana and Chi have swapped")


def test_pressed_twice_it_is_one_swap(bench: Bench) -> None:
    swap = proposed(bench)
    for _ in range(2):
        bench.do(accept_swap, swap, by=CHI)
    count = bench.do(lambda work: len(work.tx.execute(select(overrides)).all()))
    assert count == 2


def test_two_processes_that_accept_at_once_make_one_swap(bench: Bench) -> None:
    swap = proposed(bench)
    other = open_kit(bench.database, clock=bench.clock)
    other.do_now(accept_swap, None, swap, by=CHI)
    bench.do(accept_swap, swap, by=MIA)
    other.close()
    count = bench.do(lambda work: len(work.tx.execute(select(overrides)).all()))
    assert count == 2


def test_a_swap_follows_its_shifts_when_the_rota_is_edited(bench: Bench) -> None:
    bench.do(accept_swap, proposed(bench), by=CHI)
    later = example_text().replace('day = "fri", time = "18:00"', 'day = "fri", time = "12:00"', 1)
    with bench.database.write.begin() as tx:
        apply(tx, later, now=bench.clock(), by="operator")
    # The edit serves from the next boundary; Chi's week then begins at noon, and it is Ana's.
    noon = FRIDAY + WEEK - 6 * HOUR
    assert serves(bench, noon - HOUR) == C
    assert serves(bench, noon) == A
    assert serves(bench, noon + WEEK) == A


def test_who_cannot_says_so_and_nothing_changes(bench: Bench) -> None:
    swap = proposed(bench)
    for _ in range(2):
        bench.do(decline_swap, swap, by=CHI)
    assert state(bench, swap) is SwapState.DECLINED
    assert "Chi cannot swap" in told(bench)[f"letter:swap_told:1:declined:{A}"]
    with pytest.raises(Refused, match="is over"):
        bench.do(accept_swap, swap, by=CHI)
    assert weeks(bench) == [A, C, A, C]


def test_it_is_withdrawn_before_there_is_an_answer(bench: Bench) -> None:
    swap = proposed(bench)
    with pytest.raises(Refused, match=r"Only ana@acme.test or a manager"):
        bench.do(withdraw_swap, swap, by=CHI)
    for _ in range(2):
        bench.do(withdraw_swap, swap, by=ANA)
    assert "withdrew the swap" in told(bench)[f"letter:swap_asked:1:{C}"]
    with pytest.raises(Refused, match="is over"):
        bench.do(accept_swap, swap, by=CHI)
    made = proposed(bench)
    bench.do(accept_swap, made, by=CHI)
    with pytest.raises(Refused, match="accepted already"):
        bench.do(withdraw_swap, made, by=ANA)


def test_it_is_over_when_the_first_shift_begins(bench: Bench) -> None:
    swap = proposed(bench)
    settle(bench, FRIDAY)
    assert state(bench, swap) is SwapState.PASSED
    assert "is over" in told(bench)[f"letter:swap_told:1:passed:{A}"]


def test_both_together_undo_it(bench: Bench) -> None:
    swap = proposed(bench)
    bench.do(accept_swap, swap, by=CHI)
    bench.do(undo_swap, swap, by=ANA)
    bench.do(undo_swap, swap, by=ANA)
    assert weeks(bench) == [C, A, A, C]
    assert "*Ana asks to undo your swap*" in told(bench)[f"letter:swap_undo_asked:1:{C}"]
    bench.do(undo_swap, swap, by=CHI)
    bench.do(undo_swap, swap, by=CHI)
    assert weeks(bench) == [A, C, A, C]
    assert state(bench, swap) is SwapState.UNDONE
    assert "is undone" in told(bench)[f"letter:swap_told:1:undone:{A}"]
    assert "have undone their swap" in told(bench)["board:swap:1"]


def test_the_other_may_keep_it(bench: Bench) -> None:
    swap = proposed(bench)
    bench.do(accept_swap, swap, by=CHI)
    bench.do(undo_swap, swap, by=ANA)
    with pytest.raises(Refused, match=r"Only chi@acme.test or a manager"):
        bench.do(keep_swap, swap, by=ANA)
    bench.do(keep_swap, swap, by=CHI)
    assert weeks(bench) == [C, A, A, C]
    assert "*The swap stands:*" in told(bench)[f"letter:swap_kept:1:{A}"]


def test_a_manager_acts_for_all_of_it(bench: Bench) -> None:
    swap = proposed(bench, by=MIA, person=A)
    assert "A manager asked Chi" in told(bench)[f"letter:swap_told:1:proposed:{A}"]
    bench.do(accept_swap, swap, by=MIA)
    assert weeks(bench) == [C, A, A, C]
    found = told(bench)
    assert f"letter:swap_told:1:accepted:{A}" in found
    assert f"letter:swap_told:1:accepted:{C}" in found
    bench.do(undo_swap, swap, by=MIA)
    assert weeks(bench) == [A, C, A, C]


def test_nobody_else_acts_for_others(bench: Bench) -> None:
    swap = proposed(bench)
    for act in (accept_swap, decline_swap):
        with pytest.raises(Refused, match=r"Only chi@acme.test or a manager"):
            bench.do(act, swap, by=BEN)
    bench.do(accept_swap, swap, by=CHI)
    with pytest.raises(Refused, match="or a manager can undo"):
        bench.do(undo_swap, swap, by=BEN)


# ── what cannot be swapped ────────────────────────────────────────────────────────────────────
def test_the_running_shift_is_not_swapped(bench: Bench) -> None:
    theirs = Anchor(person=A, day=HERS)
    with pytest.raises(Refused, match="no whole shift of volunteers to come"):
        proposed(bench, by=CHI, mine=date(2026, 11, 20), theirs=theirs)


def test_nor_is_what_is_somebody_elses(bench: Bench) -> None:
    with pytest.raises(Refused, match=r"ana@acme.test has no whole shift"):
        proposed(bench, mine=HIS)
    with pytest.raises(Refused, match="between two people"):
        proposed(bench, theirs=Anchor(person=A, day=date(2026, 12, 11)))


def test_nor_what_is_covered_in_part(bench: Bench) -> None:
    ask = functools.partial(ask_for_cover, rota_id="volunteers", by=ANA)
    request = bench.do(lambda work: ask(work, start=FRIDAY, end=FRIDAY + WEEK)).id
    with pytest.raises(Refused, match="asks for cover of this shift"):
        proposed(bench)
    bench.do(take_cover, request, by=CHI, start=FRIDAY, end=FRIDAY + HOUR)
    with pytest.raises(Refused, match="covered, taken or swapped in part"):
        proposed(bench)


def test_what_changed_hands_meanwhile_is_not_accepted_any_more(bench: Bench) -> None:
    swap = proposed(bench)
    bench.do(take_shift, "volunteers", by=CHI, at=FRIDAY + HOUR)
    with pytest.raises(Refused, match="covered, taken or swapped in part"):
        bench.do(accept_swap, swap, by=CHI)
    assert state(bench, swap) is SwapState.PROPOSED


def test_who_could_not_be_woken_does_not_swap(bench: Bench) -> None:
    bench.do(
        lambda work: work.tx.execute(
            contact_methods.update().where(contact_methods.c.person == C).values(verified_at=None)
        )
    )
    with pytest.raises(Refused, match=r"chi@acme.test is not reachable"):
        proposed(bench)


def test_the_same_swap_is_proposed_once_at_a_time(bench: Bench) -> None:
    proposed(bench)
    with pytest.raises(Refused, match="proposed already"):
        proposed(bench)
    with pytest.raises(Refused, match="proposed already"):
        proposed(bench, by=CHI, mine=HIS, theirs=Anchor(person=A, day=HERS))


def test_other_proposals_about_the_same_shift_are_over_with_it(bench: Bench) -> None:
    first = proposed(bench)
    second = proposed(bench, theirs=Anchor(person=C, day=date(2026, 12, 18)))
    bench.do(accept_swap, second, by=CHI)
    assert state(bench, first) is SwapState.PASSED
    with pytest.raises(Refused, match="is over"):
        bench.do(accept_swap, first, by=CHI)


def test_what_has_begun_is_not_undone(bench: Bench) -> None:
    swap = proposed(bench)
    bench.do(accept_swap, swap, by=CHI)
    bench.clock.now = FRIDAY
    with pytest.raises(Refused, match="has begun"):
        bench.do(undo_swap, swap, by=MIA)


def test_a_swap_undone_leaves_nothing_wherever_the_rota_has_put_it(bench: Bench) -> None:
    """Its shifts lie later now than when it was made; the time between is not its own."""
    theirs = Anchor(person=C, day=HIS + 2 * WEEK)
    bench.do(accept_swap, proposed(bench, mine=HERS + 2 * WEEK, theirs=theirs), by=CHI)
    later = example_text().replace('day = "fri", time = "18:00"', 'day = "sat", time = "18:00"', 1)
    with bench.database.write.begin() as tx:
        apply(tx, later, now=bench.clock(), by="operator")
    # Ana's week begins on Saturday the 5th now, and was to begin on Friday the 11th.
    bench.clock.now = FRIDAY + WEEK + 6 * HOUR
    bench.do(undo_swap, 1, by=Operator())

    def as_planned(work: Work) -> bool:
        start, end = FRIDAY - WEEK, FRIDAY + 6 * WEEK
        versions, _ = work.schedule.rotas["volunteers"]
        final = work.schedule.shifts("volunteers", start, end)
        return final == rota.shifts(versions, (), start, end)

    assert bench.do(as_planned)


def test_an_unknown_one_is_said(bench: Bench) -> None:
    with pytest.raises(Refused, match="not known"):
        bench.do(accept_swap, 77, by=CHI)


def test_every_act_is_in_the_audit_log(bench: Bench) -> None:
    swap = proposed(bench)
    bench.do(accept_swap, swap, by=CHI)
    bench.do(undo_swap, swap, by=ANA)
    bench.do(keep_swap, swap, by=CHI)
    bench.do(undo_swap, swap, by=MIA)

    def acts(work: Work) -> list[tuple[str, str]]:
        rows = work.tx.execute(select(audit).order_by(audit.c.id))
        return [(row.act, row.by) for row in rows if row.subject == "swap:1"]

    assert bench.do(acts) == [
        ("swap_proposed", A),
        ("swap_accepted", C),
        ("swap_undo_asked", A),
        ("swap_kept", C),
        ("swap_undone", "mia@acme.test"),
    ]
