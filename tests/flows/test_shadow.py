"""Looking on: it is told, it copies what is announced, and nothing rings whoever does it
(product.md 22)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.delivery.waits import answer_next
from app.flows import tell
from app.flows.admit import Operator, SlackCaller
from app.flows.contact import add_contact
from app.flows.declare import declare
from app.flows.kinds import Kind
from app.flows.leave_rota import leave_rota
from app.flows.pass_on import pass_on
from app.flows.resolve import resolve
from app.flows.take_shift import take_shift
from app.flows.volunteer import Wish, volunteer
from app.flows.work import Work
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.ladder import Method
from storage.tables import effects, pages
from tests.kit import IN_HOURS, Bench

FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Ana's week of the volunteers begins; the bench stands at Monday 22:00 before it, in Chi's."""
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)
ANA, BEN = (SlackCaller(slack_id=f"U{name}", team="T1") for name in ("ANA", "BEN"))
ANAS, BENS, CHIS = "ana@acme.test", "ben@acme.test", "chi@acme.test"
MIAS = "mia@acme.test"
SEAL = Seal("a-key-for-tests-only-0123456789abcdef")


@pytest.fixture
def looking(bench: Bench) -> Bench:
    """Ben has joined, and looks on in what is left of Chi's week before his first one."""
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=True)
    for person in (ANAS, BENS, CHIS, MIAS):
        bench.do(add_contact, person, method=Method.PUSH, target=target, seal=SEAL, by=Operator())
    done = bench.do(volunteer, Wish(), by=BEN, shadowing=True)
    assert done.prospect.shadow is not None
    assert done.prospect.shadow.primary == CHIS
    return bench


def letters(bench: Bench, person: str) -> dict[str, str]:
    """Every letter to somebody but those of moved shifts, by its key, as it reads now."""

    def read(work: Work) -> dict[str, str]:
        rows = work.tx.execute(select(effects).where(effects.c.kind == Kind.LETTER)).all()
        found = {}
        for row in rows:
            if row.facts["to"] == person and "moved" not in row.key:
                message = tell.letter(work, row.facts)[1]
                found[row.key] = message.text if message else ""
        return found

    return dict(bench.do(read))


def settle(bench: Bench) -> None:
    while bench.do(answer_next):
        pass


def a_p1(bench: Bench) -> int:
    found = bench.do(
        declare, "the load fails", by=Operator(), service="nightly-elt", sla="elt-fresh"
    )
    settle(bench)
    return int(found.incident.id)


def test_whoever_serves_is_told_and_both_when_it_begins(looking: Bench) -> None:
    assert next(iter(letters(looking, CHIS).values())).startswith(
        ":eyes: *Ben looks over your shoulder* in your shift on the out-of-hours rota"
    )
    settle(looking)
    [text] = letters(looking, BENS).values()
    assert text.startswith(
        ":eyes: *You look on from now on*: Chi has the pager of the out-of-hours rota"
    )


def test_of_what_is_announced_they_get_a_copy_and_nothing_rings_them(looking: Bench) -> None:
    number = a_p1(looking)
    rung = looking.do(lambda work: work.tx.execute(select(pages.c.person)).scalars().all())
    assert rung == [CHIS]
    copy = letters(looking, BENS)[f"letter:incident_copy:INC-{number}:{BENS}"]
    assert "the load fails" in copy
    assert copy.endswith("nothing rings you, and you need do nothing.")
    looking.do(resolve, number, by=Operator())
    assert "resolved" in letters(looking, BENS)[f"letter:incident_copy:INC-{number}:{BENS}"].lower()


def test_they_are_not_rung_when_the_primary_cannot_either(looking: Bench) -> None:
    a_p1(looking)
    looking.do(pass_on, 1, by=SlackCaller(slack_id="UCHI", team="T1"))
    settle(looking)
    rung = looking.do(lambda work: work.tx.execute(select(pages.c.person)).scalars().all())
    assert rung == [CHIS, MIAS]


def test_in_hours_there_is_nothing_to_look_on(looking: Bench) -> None:
    looking.clock.now = IN_HOURS + timedelta(days=1)
    a_p1(looking)
    assert not any("incident_copy" in key for key in letters(looking, BENS))


def test_nobody_looks_on_longer_than_the_shift(looking: Bench) -> None:
    looking.clock.now = FRIDAY + HOUR
    a_p1(looking)
    assert not any("incident_copy" in key for key in letters(looking, BENS))


def test_a_shift_that_was_taken_is_looked_on_with_who_took_it(looking: Bench) -> None:
    looking.do(take_shift, "volunteers", by=ANA)
    settle(looking)
    assert any("shadow_primary" in key for key in letters(looking, ANAS))
    assert "Ana has the pager" in next(iter(letters(looking, BENS).values()))


def test_who_leaves_looks_on_no_more_and_whoever_was_told_is_told(looking: Bench) -> None:
    looking.do(leave_rota, by=BEN)
    [text] = letters(looking, CHIS).values()
    assert text.startswith("Ben does not look on in your shift")
    settle(looking)
    assert letters(looking, BENS) == {}
