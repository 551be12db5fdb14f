"""Absences: seen before they are saved, told to whom they touch, and never of a running shift."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.flows import tell
from app.flows.admit import Operator, SlackCaller
from app.flows.away import come_back, foresee_away, foresee_back, go_away, list_away
from app.flows.contact import add_contact
from app.flows.cover import ask_for_cover
from app.flows.kinds import Kind
from app.flows.work import Refused, Work
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.ladder import Method
from storage import covers
from storage.covers import CoverState
from storage.tables import audit, effects, leaves
from tests.kit import Bench

NOW = datetime(2026, 11, 23, 22, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
ANA, BEN, CHI, MIA, NOOR = (
    SlackCaller(slack_id=f"U{name}", team="T1") for name in ("ANA", "BEN", "CHI", "MIA", "NOOR")
)
SEAL = Seal("a-key-for-tests-only-0123456789abcdef")


def serves(bench: Bench, at: datetime, rota: str = "volunteers") -> str | None:
    return bench.do(lambda work: work.schedule.on_duty(rota, at).person)  # type: ignore[no-any-return]


def letters(bench: Bench) -> dict[tuple[str, str], str]:
    def look(work: Work) -> dict[tuple[str, str], str]:
        rows = work.tx.execute(select(effects).where(effects.c.kind == Kind.LETTER))
        found = {}
        for row in rows:
            message = tell.letter(work, row.facts)[1]
            found[row.facts["what"], row.facts["to"]] = message.text if message else ""
        return found

    return dict(bench.do(look))


def standing(bench: Bench) -> int:
    with bench.database.read.begin() as tx:
        rows = tx.execute(select(leaves).where(leaves.c.withdrawn_at.is_(None)))
        return len(rows.all())


def test_the_shift_goes_to_the_next_in_turn_who_is_told(bench: Bench) -> None:
    seen = bench.do(foresee_away, FRIDAY, FRIDAY + WEEK, by=ANA)
    [change] = [each for each in seen.changes if each.rota == "volunteers"]
    assert (change.before, change.after) == ("ana@acme.test", "chi@acme.test")
    assert serves(bench, FRIDAY) == "ana@acme.test"
    assert standing(bench) == 0
    bench.do(go_away, FRIDAY, FRIDAY + WEEK, by=ANA, note="a wedding")
    assert serves(bench, FRIDAY) == "chi@acme.test"
    assert serves(bench, FRIDAY + WEEK) == "chi@acme.test"
    told = letters(bench)
    assert set(told) == {("shifts_moved", "chi@acme.test")}
    assert "Yours now" in told["shifts_moved", "chi@acme.test"]
    assert "wedding" not in str(told)


def test_the_running_shift_is_not_moved_and_that_is_said(bench: Bench) -> None:
    seen = bench.do(foresee_away, NOW, FRIDAY, by=CHI)
    assert [(each.start, each.running) for each in seen.stays] == [(NOW, True)]
    bench.do(go_away, NOW, FRIDAY, by=CHI)
    assert serves(bench, NOW) == "chi@acme.test"


def test_coming_back_gives_the_shift_back(bench: Bench) -> None:
    leave = bench.do(go_away, FRIDAY, FRIDAY + WEEK, by=ANA)
    seen = bench.do(foresee_back, leave.id, by=ANA)
    [change] = [each for each in seen.changes if each.rota == "volunteers"]
    assert (change.before, change.after) == ("chi@acme.test", "ana@acme.test")
    assert serves(bench, FRIDAY) == "chi@acme.test"
    bench.do(come_back, leave.id, by=ANA)
    assert serves(bench, FRIDAY) == "ana@acme.test"
    with pytest.raises(Refused, match="removed already"):
        bench.do(come_back, leave.id, by=ANA)


def test_a_shift_that_began_meanwhile_stays_with_whoever_stood_in(bench: Bench) -> None:
    leave = bench.do(go_away, FRIDAY, FRIDAY + WEEK, by=ANA)
    bench.clock.now = FRIDAY + DAY
    seen = bench.do(foresee_back, leave.id, by=ANA)
    assert [each for each in seen.changes if each.rota == "volunteers"] == []
    bench.do(come_back, leave.id, by=ANA)
    assert serves(bench, FRIDAY + 2 * DAY) == "chi@acme.test"


def test_a_manager_enters_it_for_somebody_who_is_told(bench: Bench) -> None:
    leave = bench.do(go_away, FRIDAY, FRIDAY + WEEK, by=MIA, person="ana@acme.test")
    assert leave.person == "ana@acme.test"
    told = letters(bench)
    assert "Mia entered that you are away" in told["away_for_you", "ana@acme.test"]
    bench.do(come_back, leave.id, by=MIA)
    assert "Mia removed your absence" in letters(bench)["away_for_you", "ana@acme.test"]


@pytest.mark.parametrize("by", [BEN, CHI])
def test_nobody_else_enters_looks_at_or_removes_it(bench: Bench, by: SlackCaller) -> None:
    leave = bench.do(go_away, FRIDAY, FRIDAY + WEEK, by=ANA)
    for act in (
        lambda work: go_away(work, FRIDAY, FRIDAY + DAY, by=by, person="ana@acme.test"),
        lambda work: foresee_away(work, FRIDAY, FRIDAY + DAY, by=by, person="ana@acme.test"),
        lambda work: list_away(work, by=by, person="ana@acme.test"),
        lambda work: come_back(work, leave.id, by=by),
        lambda work: foresee_back(work, leave.id, by=by),
    ):
        with pytest.raises(Refused, match=r"Only ana@acme.test or a manager"):
            bench.do(act)
    assert standing(bench) == 1


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (FRIDAY, FRIDAY, "not after the start"),
        (FRIDAY, FRIDAY - DAY, "not after the start"),
        (NOW - 2 * DAY, NOW, "over already"),
        (FRIDAY, FRIDAY + 53 * WEEK, "may last a year"),
        (FRIDAY + 200 * WEEK, FRIDAY + 201 * WEEK, "may last a year"),
    ],
)
def test_odd_times_are_refused(bench: Bench, start: datetime, end: datetime, words: str) -> None:
    for flow in (foresee_away, go_away):
        with pytest.raises(Refused, match=words):
            bench.do(flow, start, end, by=ANA)
    assert standing(bench) == 0


def test_the_same_time_is_entered_once(bench: Bench) -> None:
    bench.do(go_away, FRIDAY, FRIDAY + WEEK, by=ANA)
    with pytest.raises(Refused, match="entered already"):
        bench.do(go_away, FRIDAY, FRIDAY + WEEK, by=ANA)
    bench.do(go_away, FRIDAY + DAY, FRIDAY + 2 * WEEK, by=ANA)
    assert len(bench.do(list_away, by=ANA)) == 2


def test_cover_that_is_needed_no_more_is_withdrawn_and_other_cover_stands(bench: Bench) -> None:
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=True)
    bench.do(
        add_contact, "chi@acme.test", method=Method.PUSH, target=target, seal=SEAL, by=Operator()
    )
    needless = bench.do(ask_for_cover, "volunteers", FRIDAY, FRIDAY + WEEK, by=ANA)
    later = bench.do(ask_for_cover, "volunteers", FRIDAY + 2 * WEEK, FRIDAY + 3 * WEEK, by=ANA)
    bench.do(go_away, FRIDAY, FRIDAY + WEEK, by=ANA)
    found = [
        bench.do(lambda work, one=each.id: covers.get(work.tx, one)) for each in (needless, later)
    ]
    assert [each.state for each in found] == [CoverState.WITHDRAWN, CoverState.OPEN]


def test_a_hole_in_the_managers_rota_is_seen(bench: Bench) -> None:
    duty = bench.do(lambda work: work.schedule.on_duty("managers", FRIDAY).person)
    first, second = (NOOR, MIA) if duty == "noor@acme.test" else (MIA, NOOR)
    bench.do(go_away, FRIDAY, FRIDAY + WEEK, by=first)
    seen = bench.do(foresee_away, FRIDAY, FRIDAY + WEEK, by=second)
    assert [each.after for each in seen.changes if each.rota == "managers"] == [None]


def test_every_act_is_written_down(bench: Bench) -> None:
    leave = bench.do(go_away, FRIDAY, FRIDAY + WEEK, by=ANA, note="a secret")
    bench.do(come_back, leave.id, by=ANA)
    with bench.database.read.begin() as tx:
        rows = [*tx.execute(select(audit).order_by(audit.c.id))]
    acts = [each for each in rows if each.subject == "person:ana@acme.test"]
    assert [each.act for each in acts] == ["away", "not_away"]
    assert "secret" not in str(rows)
