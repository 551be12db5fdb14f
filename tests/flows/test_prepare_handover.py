"""Before a handover and after it: who is told when, by what; what they note; who presses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.delivery.waits import answer_next
from app.flows import tell
from app.flows.admit import Operator, SlackCaller
from app.flows.contact import add_contact
from app.flows.hand_over import accept, is_planned, plan_handover
from app.flows.kinds import Kind
from app.flows.note_handover import boundary_to_note, note_handover
from app.flows.review_alarm import review_alarm
from app.flows.take_shift import take_shift
from app.flows.tell.handover import until_of
from app.flows.work import Refused, Work
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.ladder import Method
from storage import handovers, leaves, overrides
from storage.handovers import Handover
from storage.tables import alarm_reviews, audit, effects
from tests.kit import Bench

BOUNDARY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Friday 18:00 in Dublin: Chi hands to Ana; Noor follows Mia as manager on duty."""
WEEK, HOUR, MINUTE = timedelta(weeks=1), timedelta(hours=1), timedelta(minutes=1)
ANA, CHI, MIA = (SlackCaller(slack_id=f"U{name}", team="T1") for name in ("ANA", "CHI", "MIA"))
ABOUT = f"volunteers:{BOUNDARY.isoformat()}"


@pytest.fixture(autouse=True)
def planned(bench: Bench) -> None:
    assert bench.do(plan_handover) == BOUNDARY


def at(bench: Bench, moment: datetime) -> None:
    """The clock shows it, and what is due by then was answered."""
    bench.clock.now = moment
    while bench.do(answer_next):
        pass


def letters(bench: Bench) -> dict[str, str]:
    """Everything that was written to somebody, by what and to whom, as it is told now."""

    def look(work: Work) -> dict[str, str]:
        found = {}
        for row in work.tx.execute(select(effects).where(effects.c.kind == Kind.LETTER)):
            message = tell.letter(work, row.facts)[1]
            name = row.facts["to"].partition("@")[0]
            found[f"{row.facts['what']} {name}"] = message.text if message else ""
        return found

    return dict(bench.do(look))


def revisions(bench: Bench) -> int:
    rows = bench.do(
        lambda work: work.tx.execute(
            select(effects.c.revision).where(effects.c.kind == Kind.LETTER)
        ).all()
    )
    return sum(row.revision for row in rows)


def made(bench: Bench, number: int = 1) -> Handover:
    found = bench.do(lambda work: handovers.get(work.tx, number))
    assert isinstance(found, Handover)
    return found


def override(bench: Bench, person: str, start: datetime, end: datetime) -> int:
    return int(
        bench.do(
            lambda work: overrides.add(
                work.tx, rota="volunteers", person=f"{person}@acme.test", start=start, end=end,
                why="", at=work.now, by="mia@acme.test",
            )
        )
    )  # fmt: skip


def test_both_are_reminded_two_days_before_and_nobody_earlier(bench: Bench) -> None:
    at(bench, BOUNDARY - 48 * HOUR - MINUTE)
    assert letters(bench) == {}
    at(bench, BOUNDARY - 48 * HOUR)
    found = letters(bench)
    assert set(found) == {"handover_soon ana", "handover_soon chi"}
    assert "You have the pager of *volunteers* from" in found["handover_soon ana"]
    assert "You take over from Chi." in found["handover_soon ana"]
    assert "to Ana" in found["handover_soon chi"]


def test_the_outgoing_person_gets_the_draft_a_day_before(bench: Bench) -> None:
    at(bench, BOUNDARY - 24 * HOUR - MINUTE)
    assert "handover_draft chi" not in letters(bench)
    at(bench, BOUNDARY - 24 * HOUR)
    found = letters(bench)
    assert set(found) == {"handover_soon ana", "handover_soon chi", "handover_draft chi"}
    assert "Draft of your handover to Ana" in found["handover_draft chi"]
    assert "nobody was paged" in found["handover_draft chi"]
    at(bench, BOUNDARY)
    assert "is posted" in letters(bench)["handover_draft chi"]


