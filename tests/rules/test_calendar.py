"""Wall clocks as instants, and working hours to the microsecond."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.calendar import (
    Interval,
    awake_now,
    is_holiday,
    is_working,
    last_change,
    next_change,
    next_opening,
    person_hours,
    to_utc,
    working_interval,
)
from app.rules.organisation import WorkingHours
from tests.rules.company import at, company, hours, person, team

DUBLIN = ZoneInfo("Europe/Dublin")
MICROSECOND = timedelta(microseconds=1)
WEEK = range(7)
START = at("2025-01-01")


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        ("Europe/Dublin", "2026-01-09T18:00", "2026-01-09T18:00"),
        ("Europe/Dublin", "2026-07-10T18:00", "2026-07-10T17:00"),
        ("Europe/Dublin", "2026-03-29T00:59:59", "2026-03-29T00:59:59"),
        ("Europe/Dublin", "2026-03-29T01:00", "2026-03-29T01:00"),
        ("Europe/Dublin", "2026-03-29T01:30", "2026-03-29T01:00"),
        ("Europe/Dublin", "2026-03-29T01:59:59.999999", "2026-03-29T01:00"),
        ("Europe/Dublin", "2026-03-29T02:00", "2026-03-29T01:00"),
        ("Europe/Dublin", "2026-10-25T01:30", "2026-10-25T00:30"),
        ("Europe/Dublin", "2026-10-25T02:00", "2026-10-25T02:00"),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"),
        ("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00"),
        ("Pacific/Apia", "2011-12-30T09:00", "2011-12-30T10:00"),
    ],
)
def test_a_wall_clock_time_is_one_instant(zone: str, local: str, instant: str) -> None:
    """A skipped time is the end of the gap; of a repeated one the first counts."""
    wall = datetime.fromisoformat(local)
    assert to_utc(wall.date(), wall.time(), ZoneInfo(zone)) == at(instant)


def test_of_a_repeated_hour_the_first_counts_even_when_the_second_is_meant() -> None:
    """Equal rotas must have equal shifts, and a time is equal to itself an hour later."""
    second = time(1, 30, fold=1)
    assert to_utc(date(2027, 10, 31), second, DUBLIN) == at("2027-10-31T00:30")


@cache
def changes(zone: ZoneInfo) -> list[datetime]:
    """Every instant from 1990 to 2037 at which the zone's offset changes, to the second."""
    found, step, since = [], timedelta(days=3), at("1990-01-01")
    offset = _offset(since, zone)
    while since.year < 2038:
        following = _offset(since + step, zone)
        if following != offset:
            low, high = 0, int(step.total_seconds())
            while high - low > 1:
                middle = (low + high) // 2
                same = _offset(since + timedelta(seconds=middle), zone) == offset
                low, high = (middle, high) if same else (low, middle)
            found.append(since + timedelta(seconds=high))
        since, offset = since + step, following
    return found


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def test_every_change_of_clocks_on_earth_follows_the_two_rules() -> None:
    """What is skipped becomes the change itself; what is repeated its first occurrence."""
    seen = 0
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        for change in changes(zone):
            before, after = _offset(change - MICROSECOND, zone), _offset(change, zone)
            jump = abs(after - before)
            for part in (timedelta(0), jump / 2, jump - MICROSECOND):
                if after > before:
                    wall, expected = (change + before + part), change
                else:
                    wall, expected = (change + after + part), change - jump + part
                assert to_utc(wall.date(), wall.time(), zone) == expected, (name, wall)
            seen += 1
    assert seen > 10_000


@settings(deadline=None)
@given(
    st.dates(date(1990, 1, 1), date(2037, 12, 31)),
    st.times(),
    st.sampled_from(sorted(available_timezones())),
)
def test_a_time_that_exists_is_shown_by_the_clocks_at_its_instant(
    day: date, clock: time, name: str
) -> None:
    zone, wall = ZoneInfo(name), datetime.combine(day, clock)
    shown = to_utc(wall.date(), wall.time(), zone).astimezone(zone).replace(tzinfo=None)
    assert shown >= wall  # later only where the time was skipped
    if shown != wall:
        skipped = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
        assert skipped.replace(tzinfo=None) != wall


