"""Cover and taken shifts: the first yes has it, what nobody took stays the asker's, and everybody
whom it touches is told (product.md 24)."""

import functools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.delivery.waits import answer_next
from app.flows import tell
from app.flows.admit import Operator, SlackCaller
from app.flows.contact import add_contact
from app.flows.cover import ask_for_cover, cannot_cover, take_cover, withdraw_cover
from app.flows.kinds import Kind
from app.flows.know_people import know_people
from app.flows.take_shift import take_shift
from app.flows.work import Refused, Work
from app.organisation.apply import apply
from app.organisation.example import example_text
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.ladder import Method
from app.rules.rota import Why
from storage import covers
from storage.covers import CoverState
from storage.tables import audit, effects
from tests.kit import Bench, account

FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Ana's week of the volunteers begins; the bench stands at Monday 22:00 before it."""
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)
ANA, BEN = (SlackCaller(slack_id=f"U{name}", team="T1") for name in ("ANA", "BEN"))
CHI, MIA = (SlackCaller(slack_id=f"U{name}", team="T1") for name in ("CHI", "MIA"))
SEAL = Seal("a-key-for-tests-only-0123456789abcdef")
ask = functools.partial(ask_for_cover, rota_id="volunteers", why="a wedding")


@pytest.fixture(autouse=True)
def with_phones(bench: Bench) -> None:
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=True)
    for name in ("ana", "chi", "mia", "noor"):
        bench.do(
            add_contact, f"{name}@acme.test", method=Method.PUSH, target=target, seal=SEAL,
            by=Operator(),
        )  # fmt: skip


def asked(bench: Bench, **changes: Any) -> int:
    given = {"start": FRIDAY, "end": FRIDAY + WEEK, "by": ANA, **changes}
    return int(bench.do(lambda work: ask(work, **given)).id)


def serves(bench: Bench, at: datetime, rota: str = "volunteers") -> str | None:
    return bench.do(lambda work: work.schedule.on_duty(rota, at).person)  # type: ignore[no-any-return]


def state(bench: Bench, request: int) -> CoverState:
    found = bench.do(lambda work: covers.get(work.tx, request))
    assert found is not None
    return CoverState(found.state)


def told(bench: Bench) -> dict[str, str]:
    """Every letter and post that is due, by its key."""

    def look(work: Work) -> dict[str, str]:
        found = {}
        for row in work.tx.execute(select(effects).where(effects.c.outcome == "due")):
            if row.kind == Kind.LETTER:
                message = tell.letter(work, row.facts)[1]
            elif row.kind == Kind.BOARD:
                message = tell.board(work, row.facts)
            else:
                continue
            found[row.key] = message.text if message else ""
        return found

    return dict(bench.do(look))


def settle(bench: Bench, at: datetime) -> None:
    bench.clock.now = at
    while bench.do(answer_next):
        pass


def test_everybody_else_in_the_pool_is_asked_and_the_channel_told(bench: Bench) -> None:
    asked(bench)
    found = told(bench)
    assert set(found) == {"letter:cover_asked:1:chi@acme.test", "board:cover:1"}
    assert found["board:cover:1"].startswith(":raised_hand: *Ana asks for cover*")
    assert "“a wedding”" in found["letter:cover_asked:1:chi@acme.test"]


def test_the_first_yes_has_the_shift(bench: Bench) -> None:
    request = asked(bench)
    took = bench.do(take_cover, request, by=CHI)
    assert (took.span.start, took.span.end, took.left) == (FRIDAY, FRIDAY + WEEK, [])
    assert serves(bench, FRIDAY) == "chi@acme.test"
    assert serves(bench, FRIDAY + WEEK) == "chi@acme.test"
    assert state(bench, request) is CoverState.COVERED
    assert "covered by Chi" in told(bench)["board:cover:1"]
    assert told(bench)["letter:cover_taken:1:ana@acme.test"].startswith("Chi has")


def test_the_second_is_told_who_was_quicker(bench: Bench) -> None:
    request = asked(bench)
    bench.do(take_cover, request, by=CHI)
    with pytest.raises(Refused, match=r"chi@acme.test took it already"):
        bench.do(take_cover, request, by=CHI)


