"""At a boundary an acknowledged incident is offered to whoever has the pager now, once; until they
take it the old acknowledgement stands (product.md 2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.delivery.waits import answer_next
from app.flows import tell
from app.flows.acknowledge import acknowledge
from app.flows.admit import Operator, SlackCaller
from app.flows.contact import add_contact
from app.flows.declare import declare
from app.flows.kit import Kit
from app.flows.know_people import know_people
from app.flows.offer import offers_due, settle_offers
from app.flows.pass_on import pass_on
from app.flows.progress import still_on_it
from app.flows.resolve import resolve
from app.flows.take_shift import take_shift
from app.flows.work import Refused
from app.organisation.apply import apply
from app.organisation.example import example_text
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.incident import State
from app.rules.ladder import Method
from storage import escalations, incidents
from storage.escalations import Ringing
from storage.tables import effects, pages, timeline
from storage.tables import escalations as escalations_table
from tests.kit import Bench, account, open_kit

FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Chi's week of the volunteers ends and Ana's begins."""
TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)
"""Data Infrastructure opens, and Ben has its rota."""
MINUTE = timedelta(minutes=1)
ANA, BEN, CHI, MIA = (
    SlackCaller(slack_id=f"U{name}", team="T1") for name in ("ANA", "BEN", "CHI", "MIA")
)
SEAL = Seal("a-key-for-tests-only-0123456789abcdef")


@pytest.fixture(autouse=True)
def with_phones(bench: Bench) -> None:
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=True)
    for name in ("ana", "ben", "chi"):
        bench.do(
            add_contact, f"{name}@acme.test", method=Method.PUSH, target=target, seal=SEAL,
            by=Operator(),
        )  # fmt: skip


def tick(bench: Bench, at: datetime | None = None, kit: Kit | None = None) -> None:
    """What a running process does every second, once nothing more is to be done."""
    bench.clock.now = at or bench.clock.now
    run = (kit or bench.kit).do_now
    for number in run(offers_due):
        run(settle_offers, None, number)
    while run(answer_next):
        pass


def open_and_take(bench: Bench, at: datetime, by: SlackCaller = CHI, service: str = "") -> None:
    """A P1 that rings whoever has the pager, and is taken at once."""
    bench.clock.now = at
    told = {"service": service, "sla": "elt-fresh"} if service else {}
    bench.do(declare, "orders fail", by=Operator(), **told)
    tick(bench)
    bench.do(acknowledge, 1, by=by)


def apply_file(bench: Bench, text: str) -> None:
    with bench.database.write.begin() as tx:
        apply(tx, text, now=bench.clock(), by="operator")


def offers(bench: Bench) -> list[tuple[str, str]]:
    """To whom, and how it stands, in the order of making."""
    table = escalations_table
    rows = bench.do(
        lambda work: work.tx.execute(
            select(table).where(table.c.boundary.is_not(None)).order_by(table.c.id)
        ).all()
    )
    return [(row.target, row.state) for row in rows]


def holder(bench: Bench) -> tuple[str, str | None]:
    found = bench.do(lambda work: incidents.get(work.tx, 1))
    return found.state, found.acknowledged_by


def newest_page(bench: Bench) -> Any:
    return bench.do(
        lambda work: work.tx.execute(select(pages).order_by(pages.c.id.desc()).limit(1)).one()
    )


def test_at_the_boundary_it_is_offered_to_the_incoming_person_and_stays_where_it_is(
    bench: Bench,
) -> None:
    open_and_take(bench, FRIDAY - 10 * MINUTE)
    tick(bench, FRIDAY - timedelta(microseconds=1))
    assert offers(bench) == []
    tick(bench, FRIDAY)
    assert offers(bench) == [("ana@acme.test", "ringing")]
    assert holder(bench) == (State.ACKNOWLEDGED, "chi@acme.test")
    page = newest_page(bench)
    assert (page.person, page.rota_facts["rule"]) == ("ana@acme.test", "volunteers")
    assert page.reason.startswith("on call with the volunteers")
    text = bench.do(tell.page_message, page.id).text
    assert "*Baton asked for you:* the pager has passed on; Chi has had this" in text
    card = bench.do(tell.card, 1).text
    assert "Not answered yet: Ana, asked for by Baton" in card


