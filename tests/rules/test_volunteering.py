"""What a tour that begins or ends makes of a rota, on clocks of every kind (product.md 21, 22)."""

from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.rules.organisation import Office, Override, Rota, RotaKind, Rotation, Tour
from app.rules.rota import RotaVersion
from app.rules.schedule import Schedule
from app.rules.volunteering import (
    between_shifts,
    boundary_on,
    first_day,
    first_shift,
    overlaid,
    shadow_before,
    with_tours,
    without_person,
)
from tests.rules.company import at, rota, rotation, tour

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
ANA, BEN = tour("ana", "2026-01-02"), tour("ben", "2026-01-02")


def volunteers(turning: Rotation | None = None, *tours: Tour) -> Rota:
    return rota(
        turning=turning, name="volunteers", kind=RotaKind.VOLUNTEERS, tours=tours or (ANA, BEN)
    )


def versions(turning: Rotation | None = None, *tours: Tour) -> tuple[RotaVersion, ...]:
    return (RotaVersion(volunteers(turning, *tours), None),)


def schedule(turning: Rotation | None = None, *tours: Tour) -> Schedule:
    return Schedule({"volunteers": (versions(turning, *tours), ())})


@pytest.mark.parametrize(
    ("turning", "now", "day"),
    [
        # A week from Friday 18:00: the boundary is on the very Friday, before and after it.
        (rotation(), "2026-03-04T12:00", date(2026, 3, 6)),
        (rotation(), "2026-03-06T17:59", date(2026, 3, 6)),
        (rotation(), "2026-03-06T18:00", date(2026, 3, 13)),
        # A day: its boundary is tomorrow.
        (rotation(DAY), "2026-03-04T19:00", date(2026, 3, 5)),
        (rotation(DAY), "2026-03-04T17:00", date(2026, 3, 4)),
        # Eight hours: the running turn began on the day of its boundary, so the next day it is.
        (rotation(8 * HOUR, "2026-01-02", "00:00"), "2026-03-04T09:00", date(2026, 3, 5)),
        (rotation(8 * HOUR, "2026-01-02", "00:00"), "2026-03-04T23:00", date(2026, 3, 5)),
        # Before the rota begins nothing runs.
        (rotation(), "2025-12-24T12:00", date(2025, 12, 24)),
    ],
)
def test_the_first_day_leaves_the_running_shift_as_it_is(
    turning: Rotation, now: str, day: date
) -> None:
    standing = versions(turning)
    assert first_day(standing, at(now)) == day
    before = Schedule({"volunteers": (standing, ())})
    new = Tour(person="dee", starts=day, weeks=26, accepted_on=day)
    after = with_tours(before, "volunteers", [new])
    running = before.on_duty("volunteers", at(now))
    assert after.on_duty("volunteers", at(now)) == running


@pytest.mark.parametrize(
    ("day", "boundary"),
    [
        (date(2026, 3, 27), "2026-03-27T18:00"),
        (date(2026, 3, 28), "2026-04-03T17:00"),  # summer time has begun
        (date(2026, 3, 29), "2026-04-03T17:00"),  # the day on which it does
        (date(2026, 10, 25), "2026-10-30T18:00"),  # the day on which it ends
    ],
)
def test_a_tour_begins_and_ends_at_boundaries_of_the_wall_clock(day: date, boundary: str) -> None:
    assert boundary_on(volunteers(), day) == at(boundary)


def test_a_boundary_in_the_hour_that_does_not_exist() -> None:
    nightly = rotation(DAY, "2026-01-02", "01:30")
    assert boundary_on(volunteers(nightly), date(2026, 3, 29)) == at("2026-03-29T01:00")


@pytest.mark.parametrize(
    ("turning", "slots", "people", "between"),
    [
        (rotation(), 1, 6, 6 * WEEK),
        (rotation(), 2, 6, 3 * WEEK),
        (rotation(DAY), 1, 5, 5 * DAY),
        (replace(rotation(), turns=frozenset({0, 4})), 1, 6, 3 * WEEK),
        (rotation(), 1, 0, None),
    ],
)
def test_how_far_shifts_are_apart(
    turning: Rotation, slots: int, people: int, between: timedelta | None
) -> None:
    assert between_shifts(replace(volunteers(turning), slots=slots), people) == between


def test_the_later_tour_of_a_person_and_day_stands() -> None:
    left = replace(ANA, left_on=date(2026, 3, 6))
    assert overlaid([ANA, BEN], [left]) == (left, BEN)


def test_the_shift_before_the_first_own_one_is_looked_on() -> None:
    now = at("2026-03-04T12:00")
    new = tour("dee", "2026-03-06")
    after = with_tours(schedule(), "volunteers", [new])
    first = first_shift(after, "volunteers", "dee", now, now + 26 * WEEK)
    assert first is not None
    found = shadow_before(after, "volunteers", first, now)
    assert found is not None
    assert found.primary != "dee"
    assert found.span.end == first.start
    # Of a shift that runs, what is left of it.
    late = shadow_before(after, "volunteers", first, first.start - HOUR)
    assert late is not None
    assert late.span.start == first.start - HOUR


def test_alone_there_is_nobody_to_look_at() -> None:
    alone = schedule(None, tour("dee", "2026-03-06"))
    first = first_shift(alone, "volunteers", "dee", at("2026-03-01T00:00"), at("2026-04-01T00:00"))
    assert first is not None
    assert shadow_before(alone, "volunteers", first, at("2026-03-01T00:00")) is None


def test_who_leaves_has_none_of_what_they_took_either() -> None:
    since = at("2026-03-06T18:00")
    took = Override(person="ben", start=since + WEEK, end=since + 2 * WEEK, made_at=since - DAY)
    begun = Override(person="ben", start=since - DAY, end=since - HOUR, made_at=since - 2 * DAY)
    full = Schedule({"volunteers": (versions(), (took, begun))})
    gone = replace(BEN, left_on=date(2026, 3, 6))
    after = without_person(full, "volunteers", [gone], "ben", since)
    theirs = [
        each
        for each in after.everyones_shifts("volunteers", since, since + 20 * WEEK)
        if each.person == "ben"
    ]
    assert theirs == []
    assert after.on_duty("volunteers", since - 2 * HOUR).person == "ben"


def test_on_a_rota_around_the_sun_each_office_has_its_own_days() -> None:
    def office(name: str, zone: str) -> Office:
        turning = Rotation(
            every=DAY, timezone=ZoneInfo(zone), starts=date(2026, 1, 2), time=time(8)
        )
        return Office(name=name, rotation=turning, members=())

    both = replace(
        volunteers(), offices=(office("dublin", "Europe/Dublin"), office("tokyo", "Asia/Tokyo"))
    )
    now = at("2026-03-04T12:00")  # Dublin serves; Tokyo opens at 23:00 UTC, on the fifth there
    standing = (RotaVersion(both, None),)
    assert first_day(standing, now, "tokyo") == date(2026, 3, 5)
    assert first_day(standing, now, "dublin") == date(2026, 3, 5)
    assert boundary_on(both, date(2026, 3, 5), "tokyo") == at("2026-03-04T23:00")
    assert boundary_on(both, date(2026, 3, 5), "dublin") == at("2026-03-05T08:00")
    assert between_shifts(both, 6) == 3 * DAY
