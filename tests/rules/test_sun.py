"""The turns of rotas that follow the sun, asked of the rule itself (product.md 23)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from app.rules.organisation import Office, Rota
from app.rules.rota import RotaVersion
from app.rules.succession import Turn
from app.rules.sun import turn_order, turns_between
from tests.rules.company import DUBLIN, at, rota, rotation

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
TOKYO = ZoneInfo("Asia/Tokyo")
EAST = Office(
    name="tokyo", rotation=rotation(DAY, "2026-01-05", "09:00", TOKYO), members=("t", "u")
)
"""From midnight in UTC."""
WEST = Office(
    name="dublin", rotation=rotation(DAY, "2026-01-05", "08:00", DUBLIN), members=("d", "e")
)
"""From eight in UTC, in winter."""
SUN = replace(rota(), offices=(EAST, WEST))
PLAIN = rota(["a", "b"], rotation(DAY, "2026-01-01", "18:00"))
MORNING, EVENING = at("2026-01-06T00:00"), at("2026-01-06T08:00")
"""The two watches of a Tuesday begin."""


def sunny(*offices: Office, since: datetime | None = None) -> list[RotaVersion]:
    return [RotaVersion(replace(SUN, offices=offices), since)]


def found(versions: Sequence[RotaVersion], start: datetime, end: datetime) -> list[Turn]:
    turns = list(turns_between(versions, start, end))
    assert all(each.span.start < each.span.end for each in turns), "no turn is empty"
    assert all(one.span.end == other.span.start for one, other in pairwise(turns))
    for turn in turns:
        assert turn.whole.start <= turn.span.start
        assert turn.span.end <= turn.whole.end
        for duty in turn.duty:
            assert turn.span.start <= duty.start < duty.end <= turn.span.end
    return turns


def told(turns: Sequence[Turn]) -> list[tuple[str, str | None]]:
    return [
        (f"{each.span.start:%d %H:%M}", each.person(0) if each.stretch else None) for each in turns
    ]


def test_exactly_the_turns_that_lie_in_the_window_are_given() -> None:
    versions = sunny(EAST, WEST)
    assert told(found(versions, MORNING, EVENING)) == [("06 00:00", "u")]
    assert told(found(versions, MORNING, EVENING + timedelta(seconds=1))) == [
        ("06 00:00", "u"),
        ("06 08:00", "e"),
    ]
    assert told(found(versions, MORNING - timedelta(seconds=1), EVENING))[0] == ("05 08:00", "d")
    assert list(turns_between(versions, MORNING, MORNING)) == []


def test_a_turn_is_whole_from_its_offices_time_to_the_next_ones() -> None:
    [turn] = found(sunny(EAST, WEST), MORNING, EVENING)
    assert (turn.whole.start, turn.whole.end) == (MORNING, EVENING)


def test_whoever_turns_weekly_in_their_office_has_its_hours_of_each_day() -> None:
    weekly = replace(EAST, rotation=replace(EAST.rotation, every=WEEK))
    turns = found(sunny(weekly, WEST), MORNING, MORNING + 2 * DAY)
    assert told(turns) == [
        ("06 00:00", "t"),
        ("06 08:00", "e"),
        ("07 00:00", "t"),
        ("07 08:00", "d"),
    ]


def test_a_day_that_an_office_does_not_serve_is_nobodys_and_the_hours_stay_its_own() -> None:
    weekdays = replace(EAST, rotation=replace(EAST.rotation, every=WEEK, days=frozenset(range(5))))
    friday = at("2026-01-09T00:00")
    turns = found(sunny(weekdays, WEST), friday, friday + 3 * DAY)
    served = [f"{each.span.start:%d %H:%M}" for each in turns if each.duty]
    assert "09 00:00" in served
    assert "10 00:00" not in served
    assert {"09 08:00", "10 08:00", "11 08:00"} <= set(served)


def test_after_an_offices_own_people_come_those_of_the_next() -> None:
    assert turn_order(sunny(EAST, WEST), MORNING) == ["u", "t", "e", "d"]
    assert turn_order(sunny(EAST, WEST), EVENING) == ["e", "d", "t", "u"]
    assert turn_order([RotaVersion(PLAIN, None)], at("2026-01-06T19:00")) == ["b", "a"]
    before = [RotaVersion(PLAIN, None), *sunny(EAST, WEST, since=MORNING)]
    assert turn_order(before, EVENING) == ["e", "d", "u", "t"]


def test_a_rota_that_begins_to_follow_the_sun_was_another_before_and_may_be_again() -> None:
    versions = [
        RotaVersion(PLAIN, None),
        RotaVersion(SUN, at("2026-01-06T18:00")),
        RotaVersion(PLAIN, at("2026-01-07T18:00")),
    ]
    turns = found(versions, at("2026-01-05T18:00"), at("2026-01-08T18:00"))
    assert told(turns) == [
        ("05 18:00", "a"),
        ("06 18:00", "d"),
        ("07 00:00", "u"),
        ("07 08:00", "e"),
        ("07 18:00", "b"),
    ]
    assert [each.version for each in turns] == [0, 1, 1, 1, 2]


def weekly(members: str) -> Rota:
    east = replace(EAST, rotation=replace(EAST.rotation, every=WEEK), members=tuple(members))
    return replace(SUN, offices=(east, WEST))


@pytest.mark.parametrize(
    ("edited", "serves"),
    [
        ("2026-01-07T00:00", ["t", "x", "y"]),
        ("2026-01-12T00:00", ["t", "x", "y"]),
        ("2026-01-13T00:00", ["t", "u", "x"]),
    ],
    ids=["in the first week", "at its end", "in the second"],
)
def test_an_edit_cuts_no_turn_of_an_office_in_two(edited: str, serves: list[str]) -> None:
    versions = [RotaVersion(weekly("tu"), None), RotaVersion(weekly("xy"), at(edited))]
    for week, person in enumerate(serves):
        for day in (0, 1, 6):
            begin = at("2026-01-05T00:00") + week * WEEK + day * DAY
            [turn] = found(versions, begin, begin + timedelta(hours=1))
            assert turn.person(0) == person, (week, day)
            assert turn.version == (begin >= at(edited)), "the rota's own version is in force"


def test_of_one_office_whose_people_serve_listed_days_the_others_are_nobodys() -> None:
    listed = replace(EAST.rotation, every=WEEK, days=frozenset(range(5)), starts=date(2026, 1, 7))
    wednesday = at("2026-01-07T00:00")
    turns = found(sunny(replace(EAST, rotation=listed)), wednesday, wednesday + WEEK)
    assert [bool(each.duty) for each in turns] == [True, True, True, False, False, True, True]


def test_an_office_that_begins_in_the_middle_of_its_hours_is_nobodys_until_then() -> None:
    noon = rotation(DAY, "2026-01-06T12:00", "09:00", TOKYO)
    turns = found(sunny(replace(EAST, rotation=noon), WEST), MORNING, EVENING)
    assert told(turns) == [("06 00:00", None), ("06 03:00", "t")]
    assert not turns[0].duty


def test_two_offices_of_one_time_serve_one_after_the_other_and_never_for_no_time() -> None:
    same = replace(WEST, name="lisbon", members=("l",))
    turns = found(sunny(EAST, WEST, same), MORNING, MORNING + DAY)
    assert len(turns) == 2
    assert turns[0].person(0) == "u"


def test_before_an_office_begins_nobody_serves_its_hours() -> None:
    later = replace(WEST, rotation=replace(WEST.rotation, starts=date(2026, 1, 7), time=time(8)))
    turns = found(sunny(EAST, later), MORNING, MORNING + 2 * DAY)
    assert [(f"{each.span.start:%d %H:%M}", bool(each.duty)) for each in turns] == [
        ("06 00:00", True),
        ("06 08:00", False),
        ("07 00:00", True),
        ("07 08:00", True),
    ]