def test_a_baton_that_was_down_for_both_tells_once(bench: Bench) -> None:
    at(bench, BOUNDARY - 3 * HOUR)
    assert set(letters(bench)) == {"handover_soon ana", "handover_draft chi"}


def test_a_baton_that_was_down_over_the_boundary_reminds_nobody_of_it(bench: Bench) -> None:
    at(bench, BOUNDARY + HOUR)
    assert letters(bench) == {}
    assert made(bench).incoming == "ana@acme.test"


def test_nothing_is_told_twice_however_often_it_is_looked_at(bench: Bench) -> None:
    at(bench, BOUNDARY - 40 * HOUR)
    at(bench, BOUNDARY - 20 * HOUR)
    before = revisions(bench)
    assert before == 3
    for _ in range(3):
        assert bench.do(is_planned)
        bench.do(plan_handover)
    assert revisions(bench) == before


def test_whoever_comes_in_by_a_change_is_told_and_whoever_goes_reads_so(bench: Bench) -> None:
    at(bench, BOUNDARY - 40 * HOUR)
    override(bench, "noor", BOUNDARY, BOUNDARY + WEEK)
    assert not bench.do(is_planned)
    bench.do(plan_handover)
    assert bench.do(is_planned)
    found = letters(bench)
    assert set(found) == {"handover_soon ana", "handover_soon chi", "handover_soon noor"}
    assert "is not yours any more. It goes to Noor." in found["handover_soon ana"]
    assert "to Noor" in found["handover_soon chi"]


def test_the_draft_follows_whoever_hands_over(bench: Bench) -> None:
    at(bench, BOUNDARY - 20 * HOUR)
    override(bench, "noor", BOUNDARY - 10 * HOUR, BOUNDARY)
    bench.do(plan_handover)
    found = letters(bench)
    assert "Draft of your handover" in found["handover_draft noor"]
    assert "Noor hands it on" in found["handover_draft chi"]
    assert "You take over from Noor." in found["handover_soon ana"]


def test_a_change_before_anybody_was_told_tells_nobody_early(bench: Bench) -> None:
    override(bench, "noor", BOUNDARY, BOUNDARY + WEEK)
    assert bench.do(is_planned)
    assert letters(bench) == {}
    at(bench, BOUNDARY - 48 * HOUR)
    assert set(letters(bench)) == {"handover_soon noor", "handover_soon chi"}


def test_the_stand_in_of_somebody_on_leave_is_the_incoming_person(bench: Bench) -> None:
    def go_away(work: Work) -> None:
        leaves.add(
            work.tx, person="ana@acme.test", start_at=BOUNDARY - HOUR, end_at=BOUNDARY + 24 * HOUR,
            kind="leave", note="", made_at=work.now, made_by="ana@acme.test",
        )  # fmt: skip

    bench.do(go_away)
    at(bench, BOUNDARY)
    first = made(bench)
    assert first.incoming == "chi@acme.test"
    assert first.shift_end == BOUNDARY + WEEK
    assert bench.do(until_of, first) == BOUNDARY + 24 * HOUR
    assert "Then Ana until" in bench.do(tell.handover, 1).text


def test_a_shift_that_is_relieved_ends_where_it_is(bench: Bench) -> None:
    override(bench, "noor", BOUNDARY + 24 * HOUR, BOUNDARY + 48 * HOUR)
    at(bench, BOUNDARY)
    text = bench.do(tell.handover, 1).text
    assert bench.do(until_of, made(bench)) == BOUNDARY + 24 * HOUR
    assert "Then Noor until" in text
    assert ", then Ana until" in text