def test_a_part_is_taken_and_the_rest_stays_open_and_the_askers(bench: Bench) -> None:
    request = asked(bench)
    part = {"start": FRIDAY + 10 * HOUR, "end": FRIDAY + 20 * HOUR}
    took = bench.do(take_cover, request, by=CHI, **part)
    assert [(each.start, each.end) for each in took.left] == [
        (FRIDAY, FRIDAY + 10 * HOUR),
        (FRIDAY + 20 * HOUR, FRIDAY + WEEK),
    ]
    assert serves(bench, FRIDAY + 9 * HOUR) == "ana@acme.test"
    assert serves(bench, FRIDAY + 10 * HOUR) == "chi@acme.test"
    assert serves(bench, FRIDAY + 20 * HOUR) == "ana@acme.test"
    assert state(bench, request) is CoverState.OPEN
    assert "Still yours" in told(bench)["letter:cover_taken:1:ana@acme.test"]
    bench.do(take_cover, request, by=CHI)
    assert state(bench, request) is CoverState.COVERED


def test_cover_is_only_for_ones_own_shifts(bench: Bench) -> None:
    with pytest.raises(Refused, match=r"the shift is ana@acme.test's"):
        asked(bench, by=CHI)
    with pytest.raises(Refused, match="Cover is for one's own shifts"):
        asked(bench, start=FRIDAY - 10 * HOUR)


def test_what_has_passed_of_the_running_shift_is_left_out(bench: Bench) -> None:
    request = asked(bench, start=FRIDAY - WEEK, end=FRIDAY, by=CHI)
    found = bench.do(lambda work: covers.get(work.tx, request))
    assert found.start_at == bench.clock.now


@pytest.mark.parametrize("end", [FRIDAY, FRIDAY - WEEK])
def test_an_end_that_is_not_after_the_start_is_refused(bench: Bench, end: datetime) -> None:
    with pytest.raises(Refused, match="not after the start"):
        asked(bench, end=end)


def test_the_same_time_is_asked_for_once(bench: Bench) -> None:
    asked(bench)
    with pytest.raises(Refused, match="asked for already"):
        asked(bench, start=FRIDAY + HOUR, end=FRIDAY + 2 * HOUR)


def test_who_is_not_in_the_pool_cannot_take_it(bench: Bench) -> None:
    request = asked(bench)
    with pytest.raises(Refused, match=r"ben@acme.test is not a volunteer then"):
        bench.do(take_cover, request, by=BEN)


def test_who_could_not_be_woken_cannot_take_it(bench: Bench) -> None:
    request = asked(bench, start=FRIDAY + WEEK, end=FRIDAY + 2 * WEEK, by=CHI)
    bench.do(lambda work: work.tx.exec_driver_sql("UPDATE contact_methods SET verified_at = NULL"))
    with pytest.raises(Refused, match="no verified contact method can wake them"):
        bench.do(take_cover, request, by=ANA)
    assert serves(bench, FRIDAY + WEEK) == "chi@acme.test"


def test_ones_own_shift_is_not_taken(bench: Bench) -> None:
    request = asked(bench)
    with pytest.raises(Refused, match="your own shift"):
        bench.do(take_cover, request, by=ANA)


def test_a_manager_acts_for_others_and_they_are_told(bench: Bench) -> None:
    request = asked(bench, by=MIA, person="ana@acme.test")
    assert "letter:cover_asked_for_you:1:ana@acme.test" in told(bench)
    bench.do(take_cover, request, by=MIA, person="chi@acme.test")
    assert serves(bench, FRIDAY) == "chi@acme.test"
    assert "letter:cover_asked_for_you:1:chi@acme.test" in told(bench)


def test_nobody_else_acts_for_others(bench: Bench) -> None:
    with pytest.raises(Refused, match=r"Only ana@acme.test or a manager"):
        asked(bench, by=BEN, person="ana@acme.test")