OFFICE = hours(DUBLIN)
NIGHT = hours(DUBLIN, start=time(22), end=time(6), holidays=[date(2026, 12, 25)])


@pytest.mark.parametrize(
    ("case", "calendar", "instant", "working"),
    [
        ("just before the opening", OFFICE, "2026-11-23T08:59:59.999999", False),
        ("at the opening", OFFICE, "2026-11-23T09:00", True),
        ("the last microsecond", OFFICE, "2026-11-23T17:59:59.999999", True),
        ("at the end", OFFICE, "2026-11-23T18:00", False),
        ("in summer, an hour earlier in UTC", OFFICE, "2026-07-06T08:00", True),
        ("on Saturday", OFFICE, "2026-11-28T12:00", False),
        ("a night, before midnight", NIGHT, "2026-11-23T22:00", True),
        ("a night, after midnight", NIGHT, "2026-11-24T05:59:59.999999", True),
        ("a night, at its end", NIGHT, "2026-11-24T06:00", False),
        ("Friday's night reaches into Saturday", NIGHT, "2026-11-28T05:00", True),
        ("Sunday's night does not exist", NIGHT, "2026-11-30T05:00", False),
        ("the night into a holiday belongs to the day before", NIGHT, "2026-12-25T05:00", True),
        ("a holiday's own night", NIGHT, "2026-12-25T23:00", False),
        ("the morning after a holiday's night", NIGHT, "2026-12-26T05:00", False),
    ],
)
def test_working_hours_are_half_open(
    case: str, calendar: WorkingHours, instant: str, working: bool
) -> None:
    assert is_working(calendar, at(instant)) is working, case


def test_a_holiday_is_out_of_hours_from_midnight_to_midnight() -> None:
    calendar = hours(DUBLIN, start=time(0), end=time(23, 59, 59), holidays=[date(2026, 7, 6)])
    assert is_working(calendar, at("2026-07-05T12:00")) is False
    assert is_working(calendar, at("2026-07-06T12:00")) is False
    assert is_working(calendar, at("2026-07-06T22:59:59.999999")) is False
    assert is_working(calendar, at("2026-07-06T23:00")) is True
    assert is_holiday(calendar, at("2026-07-06T22:59")) is True
    assert is_holiday(calendar, at("2026-07-06T23:00")) is False


def test_hours_inside_a_skipped_hour_do_not_come_that_day() -> None:
    calendar = hours(DUBLIN, days=WEEK, start=time(1, 10), end=time(1, 50))
    assert next_opening(calendar, at("2026-03-28T12:00")) == at("2026-03-30T00:10")


def test_hours_across_a_repeated_hour_are_longer_that_day() -> None:
    calendar = hours(DUBLIN, days=WEEK, start=time(0, 30), end=time(2, 30))
    assert working_interval(calendar, at("2026-10-25T01:00")) == Interval(
        at("2026-10-24T23:30"), at("2026-10-25T02:30")
    )


@pytest.mark.parametrize(
    ("case", "instant", "opening"),
    [
        ("before the day opens", "2026-11-23T08:00", "2026-11-23T09:00"),
        ("at the opening the next one is meant", "2026-11-23T09:00", "2026-11-24T09:00"),
        ("over the weekend", "2026-11-27T18:00", "2026-11-30T09:00"),
        ("over Christmas and the weekend", "2026-12-24T18:00", "2026-12-28T09:00"),
    ],
)
def test_the_next_opening(case: str, instant: str, opening: str) -> None:
    calendar = hours(DUBLIN, holidays=[date(2026, 12, 25)])
    assert next_opening(calendar, at(instant)) == at(opening), case


