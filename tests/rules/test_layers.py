"""The layers of a schedule over the rotation: who is away, who serves beside whom, swaps that
follow their shift, offices around the sun (product.md 21, 23 and 24)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.organisation import Anchor, Leave, Office, Override, Rota, RotaKind, Tour
from app.rules.rota import RotaVersion, Shift, Why, on_duty, shifts
from app.rules.schedule import Schedule
from tests.rules.company import DUBLIN, at, override, rota, rotation, tour

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
ABC = rota(["a", "b", "c"])
"""Fridays at 18:00 from 2 January 2026."""
FIRST = at("2026-01-02T18:00")


def serving(found: Sequence[Shift]) -> list[tuple[str, str | None]]:
    """When whose stretch begins."""
    return [(f"{each.start:%d %b %H:%M}", each.person) for each in found]


def plan(
    it: Rota,
    weeks: int = 4,
    *,
    away: Sequence[Leave] = (),
    overrides: Sequence[Override] = (),
    slot: int = 0,
) -> list[Shift]:
    versions = [RotaVersion(it, None)]
    return shifts(versions, overrides, FIRST, FIRST + weeks * WEEK, away, slot)


def leave(who: str, start: str, end: str, *, made: str = "2025-12-01T00:00") -> Leave:
    return Leave(person=who, start=at(start), end=at(end), made_at=at(made))


# ── leave ─────────────────────────────────────────────────────────────────────────────────────
def test_the_next_in_turn_serves_while_one_is_away_and_the_turns_go_on_as_they_were() -> None:
    found = plan(ABC, away=[leave("b", "2026-01-11T00:00", "2026-01-13T00:00")])
    assert serving(found) == [
        ("02 Jan 18:00", "a"),
        ("09 Jan 18:00", "b"),
        ("11 Jan 00:00", "c"),
        ("13 Jan 00:00", "b"),
        ("16 Jan 18:00", "c"),
        ("23 Jan 18:00", "a"),
    ]
    stands_in = found[2]
    assert (stands_in.why, stands_in.instead_of) == (Why.LEAVE, "b")


def test_a_leave_of_exactly_one_shift_cuts_no_empty_piece_off() -> None:
    found = plan(ABC, 2, away=[leave("b", "2026-01-09T18:00", "2026-01-16T18:00")])
    assert serving(found) == [("02 Jan 18:00", "a"), ("09 Jan 18:00", "c")]
    assert all(each.start < each.end for each in found)


def test_whoever_is_away_too_is_passed_over() -> None:
    away = [
        leave("b", "2026-01-09T00:00", "2026-01-17T00:00"),
        leave("c", "2026-01-12T00:00", "2026-01-14T00:00"),
    ]
    assert serving(plan(ABC, 2, away=away)) == [
        ("02 Jan 18:00", "a"),
        ("09 Jan 18:00", "c"),
        ("12 Jan 00:00", "a"),
        ("14 Jan 00:00", "c"),
    ]


def test_when_everybody_is_away_there_is_a_gap_that_says_so() -> None:
    away = [leave(who, "2026-01-10T00:00", "2026-01-11T00:00") for who in "abc"]
    gap = next(each for each in plan(ABC, 2, away=away) if each.person is None)
    assert (gap.start, gap.end) == (at("2026-01-10T00:00"), at("2026-01-11T00:00"))
    assert (gap.why, gap.note) == (Why.GAP, "everybody on the rota is away")


def test_a_leave_does_not_move_the_running_shift() -> None:
    late = leave("a", "2026-01-05T00:00", "2026-01-25T00:00", made="2026-01-04T00:00")
    assert serving(plan(ABC, away=[late])) == [
        ("02 Jan 18:00", "a"),
        ("09 Jan 18:00", "b"),
        ("16 Jan 18:00", "c"),
        ("23 Jan 18:00", "b"),
        ("25 Jan 00:00", "a"),
    ]


def test_a_leave_that_is_withdrawn_changes_neither_old_shifts_nor_the_running_one() -> None:
    long = leave("a", "2026-01-01T00:00", "2026-03-01T00:00")
    kept = replace(long, withdrawn_at=at("2026-01-05T00:00"))
    assert serving(plan(ABC, away=[kept])) == [
        ("02 Jan 18:00", "b"),
        ("09 Jan 18:00", "b"),
        ("16 Jan 18:00", "c"),
        ("23 Jan 18:00", "a"),
    ]


def test_who_covers_serves_also_when_they_are_away() -> None:
    covering = override("b", "2026-01-03T00:00", "2026-01-04T00:00", made="2026-01-01T00:00")
    away = [leave("b", "2026-01-01T00:00", "2026-02-01T00:00")]
    assert ("03 Jan 00:00", "b") in serving(plan(ABC, 1, away=away, overrides=[covering]))


# ── several at once ───────────────────────────────────────────────────────────────────────────
def test_two_serve_at_once_and_then_the_next_two() -> None:
    two = rota(["a", "b", "c", "d", "e"])
    two = replace(two, slots=2)
    assert [each.person for each in plan(two, 5)] == ["a", "c", "e", "b", "d"]
    assert [each.person for each in plan(two, 5, slot=1)] == ["b", "d", "a", "c", "e"]


def test_of_two_who_are_away_each_has_a_stand_in_of_their_own() -> None:
    two = replace(rota(["a", "b", "c", "d"]), slots=2)
    away = [leave(who, "2026-01-01T00:00", "2026-01-09T18:00") for who in "ab"]
    assert plan(two, 1, away=away)[0].person == "c"
    assert plan(two, 1, away=away, slot=1)[0].person == "d"


def test_a_place_that_nobody_is_left_for_is_a_gap() -> None:
    alone = replace(rota(["a"]), slots=2)
    assert plan(alone, 1)[0].person == "a"
    [gap] = plan(alone, 1, slot=1)
    assert (gap.person, gap.note) == (None, "fewer people are on the rota than serve at once")


def test_an_override_relieves_one_of_the_two() -> None:
    two = replace(rota(["a", "b", "c"]), slots=2)
    covering = replace(override("c", "2026-01-03T00:00", "2026-01-04T00:00"), slot=1)
    schedule = Schedule({"rota": ([RotaVersion(two, None)], [covering])})
    both = schedule.all_on_duty("rota", at("2026-01-03T12:00"))
    assert [each.person for each in both] == ["a", "c"]


# ── turns of another shape ────────────────────────────────────────────────────────────────────
def test_four_days_and_three_days_in_turn() -> None:
    split = replace(rotation(), starts=date(2026, 1, 5), turns=frozenset({0, 4}))
    found = shifts([RotaVersion(rota(["a", "b", "c"], split), None)], (), *_january(5, 20))
    assert serving(found) == [
        ("05 Jan 18:00", "a"),
        ("09 Jan 18:00", "b"),
        ("12 Jan 18:00", "c"),
        ("16 Jan 18:00", "a"),
        ("19 Jan 18:00", "b"),
    ]


def test_a_split_week_that_starts_in_between_begins_with_the_rest_of_the_turn() -> None:
    split = replace(rotation(), starts=date(2026, 1, 7), turns=frozenset({0, 4}))
    found = shifts([RotaVersion(rota(["a", "b"], split), None)], (), *_january(7, 13))
    assert serving(found) == [
        ("07 Jan 18:00", "a"),
        ("09 Jan 18:00", "b"),
        ("12 Jan 18:00", "a"),
    ]


def test_a_window_ends_each_day_and_only_days_of_duty_are_turns() -> None:
    office = rotation(DAY, "2026-01-02", "09:00", days=range(5))
    it = rota(["a", "b"], replace(office, until=time(17)))
    found = shifts([RotaVersion(it, None)], (), at("2026-01-02T09:00"), at("2026-01-06T09:00"))
    assert serving(found) == [
        ("02 Jan 09:00", "a"),
        ("02 Jan 17:00", None),
        ("05 Jan 09:00", "b"),
        ("05 Jan 17:00", None),
    ]


def test_a_window_reaches_over_midnight() -> None:
    it = rota(["a"], replace(rotation(DAY, "2026-01-02", "22:00"), until=time(6)))
    found = shifts([RotaVersion(it, None)], (), at("2026-01-02T22:00"), at("2026-01-03T22:00"))
    assert serving(found) == [("02 Jan 22:00", "a"), ("03 Jan 06:00", None)]


# ── swaps ─────────────────────────────────────────────────────────────────────────────────────
def test_a_swap_follows_the_shift_to_its_new_hours() -> None:
    anchor = Anchor(person="b", day=date(2026, 1, 9))
    swap = Override(person="c", start=at("2026-01-09T18:00"), end=at("2026-01-16T18:00"), of=anchor)
    before = RotaVersion(ABC, None)
    earlier = replace(ABC, rotation=replace(ABC.rotation, time=time(12)))
    after = RotaVersion(earlier, at("2026-01-02T18:00"))
    assert on_duty([before], [swap], at("2026-01-09T19:00")).person == "c"
    moved = on_duty([before, after], [swap], at("2026-01-09T13:00"))
    assert (moved.person, moved.instead_of, moved.start) == ("c", "b", at("2026-01-09T12:00"))


def test_a_swap_follows_the_person_when_the_day_is_somebody_elses() -> None:
    swap = Override(
        person="c",
        start=at("2026-01-09T18:00"),
        end=at("2026-01-16T18:00"),
        of=Anchor(person="b", day=date(2026, 1, 9)),
    )
    joined = RotaVersion(replace(ABC, members=("a", "d", "b", "c")), at("2026-01-09T18:00"))
    found = shifts([RotaVersion(ABC, None), joined], [swap], FIRST, FIRST + 4 * WEEK)
    assert [each.person for each in found] == ["a", "d", "c", "c"]


def test_beside_a_swap_another_override_stays_where_it_is() -> None:
    swap = Override(person="c", start=FIRST, end=FIRST, of=Anchor(person="b", day=date(2026, 1, 9)))
    plain = override("b", "2026-01-03T00:00", "2026-01-04T00:00")
    for both in ([swap, plain], [plain, swap]):
        assert serving(plan(ABC, 2, overrides=both)) == [
            ("02 Jan 18:00", "a"),
            ("03 Jan 00:00", "b"),
            ("04 Jan 00:00", "a"),
            ("09 Jan 18:00", "c"),
        ]


def test_a_swap_leaves_the_hours_that_are_nobodys_as_they_are() -> None:
    office = replace(rota(list("abc")).rotation, every=DAY, time=time(9), until=time(17))
    daily = replace(rota(list("abc")), rotation=office)
    swap = Override(person="c", start=FIRST, end=FIRST, of=Anchor(person="b", day=date(2026, 1, 3)))
    found = shifts(
        [RotaVersion(daily, None)], [swap], at("2026-01-03T00:00"), at("2026-01-04T12:00")
    )
    assert serving(found) == [
        ("03 Jan 00:00", None),
        ("03 Jan 09:00", "c"),
        ("03 Jan 17:00", None),
        ("04 Jan 09:00", "c"),
    ]


def test_a_swap_without_a_turn_is_left_out() -> None:
    swap = Override(
        person="c", start=FIRST, end=FIRST + WEEK, of=Anchor(person="z", day=date(2026, 1, 2))
    )
    assert on_duty([RotaVersion(ABC, None)], [swap], FIRST).person == "a"


# ── tours ─────────────────────────────────────────────────────────────────────────────────────
def test_who_leaves_takes_no_new_shift_and_nothing_before_changes() -> None:
    tours = [tour("a", "2026-01-02"), tour("b", "2026-01-02"), tour("c", "2026-01-02")]
    pool = rota(kind=RotaKind.VOLUNTEERS, tours=tours)
    left = [
        replace(each, left_on=date(2026, 1, 16)) if each.person == "b" else each for each in tours
    ]
    after = replace(pool, tours=tuple(left))
    assert [each.person for each in plan(pool, 6)] == ["a", "b", "c", "a", "b", "c"]
    assert [each.person for each in plan(after, 6)] == ["a", "b", "c", "a", "c", "a"]


# ── around the sun ────────────────────────────────────────────────────────────────────────────
TOKYO, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")


def office(name: str, zone: ZoneInfo, clock: str, members: str, every: timedelta = DAY) -> Office:
    turning = rotation(every, "2026-01-05", clock, zone)
    return Office(name=name, rotation=turning, members=tuple(members))


SUN = replace(
    rota(),
    offices=(
        office("tokyo", TOKYO, "09:00", "tu"),
        office("dublin", DUBLIN, "08:00", "de"),
        office("york", NEW_YORK, "11:00", "n"),
    ),
)


def test_each_office_serves_until_the_next_ones_time() -> None:
    versions = [RotaVersion(SUN, None)]
    found = shifts(versions, (), at("2026-01-06T00:00"), at("2026-01-08T00:00"))
    assert serving(found) == [
        ("06 Jan 00:00", "u"),
        ("06 Jan 08:00", "e"),
        ("06 Jan 16:00", "n"),
        ("07 Jan 00:00", "t"),
        ("07 Jan 08:00", "d"),
        ("07 Jan 16:00", "n"),
    ]


def test_clocks_that_are_set_in_one_office_leave_no_hole() -> None:
    versions = [RotaVersion(SUN, None)]
    found = shifts(versions, (), at("2026-03-07T00:00"), at("2026-03-31T00:00"))
    assert all(each.end == following.start for each, following in pairwise(found))
    assert all(each.person for each in found)
    # New York's 11:00 is 16:00 UTC until its clocks are set on 8 March, and 15:00 then.
    assert ("07 Mar 16:00", "n") in serving(found)
    assert ("08 Mar 15:00", "n") in serving(found)


def test_an_office_that_closes_hands_its_hours_to_the_one_before() -> None:
    fewer = RotaVersion(replace(SUN, offices=SUN.offices[:2]), at("2026-01-07T00:00"))
    versions = [RotaVersion(SUN, None), fewer]
    found = shifts(versions, (), at("2026-01-07T00:00"), at("2026-01-08T00:00"))
    assert serving(found) == [("07 Jan 00:00", "t"), ("07 Jan 08:00", "d")]
    assert on_duty(versions, (), at("2026-01-06T20:00")).person == "n"


def test_the_next_in_an_office_stands_in_for_one_who_is_away() -> None:
    away = [leave("u", "2026-01-01T00:00", "2026-02-01T00:00")]
    found = on_duty([RotaVersion(SUN, None)], (), at("2026-01-06T01:00"), away)
    assert (found.person, found.why) == ("t", Why.LEAVE)


def test_volunteers_serve_in_the_hours_of_their_office() -> None:
    tours = [
        Tour(
            person=who,
            starts=date(2026, 1, 2),
            weeks=26,
            accepted_on=date(2026, 1, 1),
            office=where,
        )
        for who, where in (("v", "tokyo"), ("w", "dublin"), ("x", "york"))
    ]
    empty = tuple(replace(each, members=()) for each in SUN.offices)
    pool = replace(SUN, kind=RotaKind.VOLUNTEERS, offices=empty, tours=tuple(tours))
    found = shifts([RotaVersion(pool, None)], (), at("2026-01-06T00:00"), at("2026-01-07T00:00"))
    assert serving(found) == [("06 Jan 00:00", "v"), ("06 Jan 08:00", "w"), ("06 Jan 16:00", "x")]


# ── what holds of every schedule ──────────────────────────────────────────────────────────────
LEAVES = st.lists(
    st.builds(
        lambda who, start, days, made: Leave(
            person=who,
            start=FIRST + start * timedelta(hours=7),
            end=FIRST + start * timedelta(hours=7) + days * DAY,
            made_at=FIRST + made * DAY,
        ),
        st.sampled_from("abcde"),
        st.integers(-20, 200),
        st.integers(1, 30),
        st.integers(-30, 40),
    ),
    max_size=6,
)
SHAPES = st.sampled_from([ABC, replace(rota(list("abcde")), slots=2), SUN])


@settings(deadline=None)
@given(SHAPES, LEAVES, st.integers(0, 60 * 24), st.integers(0, 2))
def test_leave_never_leaves_a_hole_and_each_instant_has_the_same_answer(
    it: Rota, away: list[Leave], hour: int, slot: int
) -> None:
    versions = [RotaVersion(it, None)]
    start, end = FIRST, FIRST + 60 * DAY
    found = shifts(versions, (), start, end, away, slot)
    assert (found[0].start, found[-1].end) == (start, end)
    assert all(each.end == following.start for each, following in pairwise(found))
    moment = start + hour * timedelta(hours=1)
    running = (
        next(each for each in found if each.start <= moment < each.end) if moment < end else None
    )
    if running is not None:
        now = on_duty(versions, (), moment, away, slot)
        assert (now.person, now.why, now.instead_of) == (
            running.person,
            running.why,
            running.instead_of,
        )


@settings(deadline=None)
@given(SHAPES, LEAVES, st.integers(0, 60 * 24))
def test_nobody_who_is_away_serves_and_nobody_serves_twice(
    it: Rota, away: list[Leave], hour: int
) -> None:
    moment = FIRST + hour * timedelta(hours=1)
    schedule = Schedule({"rota": ([RotaVersion(it, None)], ())}, away=away)
    both = schedule.all_on_duty("rota", moment)
    people = [each.person for each in both if each.person is not None]
    assert len(set(people)) == len(people)
    for each in both:
        if each.person is not None and each.turn is not None:
            told = [one for one in away if one.person == each.person and one.holds(each.turn.start)]
            assert not any(one.start <= moment < one.end for one in told)


def _january(first: int, last: int) -> tuple[datetime, datetime]:
    return at(f"2026-01-{first:02}T18:00"), at(f"2026-01-{last:02}T18:00")
