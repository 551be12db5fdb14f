"""Each turn goes to the member after the last one who served, through edits and tours."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from app.rules.calendar import Interval
from app.rules.organisation import RotaKind, Rotation
from app.rules.rota import RotaVersion, on_duty, turn_order
from tests.rules.company import at, rota, rotation, tour
from tests.rules.test_rota import always, edited, people, served, volunteers

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
TWO_DAYS = rotation(WEEK, "2026-01-05", "09:00", day=0, days=[0, 2])
"""A turn is a Monday and the Wednesday after it, from 09:00 to 09:00."""
FROM_SATURDAY = rotation(WEEK, "2026-01-03", "09:00", day=5, days=range(5))
"""A turn is a weekend on which nobody serves, and the five days after it."""


def version(members: str, effective: str | None, turning: Rotation | None = None) -> RotaVersion:
    return RotaVersion(rota(members, turning), at(effective) if effective else None)


# ── a version that begins inside a turn of the one before ─────────────────────────────────────
def test_where_a_new_start_cuts_a_turn_the_new_version_serves_at_once() -> None:
    """The new rota starts on a Wednesday, in the middle of a week of the old one."""
    versions = [
        version("abc", None),
        version("xyz", "2026-01-05T00:00", rotation(WEEK, "2026-02-04", "18:00")),
    ]
    start = at("2026-02-04T18:00")
    assert on_duty(versions, (), start - timedelta(microseconds=1)).person == "b"
    assert on_duty(versions, (), start).person == "x"
    assert on_duty(versions, (), start + DAY).person == "x"
    assert served(versions, "2026-02-04T18:00", "2026-02-11T18:00") == [
        ("02-04 18:00", "02-11 18:00", "x")
    ]


# ── turns with days off in them ───────────────────────────────────────────────────────────────
def test_what_is_left_of_a_turn_goes_to_the_next_in_order() -> None:
    """The edit is made on a's Monday: what is left of the turn, its Wednesday, is b's."""
    versions = edited(rota("abc", TWO_DAYS), rota("abcd", TWO_DAYS), "2026-01-05T12:00")
    assert versions[1].effective == at("2026-01-06T09:00")
    assert served(versions, "2026-01-05T09:00", "2026-01-15T09:00") == [
        ("01-05 09:00", "01-06 09:00", "a"),
        ("01-06 09:00", "01-07 09:00", "-"),
        ("01-07 09:00", "01-08 09:00", "b"),
        ("01-08 09:00", "01-12 09:00", "-"),
        ("01-12 09:00", "01-13 09:00", "c"),
        ("01-13 09:00", "01-14 09:00", "-"),
        ("01-14 09:00", "01-15 09:00", "c"),
    ]


def test_between_two_days_of_a_turn_its_member_comes_first_in_the_order() -> None:
    it = always(rota("abc", TWO_DAYS))
    assert turn_order(it, at("2026-01-06T12:00")) == ["a", "b", "c"]
    assert turn_order(it, at("2026-01-08T09:00")) == ["b", "c", "a"]
    assert turn_order(it, at("2026-01-08T08:59")) == ["a", "b", "c"]


def test_a_first_turn_of_which_nobody_served_a_day_is_not_used_up() -> None:
    """The edit is made on the weekend on which the rota starts."""
    versions = edited(rota("abc", FROM_SATURDAY), rota("xabc", FROM_SATURDAY), "2026-01-03T12:00")
    assert versions[1].effective == at("2026-01-05T09:00")
    assert served(versions, "2026-01-03T09:00", "2026-01-17T09:00") == [
        ("01-03 09:00", "01-05 09:00", "-"),
        ("01-05 09:00", "01-10 09:00", "x"),
        ("01-10 09:00", "01-12 09:00", "-"),
        ("01-12 09:00", "01-17 09:00", "a"),
    ]


def test_a_version_without_a_day_of_duty_changes_nobodys_turn() -> None:
    """Of three versions the second one is over before it has a day on duty."""
    versions = [
        version("abc", None, FROM_SATURDAY),
        version("bc", "2026-01-10T09:00", FROM_SATURDAY),
        version("abc", "2026-01-12T09:00", FROM_SATURDAY),
    ]
    assert served(versions, "2026-01-05T09:00", "2026-01-17T09:00") == [
        ("01-05 09:00", "01-10 09:00", "a"),
        ("01-10 09:00", "01-12 09:00", "-"),
        ("01-12 09:00", "01-17 09:00", "b"),
    ]


def test_short_turns_begin_with_the_first_listed_day() -> None:
    """A rota of twelve hours on weekdays that starts on a Saturday: its first turn is Monday's."""
    turning = rotation(12 * timedelta(hours=1), "2026-01-03", "08:00", days=range(5))
    it = always(rota("ab", turning))
    first = Interval(at("2026-01-05T08:00"), at("2026-01-05T20:00"))
    assert on_duty(it, (), first.start).turn == first
    assert on_duty(it, (), at("2026-01-05T19:59")).turn == first
    saturday = on_duty(it, (), at("2026-01-03T08:00"))
    assert (saturday.start, saturday.end, saturday.person) == (
        at("2026-01-03T08:00"),
        first.start,
        None,
    )