def test_an_opening_is_found_behind_any_number_of_holidays() -> None:
    first = date(2026, 11, 23)
    closed = [first + timedelta(days=ahead) for ahead in range(1200)]
    calendar = hours(DUBLIN, days=[0], holidays=closed)
    assert next_opening(calendar, at("2026-11-22T12:00")).date() == date(2030, 3, 11)


@pytest.mark.parametrize("calendar", [hours(DUBLIN, days=[]), hours(DUBLIN, end=time(9))])
def test_hours_that_never_open_are_said_to(calendar: WorkingHours) -> None:
    assert not is_working(calendar, at("2026-11-23T09:00"))
    assert last_change(calendar, at("2026-11-23T09:00")) is None
    with pytest.raises(ValueError, match=r"^these working hours never open$"):
        next_opening(calendar, at("2026-11-23T09:00"))


def test_hours_that_meet_do_not_change_where_they_meet() -> None:
    """Clocks that skip from 00:00 to 01:00 bring an end and an opening together."""
    zone = ZoneInfo("America/Sao_Paulo")
    calendar = hours(zone, days=WEEK, start=time(0, 30), end=time(0, 10))
    assert next_change(calendar, at("2018-11-03T12:00")) == at("2018-11-05T02:10")


@settings(deadline=None)
@given(
    st.integers(0, 3 * 365 * 24 * 3600).map(lambda s: START + timedelta(seconds=s)),
    st.sampled_from(["Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut"]),
    st.times(),
    st.times(),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.frozensets(st.dates(date(2025, 1, 1), date(2027, 12, 31)), max_size=4),
)
def test_the_next_change_is_the_first_one(
    instant: datetime,
    zone: str,
    start: time,
    end: time,
    days: frozenset[int],
    holidays: frozenset[date],
) -> None:
    calendar = hours(ZoneInfo(zone), days=days, start=start, end=end, holidays=holidays)
    if start == end:
        return
    change = next_change(calendar, instant)
    assert change > instant
    assert is_working(calendar, change) is not is_working(calendar, instant)
    assert is_working(calendar, change - MICROSECOND) is is_working(calendar, instant)
    for part in range(1, 8):
        between = instant + (change - instant) * part / 8
        if between < change:
            assert is_working(calendar, between) is is_working(calendar, instant)
    last = last_change(calendar, instant)
    assert last is not None
    assert last <= instant
    assert is_working(calendar, last) is is_working(calendar, instant)
    assert is_working(calendar, last - MICROSECOND) is not is_working(calendar, instant)
    assert next_change(calendar, last) == change


def test_a_persons_own_hours_are_their_teams_where_they_are() -> None:
    org = company(
        people=[person("ana", "Europe/Dublin"), person("chi", "America/Los_Angeles")],
        teams=[team("data", ["ana", "chi"], hours(DUBLIN, start=time(8), end=time(16)))],
    )
    assert person_hours(org, "chi") == hours(
        ZoneInfo("America/Los_Angeles"), start=time(8), end=time(16)
    )
    assert awake_now(org, at("2026-11-23T09:00")) == ["ana"]
    assert awake_now(org, at("2026-11-23T16:30")) == ["chi"]
    assert awake_now(org, at("2026-11-23T03:00")) == []


def test_without_a_team_a_person_works_office_hours_where_they_are() -> None:
    org = company(people=[person("zoe", "Asia/Tokyo")])
    assert person_hours(org, "zoe") == hours(ZoneInfo("Asia/Tokyo"))
    assert awake_now(org, at("2026-11-23T00:00")) == ["zoe"]
    assert awake_now(org, at("2026-11-23T09:00")) == []


def test_of_a_stranger_the_organisations_office_hours_are_taken() -> None:
    assert person_hours(company(), "U0STRANGER") == hours(DUBLIN)
