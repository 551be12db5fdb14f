"""Readiness for a shift: looked at a week, a day and an hour before, once each; whoever is not
ready is told, and the managers from a day before on (product.md 25)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.delivery.waits import answer_next
from app.flows import tell
from app.flows.admit import Operator, SlackCaller
from app.flows.contact import add_contact, try_contacts
from app.flows.got_test_page import got_test_page
from app.flows.know_people import know_people
from app.flows.readiness import coming, looks_due, plan_looks, readiness_of
from app.flows.work import Refused, Work
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.ladder import Method
from app.rules.readiness import Light, Need, stage_at
from storage import overrides, pager_tests
from storage.tables import effects
from tests.kit import Bench, account

FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Ana's week of the volunteers begins, and Noor's of the managers."""
ANA, MIA, NOOR = (f"{name}@acme.test" for name in ("ana", "mia", "noor"))
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SEAL = Seal("a-key-for-tests-only-0123456789abcdef")


def caller(name: str) -> SlackCaller:
    return SlackCaller(slack_id=f"U{name.upper()}", team="T1")


def give_a_phone(bench: Bench, person: str, method: Method = Method.PUSH) -> None:
    url = "ntfys://ntfy.example.com/someones"
    if method is Method.EMAIL:
        url = "someone@acme.test"
    bench.do(
        add_contact, person, method=method, target=read_target(method, url, trusted=True),
        seal=SEAL, by=Operator(),
    )  # fmt: skip


def make_ready(bench: Bench, name: str) -> None:
    give_a_phone(bench, f"{name}@acme.test")
    bench.do(try_contacts, f"{name}@acme.test", by=caller(name))
    bench.do(got_test_page, by=caller(name))


def look(bench: Bench, at: datetime) -> dict[str, str]:
    """The tick at that time, and the letters that are new since the last look."""
    before = {row.key for row in letters(bench)}
    bench.clock.now = at
    bench.do(plan_looks)
    while bench.do(answer_next):
        pass

    def told(work: Work) -> dict[str, str]:
        found = {}
        for row in letters(bench):
            if row.key not in before:
                message = tell.letter(work, row.facts)[1]
                found[row.key] = message.text if message else ""
        return found

    return dict(bench.do(told))


def letters(bench: Bench) -> list[Any]:
    with bench.database.read.begin() as tx:
        wanted = select(effects).where(effects.c.key.like("letter:not_ready%"))
        return list(tx.execute(wanted.order_by(effects.c.id)))


def lights(bench: Bench, person: str) -> dict[Need, Light]:
    found = bench.do(readiness_of, person)
    return {each.need: each.light for each in found.checked}


def test_what_is_missing_is_told_a_week_a_day_and_an_hour_before_once_each(bench: Bench) -> None:
    make_ready(bench, "noor")
    first = look(bench, FRIDAY - 3 * DAY)
    assert list(first) == [f"letter:not_ready:volunteers:0:{FRIDAY.isoformat()}:604800:{ANA}"]
    [text] = first.values()
    assert "Nothing verified can wake you" in text
    assert "no test page within 30 days" in text
    assert "`/oncall cover me`" in text
    assert look(bench, FRIDAY - 3 * DAY + HOUR) == {}
    second = look(bench, FRIDAY - DAY)
    assert {key.rpartition(":")[2] for key in second} == {ANA, MIA, NOOR}
    assert any("They were told how to mend it" in text for text in second.values())
    assert look(bench, FRIDAY - DAY + HOUR) == {}
    assert {key.rpartition(":")[2] for key in look(bench, FRIDAY - HOUR)} == {ANA, MIA, NOOR}
    assert look(bench, FRIDAY - timedelta(minutes=1)) == {}


def test_whoever_is_ready_hears_nothing(bench: Bench) -> None:
    make_ready(bench, "ana")
    make_ready(bench, "noor")
    for before in (3 * DAY, DAY, HOUR):
        assert look(bench, FRIDAY - before) == {}


def test_a_look_that_was_missed_is_made_at_the_stage_that_is_reached(bench: Bench) -> None:
    """Baton was down from a week to half an hour before."""
    make_ready(bench, "noor")
    found = look(bench, FRIDAY - timedelta(minutes=30))
    assert {key.split(":")[-2] for key in found} == {"3600"}


def test_it_is_looked_at_when_it_is_due_and_told_as_it_stands_then(bench: Bench) -> None:
    make_ready(bench, "noor")
    assert look(bench, FRIDAY - 3 * DAY)
    make_ready(bench, "ana")
    assert look(bench, FRIDAY - DAY) == {}
    told = [bench.do(tell.letter, row.facts)[1] for row in letters(bench)]
    assert told == [None]


def cover(bench: Bench, person: str, start: datetime, end: datetime) -> None:
    bench.do(
        lambda work: overrides.add(
            work.tx, rota="volunteers", slot=0, person=person, start=start, end=end, why="",
            at=work.now, by="mia@acme.test",
        )
    )  # fmt: skip