def test_their_acknowledgement_moves_it_to_them(bench: Bench) -> None:
    open_and_take(bench, FRIDAY - 10 * MINUTE)
    tick(bench, FRIDAY)
    bench.clock.now = FRIDAY + MINUTE
    done = bench.do(acknowledge, 1, by=ANA)
    assert (done.by, done.first) == ("ana@acme.test", True)
    assert holder(bench) == (State.ACKNOWLEDGED, "ana@acme.test")
    assert offers(bench) == [("ana@acme.test", "answered")]
    assert "*Acknowledged* · <@UANA> has it since" in bench.do(tell.card, 1).text
    kinds = bench.do(
        lambda work: work.tx.execute(
            select(timeline.c.kind, timeline.c.by).where(
                timeline.c.kind.in_(["offered", "took_over"])
            )
        ).all()
    )
    assert [tuple(each) for each in kinds] == [("offered", None), ("took_over", "ana@acme.test")]
    letter = bench.do(
        lambda work: work.tx.execute(
            select(effects.c.facts).where(effects.c.kind == "letter")
        ).scalar_one()
    )
    assert letter["to"] == "chi@acme.test"
    message = bench.do(tell.letter, letter)[1]
    assert message.text.startswith(":white_check_mark: Ana has taken over *INC-1*")
    # Its clock starts anew with her, and Chi's is over.
    bench.clock.now = FRIDAY + 59 * MINUTE
    tick(bench)
    assert holder(bench)[0] is State.ACKNOWLEDGED
    tick(bench, FRIDAY + 61 * MINUTE)
    assert holder(bench)[0] is State.TRIGGERED


def test_a_press_of_anybody_else_takes_nothing_over(bench: Bench) -> None:
    open_and_take(bench, FRIDAY - 10 * MINUTE)
    tick(bench, FRIDAY)
    done = bench.do(acknowledge, 1, by=BEN)
    assert (done.by, done.first) == ("chi@acme.test", False)
    assert offers(bench) == [("ana@acme.test", "ringing")]


def test_exactly_once_for_an_incident_and_a_boundary(bench: Bench) -> None:
    open_and_take(bench, FRIDAY - 10 * MINUTE)
    bench.clock.now = FRIDAY + timedelta(seconds=1)
    other = open_kit(bench.database, clock=bench.clock)
    assert bench.do(offers_due) == other.do_now(offers_due) == [1]
    assert bench.do(settle_offers, 1) == ["ana@acme.test"]
    assert other.do_now(settle_offers, None, 1) == []
    other.close()
    for later in range(5):
        tick(bench, FRIDAY + later * MINUTE)
    assert offers(bench) == [("ana@acme.test", "ringing")]
    assert bench.do(offers_due) == []


def test_a_late_start_offers_it_all_the_same(bench: Bench) -> None:
    open_and_take(bench, FRIDAY - 10 * MINUTE)
    tick(bench, FRIDAY + 40 * MINUTE)
    assert offers(bench) == [("ana@acme.test", "ringing")]


def test_when_working_hours_begin_the_owners_person_is_the_incoming_one(bench: Bench) -> None:
    open_and_take(bench, TUESDAY - 10 * MINUTE, service="nightly-elt")
    tick(bench, TUESDAY - timedelta(microseconds=1))
    assert offers(bench) == []
    tick(bench, TUESDAY)
    [(incoming, _)] = offers(bench)
    assert incoming in ("ana@acme.test", "ben@acme.test")
    assert newest_page(bench).rota_facts["rule"] == "owner"


