"""Volunteering: by one's own act, from a boundary, and one tour however often it is pressed
(product.md 22)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.delivery.waits import answer_next
from app.flows.admit import Operator, SlackCaller
from app.flows.contact import add_contact
from app.flows.declare import declare
from app.flows.know_people import know_people
from app.flows.volunteer import Joined, Prospect, Wish, volunteer, would_volunteer
from app.flows.work import Refused
from app.paging.seal import Seal
from app.paging.targets import read_target
from app.rules.ladder import Method
from storage.tables import audit, pages, tours
from tests.kit import Bench, account

FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Ana's week of the volunteers begins; the bench stands at Monday 22:00 before it."""
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)
ANA, BEN, MIA = (SlackCaller(slack_id=f"U{name}", team="T1") for name in ("ANA", "BEN", "MIA"))
BENS = "ben@acme.test"
SEAL = Seal("a-key-for-tests-only-0123456789abcdef")


def look(bench: Bench, wish: Wish | None = None, by: Any = BEN) -> Prospect:
    found = bench.do(would_volunteer, wish or Wish(), by=by)
    assert isinstance(found, Prospect)
    return found


def join(bench: Bench, wish: Wish | None = None, by: Any = BEN, **how: Any) -> Joined:
    found = bench.do(volunteer, wish or Wish(), by=by, **how)
    assert isinstance(found, Joined)
    return found


def serves(bench: Bench, at: datetime) -> str | None:
    return bench.do(lambda work: work.schedule.on_duty("volunteers", at).person)  # type: ignore[no-any-return]


def count(bench: Bench) -> int:
    return len(bench.do(lambda work: work.tx.execute(select(tours)).all()))


def test_what_it_would_mean_is_said_before_anything_is_changed(bench: Bench) -> None:
    found = look(bench)
    assert (found.tour.starts, found.tour.weeks) == (date(2026, 11, 27), 26)
    assert (found.start, found.end) == (FRIDAY, FRIDAY + 26 * WEEK - HOUR)  # summer time by then
    assert found.first is not None
    assert found.first.start == FRIDAY  # after Chi, whose week runs
    assert (found.people, found.between, found.outside) == (3, 3 * WEEK, True)
    assert not found.wakes
    assert count(bench) == 0


def test_who_joins_serves_from_the_next_boundary(bench: Bench) -> None:
    before = [serves(bench, FRIDAY - n * WEEK) for n in range(-1, 9)]
    assert join(bench).new
    assert serves(bench, bench.clock.now) == "chi@acme.test"
    coming = [serves(bench, FRIDAY + n * WEEK) for n in range(6)]
    assert sorted(map(str, coming[:3])) == ["ana@acme.test", BENS, "chi@acme.test"]
    assert coming[:3] == coming[3:]
    # Old shifts, and the running one, are as they were (product.md 26).
    assert [serves(bench, FRIDAY - n * WEEK) for n in range(1, 9)] == before[2:]


def test_a_tour_ends_by_itself(bench: Bench) -> None:
    join(bench, Wish(weeks=4))
    served = {serves(bench, FRIDAY + n * WEEK) for n in range(4, 14)}
    assert BENS not in served
    assert BENS in {serves(bench, FRIDAY + n * WEEK) for n in range(4)}


def test_pressed_twice_it_is_one_tour(bench: Bench) -> None:
    wish = Wish(starts=look(bench).tour.starts)
    assert join(bench, wish).new
    assert not join(bench, wish).new
    assert count(bench) == 1


def test_a_tour_from_a_named_day(bench: Bench) -> None:
    found = join(bench, Wish(starts=date(2026, 12, 16), weeks=13)).prospect
    assert found.start == datetime(2026, 12, 18, 18, tzinfo=UTC)
    assert BENS not in {serves(bench, FRIDAY + n * WEEK) for n in range(3)}


def test_a_day_before_the_boundary_leaves_the_running_shift_as_it_is(bench: Bench) -> None:
    found = join(bench, Wish(starts=bench.clock.now.date())).prospect
    assert found.tour.starts == date(2026, 11, 27)
    assert serves(bench, bench.clock.now) == "chi@acme.test"


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish(starts=date(2026, 11, 22)), "2026-11-22 has passed"),
        (Wish(starts=date(2028, 1, 1)), "more than a year ahead"),
        (Wish(weeks=0), "1 to 52 weeks"),
        (Wish(weeks=53), "1 to 52 weeks"),
        (Wish(office="dublin"), "no offices"),
    ],
)
def test_what_cannot_be_is_said(bench: Bench, wish: Wish, sentence: str) -> None:
    for act in (would_volunteer, volunteer):
        with pytest.raises(Refused, match=sentence):
            bench.do(act, wish, by=BEN)
    assert count(bench) == 0


