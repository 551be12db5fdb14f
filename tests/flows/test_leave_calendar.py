"""Calendars of absences: nothing counts before its person has seen it, what is known is never
dropped because a calendar is away, and what they took away themselves stays away."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.calendars.absences import Absence
from app.calendars.address import read_address
from app.flows import tell
from app.flows.admit import Operator, SlackCaller
from app.flows.away import come_back, list_away
from app.flows.kinds import Kind
from app.flows.leave_calendar import (
    CLAIMED,
    DAILY,
    SOONER,
    add_calendar,
    calendar_failed,
    calendar_read,
    claim_calendars,
    confirm_calendar,
    import_absences,
    is_calendar_due,
    list_calendars,
    remove_calendar,
)
from app.flows.person import export_person
from app.flows.reseal import count_sealed, reseal
from app.flows.work import Refused, Work
from app.paging.seal import Seal
from storage import leave_calendars
from storage.tables import audit, effects
from tests.kit import Bench

NOW = datetime(2026, 11, 23, 22, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
OLD, NEW = "an-older-key-for-tests-only-0123456789", "a-newer-key-for-tests-only-0123456789"
SEAL = Seal(OLD)
URL = "https://calendar.acme.test/private-0123456789abcdef/basic.ics"
ANA, BEN, MIA = (SlackCaller(slack_id=f"U{name}", team="T1") for name in ("ANA", "BEN", "MIA"))
AWAY = Absence(start=FRIDAY, end=FRIDAY + WEEK, uid="1@x")
LATER = Absence(start=FRIDAY + 4 * WEEK, end=FRIDAY + 5 * WEEK, uid="2@x")


def add(bench: Bench, by: SlackCaller = ANA, **more: object) -> int:
    address = read_address(URL)
    return int(bench.do(add_calendar, address, seal=SEAL, by=by, **more).id)


def serves(bench: Bench, at: datetime = FRIDAY) -> str | None:
    return bench.do(lambda work: work.schedule.on_duty("volunteers", at).person)  # type: ignore[no-any-return]


def letters(bench: Bench, what: str) -> list[tuple[str, str]]:
    def look(work: Work) -> list[tuple[str, str]]:
        rows = work.tx.execute(select(effects).where(effects.c.kind == Kind.LETTER))
        told = [(each.facts["to"], tell.letter(work, each.facts)[1]) for each in rows
                if each.facts["what"] == what]  # fmt: skip
        return [(to, message.text) for to, message in told if message]

    return list(bench.do(look))


def away(bench: Bench) -> list[tuple[datetime, datetime]]:
    return [(each.start_at, each.end_at) for each in bench.do(list_away, by=ANA)]


def test_nothing_counts_before_it_was_seen_and_confirmed(bench: Bench) -> None:
    calendar = add(bench)
    assert bench.do(is_calendar_due)
    bench.do(calendar_read, calendar, [AWAY])
    assert serves(bench) == "ana@acme.test"
    [(to, text)] = letters(bench, "calendar_found")
    assert to == "ana@acme.test"
    assert "*Chi* instead of Ana" in text
    assert bench.do(confirm_calendar, calendar, by=ANA) == 1
    assert serves(bench) == "chi@acme.test"
    assert [to for to, _ in letters(bench, "shifts_moved")] == ["chi@acme.test"]
    assert letters(bench, "calendar_found") == []
    with pytest.raises(Refused, match="nothing to confirm"):
        bench.do(confirm_calendar, calendar, by=ANA)


def test_confirmed_it_is_followed_each_day(bench: Bench) -> None:
    calendar = add(bench)
    bench.do(calendar_read, calendar, [AWAY])
    bench.do(confirm_calendar, calendar, by=ANA)
    assert not bench.do(is_calendar_due)
    bench.clock.forward(seconds=DAILY.total_seconds())
    assert [each.id for each in bench.do(claim_calendars)] == [calendar]
    bench.do(calendar_read, calendar, [AWAY])
    assert away(bench) == [(AWAY.start, AWAY.end)]
    bench.do(calendar_read, calendar, [LATER])
    assert away(bench) == [(LATER.start, LATER.end)]
    assert serves(bench) == "ana@acme.test"
    assert ("ana@acme.test" in [to for to, _ in letters(bench, "shifts_moved")]) is True


def test_a_calendar_that_is_away_drops_nothing_and_is_told_once(bench: Bench) -> None:
    calendar = add(bench)
    bench.do(calendar_read, calendar, [AWAY])
    bench.do(confirm_calendar, calendar, by=ANA)
    for _ in range(3):
        bench.clock.forward(seconds=SOONER.total_seconds())
        bench.do(calendar_failed, calendar, "Its server answered 503.")
    [(to, text)] = letters(bench, "calendar_failed")
    assert (to, "answered 503" in text) == ("ana@acme.test", True)
    assert serves(bench) == "chi@acme.test"
    bench.do(calendar_read, calendar, [AWAY])
    assert letters(bench, "calendar_failed") == []
    bench.do(calendar_failed, calendar, "Its server answered 503.")
    with bench.database.read.begin() as tx:
        rows = tx.execute(select(effects.c.key).where(effects.c.kind == Kind.LETTER))
        assert sum(":calendar_failed:" in row.key for row in rows) == 2


def test_what_was_taken_away_by_hand_stays_away(bench: Bench) -> None:
    calendar = add(bench)
    bench.do(calendar_read, calendar, [AWAY, LATER])
    bench.do(confirm_calendar, calendar, by=ANA)
    first = bench.do(list_away, by=ANA)[0]
    bench.do(come_back, first.id, by=ANA)
    bench.do(calendar_read, calendar, [AWAY, LATER])
    assert away(bench) == [(LATER.start, LATER.end)]


def test_what_the_calendar_dropped_and_has_again_counts_again(bench: Bench) -> None:
    calendar = add(bench)
    bench.do(calendar_read, calendar, [AWAY])
    bench.do(confirm_calendar, calendar, by=ANA)
    bench.do(calendar_read, calendar, [])
    assert away(bench) == []
    bench.do(calendar_read, calendar, [AWAY])
    assert away(bench) == [(AWAY.start, AWAY.end)]


def test_removed_its_absences_go_with_it_and_a_late_reader_does_nothing(bench: Bench) -> None:
    calendar = add(bench)
    bench.do(calendar_read, calendar, [AWAY])
    bench.do(confirm_calendar, calendar, by=ANA)
    bench.do(remove_calendar, calendar, by=ANA)
    assert serves(bench) == "ana@acme.test"
    bench.do(calendar_read, calendar, [AWAY])
    bench.do(calendar_failed, calendar, "It is gone.")
    assert (away(bench), letters(bench, "calendar_failed")) == ([], [])
    assert bench.do(list_calendars, by=ANA) == []
    with pytest.raises(Refused, match="not there any more"):
        bench.do(remove_calendar, calendar, by=ANA)
    kept = bench.do(lambda work: leave_calendars.get(work.tx, calendar))
    assert kept.address == b""


def test_two_replicas_do_not_read_the_same_one(bench: Bench) -> None:
    add(bench)
    assert len(bench.do(claim_calendars)) == 1
    assert bench.do(claim_calendars) == []
    bench.clock.forward(seconds=CLAIMED.total_seconds())
    assert len(bench.do(claim_calendars)) == 1


def test_the_address_is_kept_sealed_and_given_out_nowhere(bench: Bench) -> None:
    calendar = add(bench)
    with bench.database.read.begin() as tx:
        rows = [*tx.execute(select(audit)), *tx.execute(select(effects))]
    stored = bench.do(lambda work: leave_calendars.get(work.tx, calendar))
    assert SEAL.open(stored.address) == URL
    assert b"private" not in stored.address
    assert "private-0123" not in f"{rows} {stored}"
    told = bench.do(export_person, "ana@acme.test", by=Operator())
    assert told["leave_calendars"][0]["hint"] == "calendar.acme.test …ics"
    assert "private-0123" not in str(told)


def test_its_seal_is_renewed_with_the_others(bench: Bench) -> None:
    calendar = add(bench)
    both = Seal(f"{NEW},{OLD}")
    assert bench.do(count_sealed, both).older == 1
    bench.do(reseal, 0, seal=both, by=Operator())
    assert bench.do(count_sealed, both).older == 0
    stored = bench.do(lambda work: leave_calendars.get(work.tx, calendar))
    assert Seal(NEW).open(stored.address) == URL


def test_the_same_calendar_and_too_many_are_refused(bench: Bench) -> None:
    add(bench)
    with pytest.raises(Refused, match="there already"):
        add(bench)
    for number in range(4):
        address = read_address(f"https://calendar.acme.test/{number}.ics")
        bench.do(add_calendar, address, seal=SEAL, by=ANA)
    with pytest.raises(Refused, match="Remove one first"):
        bench.do(add_calendar, read_address("https://calendar.acme.test/x"), seal=SEAL, by=ANA)


def test_nobody_else_confirms_or_removes_it(bench: Bench) -> None:
    calendar = add(bench)
    bench.do(calendar_read, calendar, [AWAY])
    for flow in (confirm_calendar, remove_calendar):
        with pytest.raises(Refused, match=r"Only ana@acme.test or a manager"):
            bench.do(flow, calendar, by=BEN)
    assert bench.do(confirm_calendar, calendar, by=MIA) == 1


def test_a_file_is_taken_once(bench: Bench) -> None:
    assert bench.do(import_absences, "ana@acme.test", [AWAY, LATER], by=Operator()) == 2
    assert bench.do(import_absences, "ana@acme.test", [AWAY, LATER], by=Operator()) == 0
    assert serves(bench) == "chi@acme.test"
    assert {to for to, _ in letters(bench, "shifts_moved")} >= {"ana@acme.test", "chi@acme.test"}