def test_an_expired_acknowledgement_pages_the_incoming_person_once(bench: Bench) -> None:
    open_and_take(bench, FRIDAY - 10 * MINUTE)
    tick(bench, FRIDAY)
    tick(bench, FRIDAY + 51 * MINUTE)
    assert holder(bench) == (State.TRIGGERED, None)
    assert offers(bench) == [("ana@acme.test", "ended")]
    page = newest_page(bench)
    assert (page.person, page.tier) == ("ana@acme.test", 1)
    ringing = bench.do(lambda work: escalations.list_ringing(work.tx, 1))
    assert len(ringing) == 1


def test_who_took_it_without_the_pager_keeps_it(bench: Bench) -> None:
    open_and_take(bench, FRIDAY - 10 * MINUTE, by=BEN)
    tick(bench, FRIDAY)
    assert offers(bench) == []


def test_what_is_taken_after_the_boundary_is_not_offered(bench: Bench) -> None:
    bench.clock.now = FRIDAY - MINUTE
    bench.do(declare, "orders fail", by=Operator())
    tick(bench)
    bench.clock.now = FRIDAY + MINUTE
    bench.do(acknowledge, 1, by=CHI)
    tick(bench)
    assert offers(bench) == []


def test_acknowledged_incidents_move_with_the_pager_when_a_shift_is_taken(bench: Bench) -> None:
    open_and_take(bench, FRIDAY - timedelta(days=3))
    bench.clock.forward(minutes=5)
    bench.do(take_shift, "volunteers", by=ANA)
    tick(bench)
    assert offers(bench) == [("ana@acme.test", "ringing")]
    bench.do(acknowledge, 1, by=ANA)
    assert holder(bench) == (State.ACKNOWLEDGED, "ana@acme.test")
    # Nor is it offered back at the boundary, where her own week begins.
    bench.clock.now = FRIDAY
    bench.do(still_on_it, 1, by=ANA)
    tick(bench)
    assert len(offers(bench)) == 1


def test_what_an_edit_of_the_file_moves_is_offered_too(bench: Bench) -> None:
    """The override of the file that made it Ana's is taken out while it runs."""
    cover = (
        '\n[[rota.override]]\nperson = "ana@acme.test"\nfrom = 2026-11-24T18:00:00+00:00\n'
        'to = 2026-11-26T18:00:00+00:00\nwhy = "Chi is away"\n\n[[rota]]\nid = "data-infra"'
    )
    covered = example_text().replace('\n[[rota]]\nid = "data-infra"', cover, 1)
    wednesday = datetime(2026, 11, 25, 20, tzinfo=UTC)
    apply_file(bench, covered)
    open_and_take(bench, wednesday, by=ANA)
    tick(bench, wednesday + 5 * MINUTE)
    assert offers(bench) == []
    apply_file(bench, example_text())
    tick(bench)
    assert offers(bench) == [("chi@acme.test", "ringing")]
    tick(bench, wednesday + 10 * MINUTE)
    assert len(offers(bench)) == 1


def test_an_offer_ends_when_the_pager_moves_on(bench: Bench) -> None:
    open_and_take(bench, FRIDAY - timedelta(days=3))
    bench.clock.forward(minutes=5)
    bench.do(take_shift, "volunteers", by=ANA)
    tick(bench)
    bench.clock.forward(minutes=5)
    bench.do(take_shift, "volunteers", by=CHI)
    tick(bench)
    assert offers(bench) == [("ana@acme.test", "ended")]
    assert "it is no longer needed" in bench.do(tell.page_message, newest_page(bench).id).text
    due = bench.do(
        lambda work: work.tx.execute(
            select(effects.c.key).where(effects.c.outcome == "due", effects.c.kind == "ring")
        ).all()
    )
    assert due == []