# ── the order of several versions ─────────────────────────────────────────────────────────────
def test_the_order_is_that_of_the_version_that_serves() -> None:
    versions = [version("abc", None), version("xyz", "2026-01-16T18:00")]
    before = at("2026-01-16T18:00") - timedelta(microseconds=1)
    assert turn_order(versions, at("2025-01-01")) == ["a", "b", "c"]
    assert turn_order(versions, before) == ["b", "c", "a"]
    assert turn_order(versions, at("2026-01-16T18:00")) == ["x", "y", "z"]
    assert turn_order(versions, at("2026-01-23T18:00")) == ["y", "z", "x"]


def test_the_order_changes_with_the_turn_in_which_somebody_comes() -> None:
    it = always(volunteers(tour("a", "2026-01-02"), tour("b", "2026-01-16")))
    before = at("2026-01-16T18:00") - timedelta(microseconds=1)
    assert turn_order(it, before) == ["a"]
    assert turn_order(it, at("2026-01-16T18:00")) == ["b", "a"]


# ── tours and edits together ──────────────────────────────────────────────────────────────────
def test_after_tours_that_came_and_went_an_edit_goes_on_after_the_last_one_who_served() -> None:
    """c has the pager when the edit is made; a and b served before c came."""
    tours = [tour("a", "2026-01-02"), tour("b", "2026-01-02"), tour("c", "2026-01-16")]
    before = volunteers(*tours)
    after = volunteers(*tours, tour("d", "2026-01-23"))
    assert people(before, "2026-01-02T18:00", 5) == "abcab"
    versions = edited(before, after, "2026-01-17T12:00")
    assert people(versions, "2026-01-02T18:00", 6) == "abcdab"


def test_when_everybody_had_left_before_an_edit_it_goes_on_after_the_last_who_served() -> None:
    gone = volunteers(tour("a", "2026-01-02", 2), tour("b", "2026-01-02", 2))
    back = volunteers(
        tour("a", "2026-01-02", 2),
        tour("b", "2026-01-02", 2),
        tour("a", "2026-01-30"),
        tour("b", "2026-01-30"),
    )
    versions = edited(gone, back, "2026-01-20T12:00")
    assert people(versions, "2026-01-02T18:00", 6) == "ab--ab"


def test_a_tour_that_is_over_or_to_come_is_a_place_for_its_days_alone() -> None:
    it = rota(
        kind=RotaKind.VOLUNTEERS,
        turning=rotation(DAY, "2026-01-02", "18:00"),
        tours=[tour("a", "2026-01-02", 1), tour("b", "2026-01-09", 1)],
    )
    assert people(it, "2026-01-07T18:00", 4) == "aabb"
    assert people(it, "2026-01-15T18:00", 3) == "b--"


def test_who_tours_again_and_would_follow_themselves_lets_the_next_one_go_first() -> None:
    it = volunteers(
        tour("a", "2026-01-02"),
        tour("b", "2026-01-02", 2),
        tour("b", "2026-01-16"),
        tour("c", "2026-01-16"),
    )
    assert people(it, "2026-01-02T18:00", 6) == "abcabc"


def test_who_served_last_and_has_another_place_now_is_followed_from_there() -> None:
    before = volunteers(*(tour(name, "2026-01-02") for name in "abc"))
    after = volunteers(tour("a", "2026-01-02"), tour("b", "2026-01-03"), tour("c", "2026-01-02"))
    versions = edited(before, after, "2026-01-12T12:00")
    assert people(versions, "2026-01-02T18:00", 6) == "abacba"


def test_who_left_last_in_order_is_followed_from_the_nearest_before_them_who_stays() -> None:
    versions = edited(rota("abcd"), rota("xab"), "2026-01-26T12:00")
    assert people(versions, "2026-01-02T18:00", 7) == "abcdxab"
    versions = edited(rota("abcd"), rota("abx"), "2026-01-26T12:00")
    assert people(versions, "2026-01-02T18:00", 7) == "abcdxab"


def test_each_turn_of_a_window_has_the_volunteers_of_its_day() -> None:
    it = volunteers(tour("a", "2026-01-02", 3), tour("b", "2026-01-16"))
    assert served(it, "2026-01-02T18:00", "2026-01-30T18:00") == [
        ("01-02 18:00", "01-09 18:00", "a"),
        ("01-09 18:00", "01-16 18:00", "a"),
        ("01-16 18:00", "01-23 18:00", "b"),
        ("01-23 18:00", "01-30 18:00", "b"),
    ]


def test_who_comes_on_the_very_day_of_an_edit_has_not_served_before_it() -> None:
    """b's tour ends and c's begins with the edit; d stands between a and b."""
    before = volunteers(
        tour("a", "2026-01-02"), tour("b", "2026-01-02", 2), tour("c", "2026-01-16")
    )
    after = volunteers(
        tour("a", "2026-01-02"),
        tour("d", "2026-01-02"),
        tour("b", "2026-01-02", 2),
        tour("c", "2026-01-16"),
    )
    versions = edited(before, after, "2026-01-12T12:00")
    assert people(versions, "2026-01-02T18:00", 5) == "abcad"


def test_a_day_that_never_was_is_nobodys_turn() -> None:
    """Samoa went from 29 to 31 December, 2011."""
    it = rota("abc", rotation(DAY, "2011-12-28", "00:00", ZoneInfo("Pacific/Apia")))
    assert served(it, "2011-12-28T10:00", "2011-12-31T10:00") == [
        ("12-28 10:00", "12-29 10:00", "a"),
        ("12-29 10:00", "12-30 10:00", "b"),
        ("12-30 10:00", "12-31 10:00", "a"),
    ]