def test_an_override_made_after_the_boundary_changes_nothing_of_what_was_posted(
    bench: Bench,
) -> None:
    at(bench, BOUNDARY)
    text = bench.do(tell.handover, 1).text
    bench.clock.forward(hours=1)
    override(bench, "noor", BOUNDARY + 24 * HOUR, BOUNDARY + 48 * HOUR)
    bench.clock.now = BOUNDARY
    assert bench.do(tell.handover, 1).text == text


# ── the press ─────────────────────────────────────────────────────────────────────────────────
def test_no_press_reminds_after_a_quarter_and_tells_the_managers_after_half_an_hour(
    bench: Bench,
) -> None:
    at(bench, BOUNDARY + 15 * MINUTE - timedelta(seconds=1))
    assert not any("press" in each or "missed" in each for each in letters(bench))
    # The handover was made late here, so its waits began then.
    at(bench, BOUNDARY + 30 * MINUTE)
    assert "handover_press ana" in letters(bench)
    at(bench, BOUNDARY + 45 * MINUTE)
    found = letters(bench)
    assert "has not said that they have the pager" in found["handover_missed mia"]
    assert "handover_missed noor" in found
    bench.do(accept, 1, by=ANA)
    found = letters(bench)
    assert found["handover_missed mia"].startswith("Ana has the pager")
    assert found["handover_press ana"].startswith("You have the pager")


@pytest.mark.parametrize(
    ("after", "told"), [(14, set()), (15, {"press"}), (30, {"press", "missed"})]
)
def test_the_waits_for_a_press_begin_at_the_boundary(
    bench: Bench, after: int, told: set[str]
) -> None:
    at(bench, BOUNDARY)
    for minute in range(1, after + 1):
        at(bench, BOUNDARY + minute * MINUTE)
    found = {each.split()[0].removeprefix("handover_") for each in letters(bench)}
    assert found & {"press", "missed"} == told


def test_who_pressed_is_not_reminded(bench: Bench) -> None:
    at(bench, BOUNDARY)
    bench.do(accept, 1, by=ANA)
    at(bench, BOUNDARY + HOUR)
    assert not any("press" in each or "missed" in each for each in letters(bench))


def test_the_reminder_goes_by_ways_that_wake_nobody_as_well(bench: Bench) -> None:
    with_phone(bench, "ana")
    at(bench, BOUNDARY)
    at(bench, BOUNDARY + 15 * MINUTE)
    rows = bench.do(
        lambda work: work.tx.execute(select(effects).where(effects.c.kind == Kind.TELL)).all()
    )
    assert [row.facts["title"] for row in rows] == ["You have the pager"]


def test_who_took_the_shift_meanwhile_needs_no_press_and_may_press(bench: Bench) -> None:
    with_phone(bench, "chi")
    at(bench, BOUNDARY)
    bench.clock.forward(minutes=5)
    bench.do(take_shift, "volunteers", by=CHI)
    at(bench, BOUNDARY + HOUR)
    assert not any("press" in each or "missed" in each for each in letters(bench))
    assert bench.do(accept, 1, by=CHI).accepted_by == "chi@acme.test"


def test_nobody_incoming_is_a_gap_and_asks_for_no_press(bench: Bench) -> None:
    def empty(work: Work) -> None:
        for name in ("ana", "chi"):
            leaves.add(
                work.tx, person=f"{name}@acme.test", start_at=BOUNDARY, end_at=BOUNDARY + WEEK,
                kind="leave", note="", made_at=work.now, made_by="mia@acme.test",
            )  # fmt: skip

    bench.do(empty)
    at(bench, BOUNDARY)
    at(bench, BOUNDARY + HOUR)
    assert made(bench).incoming is None
    assert "Nobody is on it" in bench.do(tell.handover, 1).text
    gaps = bench.do(
        lambda work: work.tx.execute(select(effects).where(effects.c.kind == Kind.GAP)).all()
    )
    assert len(gaps) == 1
    assert not any("press" in each or "missed" in each for each in letters(bench))