def test_who_cannot_passes_on_it_and_it_stays_where_it_was(bench: Bench) -> None:
    open_and_take(bench, FRIDAY - 10 * MINUTE)
    tick(bench, FRIDAY)
    page = newest_page(bench)
    bench.do(pass_on, page.id, by=ANA)
    tick(bench)
    assert offers(bench) == [("ana@acme.test", "ended")]
    assert holder(bench) == (State.ACKNOWLEDGED, "chi@acme.test")
    text = bench.do(tell.page_message, page.id).text
    assert "You passed on it" in text
    assert "whoever has had it goes on" in text


def test_a_resolve_ends_it(bench: Bench) -> None:
    open_and_take(bench, FRIDAY - 10 * MINUTE)
    tick(bench, FRIDAY)
    bench.do(resolve, 1, by=CHI)
    tick(bench)
    assert offers(bench) == [("ana@acme.test", "ended")]


def test_it_rings_again_until_it_is_answered(bench: Bench) -> None:
    open_and_take(bench, FRIDAY - 10 * MINUTE)
    tick(bench, FRIDAY)
    tick(bench, FRIDAY + 5 * MINUTE)
    found = bench.do(
        lambda work: (
            work.tx.execute(
                select(pages.c.round).where(pages.c.person == "ana@acme.test").order_by(pages.c.id)
            )
            .scalars()
            .all()
        )
    )
    assert found == [1, 2]


ACTS = st.sampled_from(
    ["wait", "hours", "ack_ana", "ack_chi", "take_ana", "take_chi", "still", "pass", "crash"]
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=st.lists(ACTS, min_size=4, max_size=14))
def test_whatever_happens_offers_follow_the_pager(bench: Bench, acts: list[str]) -> None:
    """Nobody off duty is offered anything, nobody twice for one boundary, and no acknowledgement
    moves but by the press of whom it was offered to."""
    bench.clock.now = max(bench.clock.now, FRIDAY - timedelta(days=1)) + timedelta(hours=1)
    number = bench.do(declare, "orders fail", by=Operator()).incident.id
    tick(bench)
    for act in acts:
        bench.do(know_people, [account(name) for name in ("ana", "chi")])
        before = bench.do(lambda work: incidents.get(work.tx, number))
        _do(bench, act, number)
        after = bench.do(lambda work: incidents.get(work.tx, number))
        if act not in ("ack_ana", "ack_chi") and after.state is State.ACKNOWLEDGED:
            assert after.acknowledged_by == before.acknowledged_by
        _assert_settled(bench, number)
    bench.do(resolve, number, by=Operator())


def _do(bench: Bench, act: str, number: int) -> None:
    try:
        match act:
            case "wait":
                bench.clock.forward(minutes=7)
            case "hours":
                bench.clock.forward(hours=9)
            case "ack_ana" | "ack_chi":
                bench.do(acknowledge, number, by=ANA if act == "ack_ana" else CHI)
            case "take_ana" | "take_chi":
                bench.do(take_shift, "volunteers", by=ANA if act == "take_ana" else CHI)
            case "still":
                for caller in (ANA, CHI):
                    bench.do(still_on_it, number, by=caller)
            case "pass":
                bench.do(pass_on, newest_page(bench).id, by=ANA)
    except Refused:
        pass
    if act != "crash":
        tick(bench)


def _assert_settled(bench: Bench, number: int) -> None:
    if number in bench.do(offers_due):
        tick(bench)
    assert number not in bench.do(offers_due)
    table = escalations_table
    rows = bench.do(
        lambda work: work.tx.execute(
            select(table).where(table.c.boundary.is_not(None), table.c.incident == number)
        ).all()
    )
    assert len({(row.target, row.boundary) for row in rows}) == len(rows)
    ringing = [row.target for row in rows if row.state == Ringing.RINGING]
    incident = bench.do(lambda work: incidents.get(work.tx, number))
    on_duty = bench.do(lambda work: work.schedule.on_duty("volunteers", work.now).person)
    if ringing:
        assert ringing == [on_duty]
        assert incident.state is State.ACKNOWLEDGED
        assert incident.acknowledged_by != on_duty
