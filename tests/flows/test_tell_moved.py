"""Edits that move somebody's shift tell that person, once, and nobody else (product.md 24)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.chat.words.moved import Cause
from app.flows import tell
from app.flows.kinds import Kind
from app.flows.tell_moved import telling_moved
from app.flows.work import Refused, Work
from app.organisation.apply import apply
from app.organisation.example import example_text
from storage import leaves, overrides
from storage.tables import effects
from tests.kit import Bench

FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Ana's week of the volunteers begins; the bench stands at Monday 22:00 before it."""
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)
ANA, CHI, MIA, NOOR = (f"{name}@acme.test" for name in ("ana", "chi", "mia", "noor"))


def letters(bench: Bench) -> dict[str, dict[str, Any]]:
    """Who is told what, with the text as it would be said."""

    def look(work: Work) -> dict[str, dict[str, Any]]:
        due = select(effects).where(effects.c.kind == Kind.LETTER)
        found = {}
        for row in work.tx.execute(due):
            message = tell.letter(work, row.facts)[1]
            assert message is not None
            assert row.facts["to"] not in found, "told twice"
            found[row.facts["to"]] = {**row.facts, "text": message.text}
        return found

    return dict(bench.do(look))


def change(bench: Bench, act: Callable[[Work], object], **told: Any) -> None:
    def flow(work: Work) -> None:
        with telling_moved(work, **{"cause": Cause.OVERRIDE, "by": MIA, **told}):
            act(work)

    bench.do(flow)


def gives_chi(work: Work, start: datetime = FRIDAY, end: datetime = FRIDAY + WEEK) -> None:
    overrides.add(
        work.tx, rota="volunteers", person=CHI, start=start, end=end, why="", at=work.now, by=MIA
    )


def test_who_loses_a_shift_and_who_gains_it_are_told(bench: Bench) -> None:
    change(bench, gives_chi)
    found = letters(bench)
    span = ["volunteers", FRIDAY.isoformat(), (FRIDAY + WEEK).isoformat()]
    assert {to: (each["lost"], each["gained"]) for to, each in found.items()} == {
        ANA: ([span], []),
        CHI: ([], [span]),
    }
    assert "*Not yours any more*\n• volunteers: <!date^1795802400^" in found[ANA]["text"]
    assert "*Yours now*" in found[CHI]["text"]
    assert "/oncall cover me" in found[CHI]["text"]


def test_a_part_of_a_shift_is_told_as_that_part(bench: Bench) -> None:
    change(bench, lambda work: gives_chi(work, FRIDAY + HOUR, FRIDAY + 3 * HOUR))
    [span] = letters(bench)[ANA]["lost"]
    assert span[1:] == [(FRIDAY + HOUR).isoformat(), (FRIDAY + 3 * HOUR).isoformat()]


def test_ones_own_act_and_what_another_letter_tells_are_not_told(bench: Bench) -> None:
    change(bench, gives_chi, by=ANA, but=[CHI])
    assert letters(bench) == {}


def test_what_moves_nobody_is_not_told(bench: Bench) -> None:
    change(bench, lambda work: gives_chi(work, FRIDAY - HOUR, FRIDAY))
    assert letters(bench) == {}


def test_a_leave_tells_whoever_stands_in(bench: Bench) -> None:
    def away(work: Work) -> None:
        leaves.add(
            work.tx, person=ANA, start_at=FRIDAY, end_at=FRIDAY + WEEK, kind="leave", note="",
            made_at=work.now, made_by=ANA,
        )  # fmt: skip

    change(bench, away, cause=Cause.AWAY, by=ANA)
    found = letters(bench)
    assert set(found) == {CHI}
    assert "somebody on the rota is away" in found[CHI]["text"]


def test_several_changes_in_one_act_are_one_letter_and_two_acts_are_two(bench: Bench) -> None:
    def both(work: Work) -> None:
        gives_chi(work)
        gives_chi(work, FRIDAY + 2 * WEEK, FRIDAY + 3 * WEEK)

    change(bench, both)
    assert len(letters(bench)[ANA]["lost"]) == 2
    change(bench, lambda work: gives_chi(work, FRIDAY + 4 * WEEK, FRIDAY + 5 * WEEK))
    rows = bench.do(lambda work: work.tx.execute(select(effects.c.key)).scalars().all())
    assert len([key for key in rows if key.endswith(ANA)]) == 2


def test_the_flow_goes_on_with_the_schedule_as_changed(bench: Bench) -> None:
    def flow(work: Work) -> str | None:
        with telling_moved(work, cause=Cause.OVERRIDE, by=MIA):
            gives_chi(work)
        return work.schedule.on_duty("volunteers", FRIDAY).person

    assert bench.do(flow) == CHI


def test_what_is_undone_was_never_in_force_and_tells_nobody(bench: Bench) -> None:
    def flow(work: Work) -> None:
        with telling_moved(work, cause=Cause.OVERRIDE, by=MIA):
            gives_chi(work)
        raise Refused("Not this time.")

    with pytest.raises(Refused):
        bench.do(flow)
    assert letters(bench) == {}
    serving = bench.do(lambda work: work.schedule.on_duty("volunteers", FRIDAY).person)
    assert serving == ANA
    # The next change gets the same number; it is not taken for the one that was undone.
    change(bench, lambda work: gives_chi(work, FRIDAY, FRIDAY + HOUR))
    serving = bench.do(lambda work: work.schedule.on_duty("volunteers", FRIDAY + HOUR).person)
    assert serving == ANA


# ── the organisation file ─────────────────────────────────────────────────────────────────────
def applied(bench: Bench, *edits: tuple[str, str]) -> None:
    text = example_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    with bench.database.write.begin() as tx:
        apply(tx, text, now=bench.clock(), by="operator")


def test_a_file_that_moves_shifts_tells_those_whose_they_are(bench: Bench) -> None:
    applied(
        bench, ('members = ["mia@acme.test", "noor@acme.test"]', 'members = ["noor@acme.test"]')
    )
    found = letters(bench)
    assert set(found) == {MIA, NOOR}
    assert (found[MIA]["gained"], found[NOOR]["lost"]) == ([], [])
    assert "the organisation file was edited" in found[MIA]["text"]
    # The running week stays hers: an edit takes effect at the next boundary.
    assert all(datetime.fromisoformat(start) >= FRIDAY for _, start, _ in found[MIA]["lost"])


def test_a_team_rota_changes_silently(bench: Bench) -> None:
    order = 'members = ["ana@acme.test", "ben@acme.test"]'
    turned = 'members = ["ben@acme.test", "ana@acme.test"]'
    days = 'days = ["mon", "tue", "wed", "thu", "fri"] }\n'
    applied(bench, (days + order, days + turned))
    assert letters(bench) == {}


def test_the_first_file_tells_nobody(bench: Bench) -> None:
    assert letters(bench) == {}