# ── the note ──────────────────────────────────────────────────────────────────────────────────
def test_a_note_is_in_the_draft_and_in_the_post(bench: Bench) -> None:
    at(bench, BOUNDARY - 20 * HOUR)
    bench.do(note_handover, BOUNDARY, "the disk is small\nask Ben", by=CHI)
    assert "*A note from Chi*\nthe disk is small\nask Ben" in letters(bench)["handover_draft chi"]
    at(bench, BOUNDARY)
    assert "*A note from Chi*\nthe disk is small\nask Ben" in bench.do(tell.handover, 1).text


def test_a_note_after_the_boundary_edits_the_post(bench: Bench) -> None:
    at(bench, BOUNDARY)
    before = asked(bench, "handover:1")
    bench.do(note_handover, BOUNDARY, "the disk is small", by=CHI)
    assert asked(bench, "handover:1") == before + 1
    assert "the disk is small" in bench.do(tell.handover, 1).text
    bench.do(note_handover, BOUNDARY, "  ", by=CHI)
    assert "A note" not in bench.do(tell.handover, 1).text


def test_only_the_outgoing_person_or_a_manager_notes(bench: Bench) -> None:
    with pytest.raises(Refused, match=r"chi@acme.test's, who hands the pager on"):
        bench.do(note_handover, BOUNDARY, "no", by=ANA)
    bench.do(note_handover, BOUNDARY, "from the manager", by=MIA)
    at(bench, BOUNDARY)
    assert "*A note from Mia*" in bench.do(tell.handover, 1).text


def test_a_note_for_no_boundary_or_an_old_one_is_refused(bench: Bench) -> None:
    with pytest.raises(Refused, match="does not change hands then"):
        bench.do(note_handover, BOUNDARY + HOUR, "no", by=CHI)
    at(bench, BOUNDARY + WEEK)
    with pytest.raises(Refused, match="was another since"):
        bench.do(note_handover, BOUNDARY, "no", by=CHI)


def test_the_note_is_for_the_nearer_of_ones_boundaries(bench: Bench) -> None:
    def of(person: str) -> Any:
        return bench.do(lambda work: boundary_to_note(work, f"{person}@acme.test"))

    assert of("chi") == BOUNDARY
    with pytest.raises(Refused, match="that is not you"):
        of("ana")
    at(bench, BOUNDARY + HOUR)
    assert of("chi") == BOUNDARY
    assert of("ana") == BOUNDARY + WEEK
    assert of("mia") == BOUNDARY


# ── the review of an alarm ────────────────────────────────────────────────────────────────────
def test_a_review_is_asked_for_once(bench: Bench) -> None:
    assert bench.do(review_alarm, "EltLate", by=ANA)
    assert not bench.do(review_alarm, "EltLate", by=CHI)
    rows = bench.do(lambda work: work.tx.execute(select(alarm_reviews)).all())
    assert [(row.alarm, row.why, row.count) for row in rows] == [("EltLate", "asked", 1)]
    with pytest.raises(Refused, match="not known"):
        bench.do(review_alarm, "Nobodys", by=ANA)


def test_every_act_is_written_down(bench: Bench) -> None:
    at(bench, BOUNDARY)
    bench.do(note_handover, BOUNDARY, "the disk", by=CHI)
    at(bench, BOUNDARY + 30 * MINUTE)
    rows = bench.do(lambda work: work.tx.execute(select(audit.c.act)).scalars().all())
    assert {"hand_over", "handover_note", "press_missed"} <= set(rows)


def asked(bench: Bench, key: str) -> int:
    row = bench.do(lambda work: work.tx.execute(select(effects).where(effects.c.key == key)).one())
    return int(row.revision)


def with_phone(bench: Bench, name: str) -> None:
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=True)
    seal = Seal("a-key-for-tests-only-0123456789abcdef")
    bench.do(
        add_contact, f"{name}@acme.test", method=Method.PUSH, target=target, seal=seal,
        by=Operator(),
    )  # fmt: skip
