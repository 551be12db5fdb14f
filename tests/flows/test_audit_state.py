"""The auditor: content with what flows make, finds what ought not to be, mends it once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from app.delivery.outcome import failed
from app.delivery.waits import answer_next
from app.flows.acknowledge import acknowledge
from app.flows.admit import SlackCaller
from app.flows.audit_state import (
    Audit,
    audit_state,
    count_alerts,
    count_pages,
    recount,
    settle_audit,
)
from app.flows.finding import answer_finding
from app.flows.hand_over import plan_handover
from app.flows.quarantine import quarantine, refuse_oversized
from app.flows.read_again import keep_for_later
from app.flows.resolve import resolve
from app.paging.errors import PagingError
from app.rules.alert import AlertState, Delivery
from storage import audit, effects, escalations, tables, tallies
from storage.effects import Lane, Outcome
from tests.flows.test_hand_over import BOUNDARY
from tests.flows.test_receive_alerts import elt_late, send
from tests.kit import Bench

CHI = SlackCaller(slack_id="UCHI", team="T1")


def settle(bench: Bench) -> None:
    while bench.do(answer_next):
        pass


def look(bench: Bench) -> Audit:
    """One audit, its marks moved on, and nothing mended."""
    found: Audit = bench.do(audit_state)
    bench.do(settle_audit, found)
    return found


def keys(bench: Bench) -> list[str]:
    return [each.key.partition(":")[0] for each in look(bench).findings]


def mend(bench: Bench) -> list[bool]:
    found: Audit = bench.do(audit_state)
    return [bench.do(answer_finding, each) for each in found.findings]


def spoil(bench: Bench, statement: Any) -> None:
    """What no flow of ours does."""
    assert bench.do(lambda work: work.tx.execute(statement).rowcount)


def asked(bench: Bench, kind: str) -> list[str]:
    query = select(tables.effects.c.key).where(
        tables.effects.c.kind == kind, tables.effects.c.outcome == Outcome.DUE
    )
    return [row.key for row in bench.do(lambda work: work.tx.execute(query).all())]


def count_rung(bench: Bench) -> int:
    return len(bench.do(lambda work: escalations.list_pages(work.tx, 1)))


def test_what_passed_a_boundary_and_was_offered_to_nobody_is_offered(p1: Bench) -> None:
    p1.clock.now = BOUNDARY - timedelta(minutes=10)
    p1.do(acknowledge, 1, by=CHI)
    p1.clock.now = BOUNDARY + timedelta(minutes=1)
    assert "offer" not in keys(p1)
    p1.clock.now = BOUNDARY + timedelta(minutes=3)
    assert "offer" in keys(p1)
    mend(p1)
    assert "offer" not in keys(p1)
    [page] = p1.do(lambda work: escalations.list_ringing(work.tx, 1))
    assert page.target == "ana@acme.test"


@pytest.fixture
def p1(bench: Bench) -> Bench:
    """INC-1 rings Chi."""
    look(bench)
    send(bench, elt_late())
    settle(bench)
    return bench


def test_it_is_content_with_a_whole_life_of_a_p1(p1: Bench) -> None:
    assert look(p1).content
    p1.clock.forward(minutes=6)
    settle(p1)
    assert look(p1).content
    p1.do(acknowledge, 1, by=CHI)
    assert look(p1).content
    p1.do(resolve, 1, by=CHI)
    send(p1, elt_late(state=AlertState.RESOLVED))
    p1.clock.forward(hours=1)
    assert [each.key for each in look(p1).findings] in ([], ["overdue:page"])
    assert p1.do(recount) == ()


def test_a_p1_that_nothing_rings_for_is_paged_anew_and_told_once(p1: Bench) -> None:
    ended = {"state": "ended", "ended_at": p1.clock()}
    spoil(p1, update(tables.escalations).values(**ended))
    spoil(p1, update(tables.effects).values(outcome=Outcome.CANCELLED))
    assert keys(p1) == ["unpaged"]
    found = p1.do(audit_state).findings
    assert [p1.do(answer_finding, each) for each in (*found, *found)] == [True, False]
    settle(p1)
    assert look(p1).content
    rings = p1.do(lambda work: escalations.list_ringing(work.tx, 1))
    assert [each.step for each in rings] == [1]
    assert len(asked(p1, "alarm")) == 1
    acts = p1.do(lambda work: audit.list_of(work.tx, "INC-1"))
    assert [each.why for each in acts if each.by == "auditor"] == [
        "INC-1 was unanswered and nobody was being paged for it."
    ]
    assert p1.do(lambda work: tallies.read(work.tx))["found:I3"] == 1


@pytest.mark.parametrize(
    "how",
    [
        delete(tables.effects).where(tables.effects.c.kind == "step"),
        update(tables.effects).where(tables.effects.c.kind == "step").values(outcome="parked"),
    ],
    ids=["gone", "parked"],
)
def test_a_missing_step_is_asked_again_under_its_own_key(p1: Bench, how: Any) -> None:
    before, rung = asked(p1, "step"), count_rung(p1)
    spoil(p1, how)
    assert keys(p1) == ["step"]
    assert mend(p1) == [True]
    assert asked(p1, "step") == before
    settle(p1)
    assert look(p1).content
    assert count_rung(p1) > rung


def test_a_step_that_a_clock_put_far_away_comes_after_its_wait(p1: Bench) -> None:
    rung = count_rung(p1)
    p1.clock.forward(hours=-2)
    assert keys(p1) == ["step"]
    assert mend(p1) == [True]
    assert look(p1).content
    settle(p1)
    assert count_rung(p1) == rung
    p1.clock.forward(minutes=5)
    settle(p1)
    assert count_rung(p1) > rung


def test_an_acknowledgement_that_would_never_expire_gets_its_clock(p1: Bench) -> None:
    p1.do(acknowledge, 1, by=CHI)
    spoil(p1, delete(tables.effects).where(tables.effects.c.kind == "expire"))
    assert keys(p1) == ["unwatched"]
    assert mend(p1) == [True]
    assert look(p1).content
    assert asked(p1, "expire") == ["expire:1"]


def test_what_rings_for_an_answered_incident_is_stopped(p1: Bench) -> None:
    spoil(p1, update(tables.incidents).values(state="resolved"))
    assert keys(p1) == ["rings"]
    assert mend(p1) == [True]
    assert look(p1).content
    assert asked(p1, "ring") == []


def test_a_ring_that_began_after_its_answer_is_found_once(p1: Bench) -> None:
    p1.do(acknowledge, 1, by=CHI)
    later = p1.clock() + timedelta(seconds=11)
    p1.clock.forward(minutes=2)
    spoil(
        p1,
        update(tables.effects)
        .where(tables.effects.c.kind == "ring")
        .values(outcome=Outcome.DONE, first_claimed_at=later, ended_at=later),
    )
    assert "late" in keys(p1)
    assert look(p1).content


def test_a_ring_that_was_given_up_is_content_only_when_it_was_told(p1: Bench) -> None:
    lease = timedelta(seconds=10)
    taken = p1.do(
        lambda work: effects.claim(work.tx, Lane.DIRECT, now=work.now, lease=lease, limit=1)
    )
    p1.do(failed, taken[0], PagingError("No such account.", permanent=True))
    p1.do(acknowledge, 1, by=CHI)
    p1.clock.forward(minutes=2)
    assert keys(p1) == []
    spoil(p1, delete(tables.timeline).where(tables.timeline.c.kind == "not_said"))
    set_back(p1, "rings", 0)
    assert keys(p1) == ["parked"]


def set_back(bench: Bench, name: str, to: int) -> None:
    mark = tables.tallies.c.name == f"mark:{name}"
    spoil(bench, update(tables.tallies).where(mark).values(number=to))


def test_a_page_without_a_ring_is_found(p1: Bench) -> None:
    spoil(p1, update(tables.pages).values(reachable=True))
    spoil(p1, delete(tables.effects).where(tables.effects.c.kind == "ring"))
    p1.clock.forward(minutes=2)
    assert "unrung" in keys(p1)


def test_a_lane_that_stands_still_is_found_within_half_a_minute(p1: Bench) -> None:
    p1.clock.forward(minutes=5)
    assert look(p1).content
    p1.clock.forward(seconds=16)
    assert keys(p1) == ["overdue"]
    assert mend(p1) == [False]
    settle(p1)
    assert look(p1).content


def test_a_claim_whose_holder_is_gone_is_found(p1: Bench) -> None:
    lease = timedelta(seconds=10)
    p1.do(lambda work: effects.claim(work.tx, Lane.DIRECT, now=work.now, lease=lease, limit=1))
    p1.clock.forward(seconds=24)
    assert look(p1).content
    p1.clock.forward(seconds=2)
    assert keys(p1) == ["lapsed"]


def test_a_body_that_nobody_reads_is_found(bench: Bench) -> None:
    bench.do(keep_for_later, Delivery(source="generic", body=b"?"), problem="broken")
    assert keys(bench) == []
    bench.clock.forward(minutes=3)
    assert keys(bench) == ["waiting"]


def test_a_quarantine_that_nobody_was_told_of_is_told(bench: Bench) -> None:
    bench.do(quarantine, Delivery(source="generic", body=b"?"), problem="not JSON")
    settle(bench)
    bench.clock.forward(minutes=2)
    found: Audit = bench.do(audit_state)
    assert "untold" not in [each.key.partition(":")[0] for each in found.findings]
    spoil(bench, update(tables.incidents).values(trouble="other"))
    assert "untold:generic" in [each.key for each in bench.do(audit_state).findings]
    for each in bench.do(audit_state).findings:
        bench.do(answer_finding, each)
    assert "untold" not in keys(bench)


def test_an_alert_without_an_incident_is_found(p1: Bench) -> None:
    spoil(p1, update(tables.alerts).values(incident=None))
    assert keys(p1) == ["adrift"]


def test_a_card_in_a_foreign_channel_is_found(p1: Bench) -> None:
    spoil(p1, update(tables.incidents).values(channel_id="C1"))
    card = {"key": "card:1", "ts": "1.1", "incident": 1, "at": p1.clock()}
    spoil(p1, tables.posts.insert().values(channel="C1", **card))
    assert look(p1).content
    spoil(p1, update(tables.posts).values(channel="C2"))
    assert keys(p1) == ["card"]


def test_every_boundary_since_the_first_audit_has_its_handover(bench: Bench) -> None:
    bench.do(plan_handover)
    look(bench)
    bench.clock.now = BOUNDARY + timedelta(weeks=2, minutes=3)
    settle(bench)
    assert look(bench).content
    spoil(bench, delete(tables.handovers))
    set_back(bench, "handovers", int((BOUNDARY - timedelta(hours=1)).timestamp()))
    for _ in range(3):
        assert keys(bench) == ["handover"]
        assert mend(bench) == [True]
        look(bench)
    assert look(bench).content


def test_a_handover_that_other_rules_of_its_zone_made_is_not_missed(bench: Bench) -> None:
    bench.do(plan_handover)
    look(bench)
    bench.clock.now = BOUNDARY + timedelta(minutes=3)
    settle(bench)
    hour = timedelta(hours=1)
    for boundary in (BOUNDARY - hour, BOUNDARY + hour):
        spoil(bench, update(tables.handovers).values(boundary=boundary))
        set_back(bench, "handovers", int((BOUNDARY - 2 * hour).timestamp()))
        assert keys(bench) == []


def test_a_handover_that_was_never_asked_to_be_posted_is(bench: Bench) -> None:
    bench.do(plan_handover)
    look(bench)
    bench.clock.now = BOUNDARY + timedelta(minutes=3)
    settle(bench)
    spoil(bench, delete(tables.effects).where(tables.effects.c.kind == "handover"))
    assert keys(bench) == ["handover_post"]
    assert mend(bench) == [True]
    assert look(bench).content
    assert asked(bench, "handover") == ["handover:1"]


def test_the_sums_are_those_of_the_alerts_themselves(bench: Bench) -> None:
    send(bench, elt_late(), elt_late(), elt_late("b"), delivery_id="one")
    send(bench, elt_late(), delivery_id="one")
    send(bench, elt_late(state=AlertState.RESOLVED), elt_late("c", state=AlertState.RESOLVED))
    bench.do(quarantine, Delivery(source="generic", body=b"?"), problem="not JSON")
    bench.do(refuse_oversized, "generic", size=9, limit=1)
    counts = {"told": 5, "attached": 3, "cleared": 2, "quarantined": 1, "uncounted": 0}
    assert bench.do(count_alerts) == counts
    assert bench.do(recount) == ()
    bench.clock.forward(minutes=2)
    look(bench)
    assert bench.do(count_alerts) == counts
    sums = bench.do(lambda work: tallies.read(work.tx))
    assert (sums["told"], sums["suppressed"], sums["refused"]) == (5, 1, 1)
    spoil(bench, delete(tables.alerts).where(tables.alerts.c.fingerprint == "b"))
    assert [each.key for each in bench.do(recount)] == ["recount:attached"]


def test_every_ring_is_in_one_sum(p1: Bench) -> None:
    before = p1.do(count_pages)
    assert before["asked"] == before["due"] > 0
    p1.do(acknowledge, 1, by=CHI)
    p1.clock.forward(minutes=2)
    look(p1)
    after = p1.do(count_pages)
    assert after == {
        "asked": before["asked"],
        "sent": 0,
        "cancelled": before["asked"],
        "parked": 0,
        "due": 0,
    }


def test_of_two_replicas_one_counts(bench: Bench) -> None:
    send(bench, elt_late())
    bench.clock.forward(minutes=2)
    found: Audit = bench.do(audit_state)
    bench.do(settle_audit, found)
    bench.do(settle_audit, found)
    assert bench.do(lambda work: tallies.read(work.tx))["told"] == 1
