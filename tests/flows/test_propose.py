"""A fair filling: proposed to managers, in force when one accepts it, and told to whoever moves."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.flows.admit import Operator, SlackCaller
from app.flows.contact import add_contact
from app.flows.propose import accept_proposal, assigned_in, dismiss_proposal, propose
from app.flows.work import Refused
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.ladder import Method
from storage import leaves, overrides, proposals
from storage.proposals import ProposalState
from storage.tables import effects
from tests.kit import Bench

FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Ana's week of the volunteers begins; Chi has the one before it."""
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
ANA, CHI = "ana@acme.test", "chi@acme.test"
MIA = SlackCaller(slack_id="UMIA", team="T1")
SEAL = Seal("a-key-for-tests-only-0123456789abcdef")


@pytest.fixture(autouse=True)
def with_phones(bench: Bench) -> None:
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=True)
    for person in (ANA, CHI):
        bench.do(
            add_contact, person, method=Method.PUSH, target=target, seal=SEAL, by=Operator()
        )  # fmt: skip


def made(bench: Bench, count: int = 3) -> int:
    return int(bench.do(propose, "volunteers", count, by=MIA).id)


def who(bench: Bench, proposal: int) -> list[str]:
    found = bench.do(lambda work: proposals.get(work.tx, proposal))
    return [each.person for each in assigned_in(found)]


def serves(bench: Bench, at: datetime) -> str | None:
    return bench.do(lambda work: work.schedule.on_duty("volunteers", at).person)  # type: ignore[no-any-return]


def away(bench: Bench, person: str, start: datetime, end: datetime) -> None:
    bench.do(
        lambda work: leaves.add(
            work.tx, person=person, start_at=start, end_at=end, kind="leave", note="",
            made_at=work.now, made_by=person,
        )
    )  # fmt: skip


def cover(bench: Bench, person: str, start: datetime, end: datetime) -> None:
    bench.do(
        lambda work: overrides.add(
            work.tx, rota="volunteers", slot=0, person=person, start=start, end=end, why="",
            at=work.now, by="mia@acme.test",
        )
    )  # fmt: skip


def test_a_fair_rota_stays_as_it_is(bench: Bench) -> None:
    assert who(bench, made(bench)) == [ANA, CHI, ANA]
    assert serves(bench, FRIDAY) == ANA


def test_whoever_carried_more_is_relieved_once_it_is_accepted(bench: Bench) -> None:
    cover(bench, ANA, FRIDAY - 8 * WEEK, FRIDAY)
    number = made(bench)
    assert who(bench, number) == [CHI, ANA, CHI]
    assert serves(bench, FRIDAY) == ANA
    bench.do(accept_proposal, number, by=MIA)
    assert serves(bench, FRIDAY) == CHI
    assert serves(bench, FRIDAY + WEEK) == ANA
    with bench.database.read.begin() as tx:
        wanted = select(effects.c.key).where(effects.c.key.like("letter:shifts_moved%"))
        told = {row.key.rpartition(":")[2] for row in tx.execute(wanted)}
    assert told == {ANA, CHI}


def test_accepted_twice_is_accepted_once(bench: Bench) -> None:
    cover(bench, ANA, FRIDAY - 8 * WEEK, FRIDAY)
    number = made(bench)
    for _ in range(2):
        found = bench.do(accept_proposal, number, by=MIA)
        assert found.state is ProposalState.ACCEPTED
    made_now = bench.do(lambda work: overrides.list_all(work.tx)["volunteers"])
    assert len([each for each in made_now if each.why == "fair share"]) == 3


def test_whoever_cannot_be_reached_is_left_out(bench: Bench) -> None:
    bench.do(lambda work: work.tx.exec_driver_sql("DELETE FROM contact_methods"))
    with pytest.raises(Refused, match="Nobody on this rota could serve"):
        made(bench)


def test_a_rota_that_has_changed_since_is_not_overwritten(bench: Bench) -> None:
    cover(bench, ANA, FRIDAY - 8 * WEEK, FRIDAY)
    number = made(bench)
    cover(bench, "ben@acme.test", FRIDAY, FRIDAY + DAY)
    with pytest.raises(Refused, match="has changed since this was proposed"):
        bench.do(accept_proposal, number, by=MIA)
    assert serves(bench, FRIDAY + WEEK) == CHI


def test_an_old_proposal_is_made_anew(bench: Bench) -> None:
    number = made(bench)
    bench.clock.now = FRIDAY
    with pytest.raises(Refused, match="too old"):
        bench.do(accept_proposal, number, by=MIA)


def test_what_was_dismissed_is_not_accepted_any_more(bench: Bench) -> None:
    number = made(bench)
    bench.do(dismiss_proposal, number, by=MIA)
    for act in (accept_proposal, dismiss_proposal):
        with pytest.raises(Refused, match="was dismissed"):
            bench.do(act, number, by=MIA)


@pytest.mark.parametrize("count", [0, 13])
def test_only_so_many_shifts_are_proposed(bench: Bench, count: int) -> None:
    with pytest.raises(Refused, match="Ask for 1 to 12 shifts"):
        made(bench, count)


def test_nobody_is_given_a_shift_while_they_are_away(bench: Bench) -> None:
    cover(bench, CHI, FRIDAY - 8 * WEEK, FRIDAY)
    away(bench, ANA, FRIDAY + 2 * DAY, FRIDAY + 3 * DAY)
    number = made(bench)
    found = bench.do(lambda work: proposals.get(work.tx, number))
    given = {each.span.start: each.person for each in assigned_in(found)}
    assert given == {FRIDAY: ANA, FRIDAY + 2 * DAY: CHI, FRIDAY + 3 * DAY: ANA}