def test_ones_own_tours_do_not_overlap(bench: Bench) -> None:
    with pytest.raises(Refused, match="You have a tour from 2026-09-04 to 2027-03-05 already"):
        look(bench, by=ANA)
    join(bench)
    with pytest.raises(Refused, match="would overlap"):
        join(bench, Wish(starts=date(2027, 1, 1)))
    # The next one may begin when the first is over.
    after = join(bench, Wish(starts=date(2027, 5, 28), weeks=13))
    assert after.prospect.tour.ends == date(2027, 8, 27)


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2027, 10, 31)])
def test_a_tour_may_begin_on_the_day_on_which_the_clocks_change(bench: Bench, day: date) -> None:
    found = join(bench, Wish(starts=day)).prospect
    assert found.start.astimezone(found.rota.rotation.timezone).strftime("%a %H:%M") == "Fri 18:00"


def test_who_could_not_be_woken_is_taken_and_told(bench: Bench) -> None:
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=True)
    assert not join(bench).prospect.wakes
    bench.do(add_contact, "mia@acme.test", method=Method.PUSH, target=target, seal=SEAL,
             by=Operator())  # fmt: skip
    assert join(bench, by=MIA).prospect.wakes


def test_a_new_volunteer_may_look_on_before_their_first_shift(bench: Bench) -> None:
    found = join(bench, shadowing=True).prospect
    assert found.shadow is not None
    assert found.first is not None
    assert found.shadow.span.end == found.first.start
    looking = bench.do(lambda work: work.schedule.shadowing("volunteers", found.shadow.span.start))
    assert looking == [BENS]
    # Looking on is not serving.
    assert serves(bench, found.shadow.span.start) == found.shadow.primary != BENS


def test_the_running_shift_is_looked_on_from_now(bench: Bench) -> None:
    """Of five hours that are left of it, five hours."""
    bench.clock.now = FRIDAY - 5 * HOUR
    found = look(bench)
    assert found.shadow is not None
    assert found.shadow.span.start >= bench.clock.now


def test_who_has_served_needs_no_shadow(bench: Bench) -> None:
    bench.clock.now = datetime(2027, 4, 1, 12, tzinfo=UTC)  # Ana's tour of the file is over
    bench.do(know_people, [account("ana"), account("ben")])
    assert look(bench, by=ANA).shadow is None


def test_nobody_is_added_by_anybody_else(bench: Bench) -> None:
    with pytest.raises(Refused, match="by their own act"):
        bench.do(volunteer, Wish(), by=Operator())


@pytest.mark.parametrize("standing", ["guest", "deactivated", "external", "bot"])
def test_only_members_volunteer(bench: Bench, standing: str) -> None:
    bench.do(know_people, [account("gus", **{standing: True})])
    with pytest.raises(Refused):
        bench.do(volunteer, Wish(), by=SlackCaller(slack_id="UGUS", team="T1"))
    assert count(bench) == 0


def test_the_act_is_in_the_audit_log(bench: Bench) -> None:
    join(bench)
    rows = bench.do(lambda work: work.tx.execute(select(audit).order_by(audit.c.id)).all())
    assert ("tour_joined", "tour:1", BENS) in [(row.act, row.subject, row.by) for row in rows]


def test_whom_the_file_does_not_name_volunteers_and_is_rung(bench: Bench) -> None:
    bench.do(know_people, [account("gus")])
    by = SlackCaller(slack_id="UGUS", team="T1")
    gus = join(bench, by=by).prospect.tour.person
    target = read_target(Method.PUSH, "ntfys://ntfy.example.com/someones", trusted=True)
    bench.do(add_contact, gus, method=Method.PUSH, target=target, seal=SEAL, by=Operator())
    bench.clock.now = FRIDAY + HOUR
    assert serves(bench, bench.clock.now) == gus
    bench.do(declare, "the load fails", by=Operator(), service="nightly-elt", sla="elt-fresh")
    while bench.do(answer_next):
        pass
    rung = bench.do(lambda work: work.tx.execute(select(pages.c.person)).scalars().all())
    assert rung == [gus]