def test_whoever_takes_a_part_late_is_looked_at_at_once_and_nobody_again(bench: Bench) -> None:
    for name in ("ana", "noor"):
        make_ready(bench, name)
    assert look(bench, FRIDAY - 3 * HOUR) == {}
    cover(bench, "ben@acme.test", FRIDAY + 2 * HOUR, FRIDAY + DAY)
    found = look(bench, FRIDAY - 3 * HOUR + timedelta(minutes=1))
    assert {key.rpartition(":")[2] for key in found} == {"ben@acme.test", MIA, NOOR}
    assert look(bench, FRIDAY + 2 * HOUR - HOUR)
    assert look(bench, FRIDAY + 2 * HOUR) == {}


def test_whoever_goes_on_serving_has_no_shift_that_begins(bench: Bench) -> None:
    cover(bench, "chi@acme.test", FRIDAY, FRIDAY + DAY)
    starts = {each.person: each.span.start for each in bench.do(coming, timedelta(days=7))}
    assert "chi@acme.test" not in starts
    assert starts[ANA] == FRIDAY + DAY


def test_a_team_rota_is_left_alone(bench: Bench) -> None:
    shifts = bench.do(coming, timedelta(days=7))
    assert {each.rota for each in shifts} == {"volunteers", "managers"}


def test_a_deactivated_account_is_told_to_the_managers_a_week_before(bench: Bench) -> None:
    make_ready(bench, "ana")
    make_ready(bench, "noor")
    bench.do(know_people, [account("ana", deactivated=True)])
    found = look(bench, FRIDAY - 3 * DAY)
    assert {key.rpartition(":")[2] for key in found} >= {MIA, NOOR}
    assert any("their Slack account is deactivated" in text for text in found.values())


def test_two_at_once_plan_each_look_once(bench: Bench) -> None:
    bench.clock.now = FRIDAY - 3 * DAY
    due = bench.do(looks_due)
    assert len(due) == 2
    assert bench.do(plan_looks) == 2
    assert bench.do(plan_looks) == 0
    assert bench.do(looks_due) == []


# ── the lights ────────────────────────────────────────────────────────────────────────────────
def test_the_lights_of_somebody_with_nothing(bench: Bench) -> None:
    assert lights(bench, ANA) == {
        Need.WAKING: Light.MISSING,
        Need.TESTED: Light.MISSING,
        Need.ACCOUNT: Light.OK,
        Need.WHOLE: Light.OK,
    }


def test_a_test_page_counts_once_its_person_says_that_it_came_and_for_30_days(
    bench: Bench,
) -> None:
    give_a_phone(bench, ANA)
    bench.do(try_contacts, ANA, by=caller("ana"))
    assert lights(bench, ANA)[Need.TESTED] is Light.MISSING
    bench.do(got_test_page, by=caller("ana"))
    answered = bench.clock.now
    bench.clock.forward(hours=1)
    bench.do(got_test_page, by=caller("ana"))
    assert bench.do(lambda work: pager_tests.last_answered(work.tx, ANA)) == answered
    assert lights(bench, ANA)[Need.TESTED] is Light.OK
    bench.clock.now = answered + 30 * DAY
    assert lights(bench, ANA)[Need.TESTED] is Light.MISSING


def test_what_wakes_nobody_proves_nothing(bench: Bench) -> None:
    give_a_phone(bench, ANA, Method.EMAIL)
    bench.do(try_contacts, ANA, by=caller("ana"))
    with pytest.raises(Refused, match="No test page that can wake you"):
        bench.do(got_test_page, by=caller("ana"))


def test_a_test_page_of_yesterday_is_not_answered_today(bench: Bench) -> None:
    give_a_phone(bench, ANA)
    bench.do(try_contacts, ANA, by=caller("ana"))
    bench.clock.forward(days=1, seconds=1)
    with pytest.raises(Refused, match="within a day"):
        bench.do(got_test_page, by=caller("ana"))


def test_an_account_not_heard_of_for_long_is_unknown_and_holds_nobody_up(bench: Bench) -> None:
    make_ready(bench, "ana")
    bench.clock.forward(days=8)
    found = bench.do(readiness_of, ANA)
    assert {each.need: each.light for each in found.checked}[Need.ACCOUNT] is Light.UNKNOWN
    assert found.ready


def test_a_manager_who_tests_another_pager_is_answered_by_its_person(bench: Bench) -> None:
    give_a_phone(bench, ANA)
    bench.do(try_contacts, ANA, by=caller("mia"))
    with bench.database.read.begin() as tx:
        [row] = tx.execute(select(effects).where(effects.c.key.like("letter:pager_test%")))
    message = bench.do(tell.letter, row.facts)[1]
    assert "Did it ring?" in message.text
    with pytest.raises(Refused):
        bench.do(got_test_page, by=caller("mia"))
    bench.do(got_test_page, by=caller("ana"))
    assert lights(bench, ANA)[Need.TESTED] is Light.OK


@pytest.mark.parametrize(
    ("before", "stage"),
    [
        (8 * DAY, None),
        (7 * DAY, 7 * DAY),
        (DAY + HOUR, 7 * DAY),
        (DAY, DAY),
        (HOUR, HOUR),
        (timedelta(), HOUR),
    ],
)
def test_the_stage_is_the_latest_that_is_reached(
    before: timedelta, stage: timedelta | None
) -> None:
    assert stage_at(FRIDAY, FRIDAY - before) == stage