def test_who_could_not_is_not_reminded_and_nobody_learns_it(bench: Bench) -> None:
    request = asked(bench)
    bench.do(cannot_cover, request, by=CHI)
    settle(bench, FRIDAY - 24 * HOUR)
    found = told(bench)
    assert not any(key.startswith("letter:cover_reminder") for key in found)
    assert not any("can't" in text for key, text in found.items() if "chi@" not in key)


def test_the_pool_is_reminded_and_the_managers_are_told_a_day_before(bench: Bench) -> None:
    asked(bench)
    settle(bench, FRIDAY - 24 * HOUR)
    found = told(bench)
    assert "Nobody has taken it yet" in found["letter:cover_reminder:1:24:chi@acme.test"]
    for manager in ("mia", "noor"):
        text = found[f"letter:cover_still_open:1:{manager}@acme.test"]
        assert "Unless somebody takes it, Ana has the pager." in text
    settle(bench, FRIDAY - 4 * HOUR)
    assert "letter:cover_reminder:1:4:chi@acme.test" in told(bench)


def test_what_begins_within_a_day_is_told_to_the_managers_at_once(bench: Bench) -> None:
    bench.clock.now = FRIDAY - 24 * HOUR
    asked(bench)
    found = told(bench)
    for manager in ("mia", "noor"):
        text = found[f"letter:cover_still_open:1:{manager}@acme.test"]
        assert "Unless somebody takes it, Ana has the pager." in text


def test_what_begins_later_is_not_told_to_the_managers_yet(bench: Bench) -> None:
    bench.clock.now = FRIDAY - 24 * HOUR - timedelta(seconds=1)
    asked(bench)
    assert not any(key.startswith("letter:cover_still_open") for key in told(bench))


def test_nobody_is_reminded_of_what_is_covered(bench: Bench) -> None:
    request = asked(bench)
    bench.do(take_cover, request, by=CHI)
    settle(bench, FRIDAY - 24 * HOUR)
    assert not any("reminder" in key or "still_open" in key for key in told(bench))


def test_a_request_that_nobody_took_is_over_at_its_end(bench: Bench) -> None:
    request = asked(bench)
    settle(bench, FRIDAY + WEEK)
    assert state(bench, request) is CoverState.PASSED
    assert "is over; nobody else took it" in told(bench)["board:cover:1"]
    assert serves(bench, FRIDAY) == "ana@acme.test"


def test_what_is_withdrawn_cannot_be_taken(bench: Bench) -> None:
    request = asked(bench)
    with pytest.raises(Refused, match=r"Only ana@acme.test or a manager"):
        bench.do(withdraw_cover, request, by=CHI)
    bench.do(withdraw_cover, request, by=ANA)
    with pytest.raises(Refused, match="is over"):
        bench.do(take_cover, request, by=CHI)
    assert "no cover is needed any more" in told(bench)["board:cover:1"]


def test_an_unknown_request_is_said(bench: Bench) -> None:
    with pytest.raises(Refused, match="not known"):
        bench.do(take_cover, 77, by=CHI)


# ── take this shift now ───────────────────────────────────────────────────────────────────────
def test_the_running_shift_is_taken_from_now_on_and_who_had_it_is_told(bench: Bench) -> None:
    now = bench.clock.now
    taken = bench.do(take_shift, "volunteers", by=ANA)
    assert (taken.before, taken.span.start, taken.span.end) == ("chi@acme.test", now, FRIDAY)
    shift = bench.do(lambda work: work.schedule.on_duty("volunteers", now))
    assert (shift.person, shift.why, shift.instead_of) == (
        "ana@acme.test",
        Why.OVERRIDE,
        "chi@acme.test",
    )
    assert serves(bench, now - HOUR) == "chi@acme.test"
    [letter] = told(bench).values()
    assert letter.startswith(":pager: *Ana has the pager of volunteers*")
    with pytest.raises(Refused, match="has this shift already"):
        bench.do(take_shift, "volunteers", by=ANA)


def test_a_shift_to_come_is_taken_whole(bench: Bench) -> None:
    taken = bench.do(take_shift, "volunteers", by=CHI, at=FRIDAY + 3 * HOUR)
    assert (taken.before, taken.span.start, taken.span.end) == (
        "ana@acme.test",
        FRIDAY,
        FRIDAY + WEEK,
    )
    assert serves(bench, FRIDAY) == "chi@acme.test"


