"""The managers' week on the rotas: on Monday at nine, once, to managers alone, and only when
something is missing."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.delivery.waits import answer_next
from app.flows import tell
from app.flows.acknowledge import acknowledge
from app.flows.admit import Operator, SlackCaller
from app.flows.contact import add_contact, try_contacts
from app.flows.declare import declare
from app.flows.gaps_ahead import look_for_gaps
from app.flows.got_test_page import got_test_page
from app.flows.resolve import resolve
from app.flows.rota_digest import digest_due, plan_digest, rota_digest
from app.organisation.apply import apply
from app.organisation.example import example_text
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.ladder import Method
from storage.tables import effects
from tests.kit import Bench

MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)
SEAL = Seal("a-key-for-tests-only-0123456789abcdef")
POOL = '[[rota]]\nid = "volunteers"'


def caller(name: str) -> SlackCaller:
    return SlackCaller(slack_id=f"U{name.upper()}", team="T1")


def at(bench: Bench, when: datetime) -> list[Any]:
    """The letters after a look at that time."""
    bench.clock.now = when
    bench.do(plan_digest)
    while bench.do(answer_next):
        pass
    with bench.database.read.begin() as tx:
        wanted = select(effects).where(effects.c.key.like("letter:rota_digest%"))
        return list(tx.execute(wanted.order_by(effects.c.id)))


def make_well(bench: Bench) -> None:
    """Five volunteers for long, and everybody ready."""
    names = ("ana", "ben", "chi", "mia", "noor")
    tours = "".join(
        f'\n[[rota.tour]]\nperson = "{name}@acme.test"\nfrom = 2026-10-02\nweeks = 26\n'
        "accepted_on = 2026-10-01\n"
        for name in ("ben", "mia", "noor")
    )
    text = example_text().replace("weeks = 26", "weeks = 52")
    before, mark, after = text.partition('[[rota]]\nid = "data-infra"')
    assert mark
    with bench.database.write.begin() as tx:
        apply(tx, before + tours.lstrip() + "\n" + mark + after, now=bench.clock(), by="test")
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=True)
    for name in names:
        bench.do(
            add_contact, f"{name}@acme.test", method=Method.PUSH, target=target, seal=SEAL,
            by=Operator(),
        )  # fmt: skip
        bench.do(try_contacts, f"{name}@acme.test", by=caller(name))
        bench.do(got_test_page, by=caller(name))


def test_on_monday_at_nine_every_manager_gets_it_once(bench: Bench) -> None:
    assert at(bench, MONDAY - timedelta(seconds=1)) == []
    found = at(bench, MONDAY)
    assert {row.facts["to"] for row in found} == {"mia@acme.test", "noor@acme.test"}
    assert len(at(bench, MONDAY + timedelta(hours=5))) == 2
    text = bench.do(tell.letter, found[0].facts)[1].text
    assert "Not ready for a shift of the next two weeks" in text
    assert "2 serve, 5 to 8 are wanted. 3 more are wanted: ask for volunteers." in text


def test_it_is_silent_when_all_is_well(bench: Bench) -> None:
    make_well(bench)
    bench.do(look_for_gaps)
    assert bench.do(rota_digest).all_well
    assert at(bench, MONDAY) == []


def test_a_late_start_tells_it_within_a_day_and_then_leaves_it(bench: Bench) -> None:
    bench.clock.now = MONDAY + timedelta(hours=24)
    assert bench.do(digest_due) is None
    assert at(bench, MONDAY + timedelta(hours=23))


def test_two_processes_make_one(bench: Bench) -> None:
    bench.clock.now = MONDAY
    assert bench.do(plan_digest)
    assert not bench.do(plan_digest)
    assert bench.do(digest_due) is None


def test_gaps_and_tours_that_end_and_whoever_solves_it_alone_stand_in_it(bench: Bench) -> None:
    for number in range(4):
        bench.do(declare, f"late {number}", by=caller("ana"), service="nightly-elt")
        bench.do(acknowledge, number + 1, by=caller("ana"))
        bench.do(resolve, number + 1, by=caller("ana"))
        bench.clock.forward(hours=2)
    bench.clock.now = datetime(2027, 2, 8, 9, tzinfo=UTC)
    bench.do(look_for_gaps)
    [letter, _] = at(bench, bench.clock.now)
    text = bench.do(tell.letter, letter.facts)[1].text
    assert "Gaps in the next 60 days" in text
    assert "volunteers, from" in text
    assert "all 4 incidents of 90 days by" in text
    assert "Tours that end within four weeks" in text