def test_a_part_of_a_shift_is_taken_and_all_who_had_it_are_told(bench: Bench) -> None:
    bench.do(take_shift, "volunteers", by=ANA, at=FRIDAY - HOUR, end=FRIDAY + HOUR)
    assert serves(bench, FRIDAY - 2 * HOUR) == "chi@acme.test"
    assert serves(bench, FRIDAY - HOUR) == "ana@acme.test"
    assert serves(bench, FRIDAY + HOUR) == "ana@acme.test"
    [key] = told(bench)
    assert key.endswith("chi@acme.test")


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        (FRIDAY + HOUR, FRIDAY, "not after the start"),
        (FRIDAY - WEEK, FRIDAY - WEEK, "not after the start"),
        (FRIDAY, FRIDAY + 13 * WEEK, "12 weeks at most"),
    ],
)
def test_an_odd_part_is_not_taken(
    bench: Bench, start: datetime, end: datetime, sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        bench.do(take_shift, "volunteers", by=CHI, at=start, end=end)


def test_nobody_has_two_places_of_a_rota_at_once(bench: Bench) -> None:
    two = 'members = ["mia@acme.test", "noor@acme.test"]'
    with bench.database.write.begin() as tx:
        text = example_text().replace(two, f"{two}\nslots = 2")
        apply(tx, text, now=bench.clock(), by="operator")
    # Both managers serve from Friday on: neither has a place that the other could take.
    for slot in (0, 1):
        holder = bench.do(lambda work, n=slot: work.schedule.on_duty("managers", FRIDAY, n).person)
        other = "UNOOR" if holder == "mia@acme.test" else "UMIA"
        with pytest.raises(Refused, match="in another place"):
            bench.do(
                take_shift,
                "managers",
                by=SlackCaller(slack_id=other, team="T1"),
                at=FRIDAY,
                slot=slot,
            )


def test_only_managers_take_the_managers_shift(bench: Bench) -> None:
    with pytest.raises(Refused, match="only managers stand in the second tier"):
        bench.do(take_shift, "managers", by=ANA)
    bench.do(take_shift, "managers", by=SlackCaller(slack_id="UNOOR", team="T1"))
    assert serves(bench, bench.clock.now, "managers") == "noor@acme.test"


def test_a_rota_that_is_none_is_said(bench: Bench) -> None:
    with pytest.raises(Refused, match="There is no rota ghosts"):
        bench.do(take_shift, "ghosts", by=ANA)


def test_a_guest_changes_no_rota(bench: Bench) -> None:
    bench.do(know_people, [account("gus", guest=True)])
    with pytest.raises(Refused, match="Guests can join"):
        bench.do(take_shift, "volunteers", by=SlackCaller(slack_id="UGUS", team="T1"))


def test_every_act_is_in_the_audit_log(bench: Bench) -> None:
    request = asked(bench)
    bench.do(take_cover, request, by=CHI)
    bench.do(take_shift, "volunteers", by=ANA)

    def acts(work: Work) -> list[tuple[str, str, str]]:
        rows = work.tx.execute(select(audit).order_by(audit.c.id))
        return [(row.act, row.subject, row.by) for row in rows]

    found = bench.do(acts)
    assert ("cover_asked", "cover:1", "ana@acme.test") in found
    assert ("cover_taken", "cover:1", "chi@acme.test") in found
    assert ("shift_taken", "rota:volunteers", "ana@acme.test") in found


def test_the_later_yes_is_the_later_though_the_clock_was_set_back_between_them(
    bench: Bench,
) -> None:
    bench.do(take_shift, "volunteers", by=CHI, at=FRIDAY)
    assert serves(bench, FRIDAY) == "chi@acme.test"
    bench.clock.now -= timedelta(seconds=40)
    taken = bench.do(take_shift, "volunteers", by=ANA, at=FRIDAY)
    assert (taken.before, serves(bench, FRIDAY)) == ("chi@acme.test", "ana@acme.test")
