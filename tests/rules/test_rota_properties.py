"""What holds of every schedule: random rotations, versions, overrides and tours.

The walker below is the plain reading of product.md 21: it goes through every turn from the
rota's start, where the schedule itself jumps by arithmetic.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.organisation import Override, PersonId, Rota, RotaKind, Rotation, Tour
from app.rules.rota import FOREVER, RotaVersion, Shift, Why, next_boundary, on_duty, shifts
from tests.rules.company import at, rota, rotation

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
INSTANT = timedelta(microseconds=1)
# Half-hour daylight saving, changes at midnight, a change at one minute past it, and none.
ZONES = [
    "Europe/Dublin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Beirut",
    "America/Sao_Paulo",
    "America/St_Johns",
    "UTC",
]
TURNS = 40
"""So many turns are looked at."""


# ── the walker ────────────────────────────────────────────────────────────────────────────────
def wall(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The first instant at which the clocks show that time or, where they skip it, a later one."""
    local = datetime.combine(day, clock)
    noon = local.replace(tzinfo=UTC)
    offsets = {
        (noon + step).astimezone(zone).utcoffset() for step in (-2 * DAY, timedelta(), 2 * DAY)
    }
    instants = [noon - offset for offset in offsets if offset is not None]
    shown = [each for each in instants if each.astimezone(zone).replace(tzinfo=None) == local]
    if shown:
        return min(shown)
    instant = min(instants).replace(second=0, microsecond=0)
    while instant.astimezone(zone).replace(tzinfo=None) < local:
        instant += timedelta(seconds=1)
    return instant


@dataclass(frozen=True)
class Walked:
    start: datetime
    end: datetime
    person: PersonId | None


def slots(turning: Rotation) -> Iterator[tuple[datetime, datetime, bool, bool]]:
    """Start and end of the smallest parts of a rotation, whether each is on duty, and whether it
    begins a turn."""
    every, zone = turning.every, turning.timezone
    if every % DAY:
        start = wall(turning.starts, turning.time, zone)
        while True:
            listed = turning.days is None or start.astimezone(zone).weekday() in turning.days
            yield start, start + every, listed, listed
            start += every
    day, turns, counted = turning.starts, every.days, 0
    weeks = turns % 7 == 0
    while True:
        listed = turning.days is None or day.weekday() in turning.days
        if weeks and turning.day is not None:
            begun = turning.starts - timedelta((turning.starts.weekday() - turning.day) % 7)
            first = (day - begun).days % turns == 0 or day == turning.starts
        elif weeks or turning.days is None:
            first = (day - turning.starts).days % turns == 0
        else:
            first = listed and counted % turns == 0
        counted += listed
        yield wall(day, turning.time, zone), wall(day + DAY, turning.time, zone), listed, first
        day += DAY


def order_on(it: Rota, day: date) -> list[PersonId]:
    if it.kind is not RotaKind.VOLUNTEERS:
        return list(it.members)
    running = [
        tour
        for tour in it.tours
        if tour.accepted_on and 0 <= (day - tour.starts).days < 7 * tour.weeks
    ]
    return [tour.person for tour in sorted(running, key=lambda tour: tour.starts)]


def walk(it: Rota) -> Iterator[Walked]:
    """Every part of one version's schedule from its start on, for members who never leave for
    good: whoever is next after the last one who served."""
    everybody = order_on_any_day(it)
    zone = it.rotation.timezone
    last: PersonId | None = None
    holder: PersonId | None = None
    there: list[PersonId] | None = None
    for start, end, listed, first in slots(it.rotation):
        if first:
            there = order_on(it, start.astimezone(zone).date())
        if listed and there is not None:  # a turn without a day on duty is nobody's
            holder = following(last, there, everybody)
            last, there = holder or last, None
        yield Walked(start, end, holder if listed else None)


def order_on_any_day(it: Rota) -> list[PersonId]:
    if it.kind is not RotaKind.VOLUNTEERS:
        return list(it.members)
    return [tour.person for tour in sorted(it.tours, key=lambda tour: tour.starts)]


def following(
    last: PersonId | None, there: Sequence[PersonId], everybody: Sequence[PersonId]
) -> PersonId | None:
    begin = everybody.index(last) + 1 if last is not None else 0
    circle = [*everybody[begin:], *everybody[:begin]]
    return next((each for each in circle if each in there), None)


def timeline(found: Sequence[Shift] | Sequence[Walked]) -> list[Walked]:
    """Who serves when, neighbours of one person joined."""
    told: list[Walked] = []
    for each in found:
        if each.start == each.end:
            continue
        if told and told[-1].person == each.person and told[-1].end == each.start:
            told[-1] = Walked(told[-1].start, each.end, each.person)
        else:
            told.append(Walked(each.start, each.end, each.person))
    return told


# ── what is drawn ─────────────────────────────────────────────────────────────────────────────
EVERY = st.one_of(
    st.integers(1, 3).map(lambda n: n * WEEK),
    st.integers(1, 10).map(lambda n: n * DAY),
    st.sampled_from([2, 60, 5400, 25200, 43200, 129600]).map(lambda n: timedelta(seconds=n)),
)
CLOCKS = st.one_of(
    st.times().map(lambda clock: clock.replace(microsecond=0)),
    st.sampled_from([time(0), time(0, 1), time(1, 30), time(2), time(2, 15), time(9), time(18)]),
)
NAMES = st.lists(st.sampled_from("abcdefg"), max_size=5, unique=True)
WEEKDAYS = st.frozensets(st.integers(0, 6), min_size=1)


@st.composite
def rotations(draw: st.DrawFn) -> Rotation:
    every = draw(EVERY)
    return Rotation(
        every=every,
        timezone=ZoneInfo(draw(st.sampled_from(ZONES))),
        starts=draw(st.dates(date(2016, 1, 1), date(2027, 12, 31))),
        time=draw(CLOCKS),
        day=draw(st.none() | st.integers(0, 6)) if every % WEEK == timedelta(0) else None,
        days=draw(st.none() | WEEKDAYS),
    )


@st.composite
def rotas(draw: st.DrawFn) -> Rota:
    turning = draw(rotations())
    if draw(st.booleans()):
        return rota(draw(NAMES), turning)
    tours = [
        Tour(
            person=name,
            starts=turning.starts + draw(st.integers(-5, 60)) * DAY,
            weeks=draw(st.integers(1, 12)),
            accepted_on=draw(st.none() | st.just(turning.starts)),
        )
        for name in draw(NAMES)
    ]
    return rota(kind=RotaKind.VOLUNTEERS, turning=turning, tours=tours)


@st.composite
def histories(draw: st.DrawFn) -> list[RotaVersion]:
    """A rota and up to three edits of it, each made at some instant and put in force by rule."""
    first = draw(rotas())
    versions = [RotaVersion(first, None)]
    when = begin_of(first) - DAY
    for _ in range(draw(st.integers(0, 3))):
        when += draw(st.integers(0, 20)) * versions[-1].rota.rotation.every / 2
        edited = draw(st.one_of(rotas(), NAMES.map(lambda names: rota(names, first.rotation))))
        versions.append(RotaVersion(edited, next_boundary(versions, when)))
    return versions


def begin_of(it: Rota) -> datetime:
    return wall(it.rotation.starts, it.rotation.time, it.rotation.timezone)


@st.composite
def instants(draw: st.DrawFn, versions: Sequence[RotaVersion]) -> datetime:
    """Around the time in which the versions change."""
    one = draw(st.sampled_from([version.rota for version in versions]))
    return begin_of(one) + draw(st.integers(-40, 40 * TURNS)) * one.rotation.every / 40


@st.composite
def windows(draw: st.DrawFn, versions: Sequence[RotaVersion]) -> tuple[datetime, datetime]:
    """From some instant on, as long as the shortest of the rotations makes it cheap."""
    start = draw(instants(versions))
    shortest = min(version.rota.rotation.every for version in versions)
    return start, start + draw(st.integers(1, 10 * TURNS)) * shortest / 10


@st.composite
def overrides_in(draw: st.DrawFn, start: datetime, end: datetime) -> list[Override]:
    length = (end - start) / 20
    found = []
    for _ in range(draw(st.integers(0, 6))):
        begin = start + draw(st.integers(-4, 20)) * length
        found.append(
            Override(
                person=draw(st.sampled_from("xyz")),
                start=begin,
                end=begin + draw(st.integers(0, 10)) * length,
                made_at=draw(st.none() | st.integers(0, 3).map(lambda n: start + n * INSTANT)),
            )
        )
    return found


# ── what holds ────────────────────────────────────────────────────────────────────────────────
@settings(deadline=None)
@given(st.data())
def test_shifts_tile_the_window_and_every_hole_is_an_explicit_gap(data: st.DataObject) -> None:
    versions = data.draw(histories())
    start, end = data.draw(windows(versions))
    found = shifts(versions, data.draw(overrides_in(start, end)), start, end)
    assert found[0].start == start
    assert found[-1].end == end
    assert all(one.end == other.start for one, other in pairwise(found))
    assert all(each.start < each.end for each in found)
    assert all((each.person is None) == (each.why is Why.GAP) for each in found)
    assert all(each.note for each in found if each.why is Why.GAP)


@settings(deadline=None)
@given(st.data())
def test_who_is_on_duty_is_who_the_schedule_says(data: st.DataObject) -> None:
    versions = data.draw(histories())
    start, end = data.draw(windows(versions))
    overrides = data.draw(overrides_in(start, end))
    found = shifts(versions, overrides, start, end)
    for shift in found[1:-1]:
        assert on_duty(versions, overrides, shift.start) == shift
        assert on_duty(versions, overrides, shift.end - INSTANT) == shift
    for shift in (found[0], found[-1]):
        for instant in (shift.start, shift.end - INSTANT):
            now = on_duty(versions, overrides, instant)
            assert now.start <= instant < now.end
            assert (now.person, now.why, now.turn) == (shift.person, shift.why, shift.turn)


@settings(deadline=None)
@given(st.data())
def test_two_windows_that_meet_are_one(data: st.DataObject) -> None:
    versions = data.draw(histories())
    start, end = data.draw(windows(versions))
    overrides = data.draw(overrides_in(start, end))
    middle = start + (end - start) * data.draw(st.integers(1, 19)) / 20
    left = shifts(versions, overrides, start, middle)
    right = shifts(versions, overrides, middle, end)
    if alike(left[-1]) == alike(right[0]):
        one, other = left.pop(), right.pop(0)
        left.append(Shift(one.start, other.end, *(getattr(one, key) for key in Shift._fields[2:])))
    assert left + right == shifts(versions, overrides, start, end)


def alike(shift: Shift) -> list[object]:
    return [getattr(shift, key) for key in Shift._fields[2:]]


@settings(deadline=None)
@given(st.data())
def test_an_edit_changes_nothing_before_its_effect_and_no_running_shift(
    data: st.DataObject,
) -> None:
    versions = data.draw(histories())
    when = data.draw(instants(versions))
    edited = [*versions, RotaVersion(data.draw(rotas()), next_boundary(versions, when))]
    effect = edited[-1].effective
    assert effect is not None
    start, end = data.draw(windows(versions))
    until = min(end, effect)
    assert shifts(edited, (), start, until) == shifts(versions, (), start, until)
    running = on_duty(versions, (), when)
    if running.turn is not None:
        now = on_duty(edited, (), when)
        assert (now.start, now.end, now.person) == (running.start, running.end, running.person)


@settings(deadline=None)
@given(st.data())
def test_the_schedule_is_what_walking_through_every_turn_gives(data: st.DataObject) -> None:
    it = data.draw(rotas())
    begin = begin_of(it)
    walked = list(islice(walk(it), TURNS * 7))
    end = max(each.end for each in walked)
    assert timeline(shifts([RotaVersion(it, None)], (), begin, end)) == timeline(walked)


@settings(deadline=None)
@given(st.data())
def test_at_every_instant_the_override_that_was_made_last_is_in_force(
    data: st.DataObject,
) -> None:
    versions = data.draw(histories())
    start, end = data.draw(windows(versions))
    overrides = data.draw(overrides_in(start, end))
    for part in range(40):
        instant = start + (end - start) * part / 40
        covering = [each for each in overrides if each.start <= instant < each.end]
        ranked = sorted(
            covering, key=lambda each: (each.made_at is not None, each.made_at or instant)
        )
        shift = on_duty(versions, overrides, instant)
        bare = on_duty(versions, (), instant)
        assert shift.override == (ranked[-1] if ranked else None)
        assert shift.person == (ranked[-1].person if ranked else bare.person)
        assert shift.instead_of == (bare.person if ranked else None)


def test_who_reigned_only_over_days_off_has_not_served() -> None:
    turning = Rotation(
        every=timedelta(days=2),
        time=time(0),
        timezone=ZoneInfo("Europe/Dublin"),
        starts=date(2016, 9, 21),
        days=frozenset({2}),
    )
    first, second, third = (rota(names, turning) for names in (["a"], ["b"], ["a", "b"]))
    thursday, wednesday = (datetime(2016, 9, day, 23, tzinfo=UTC) for day in (21, 27))
    versions = [
        RotaVersion(first, None),
        RotaVersion(second, thursday),
        RotaVersion(third, wednesday),
    ]
    found = shifts(versions, (), thursday - timedelta(days=1), wednesday + timedelta(days=1))
    assert [each.person for each in found if each.person] == ["a", "b"]


@settings(deadline=None)
@given(st.data())
def test_members_follow_each_other_in_order_whatever_the_versions_are(
    data: st.DataObject,
) -> None:
    """With the same rotation throughout: after each turn comes the next of the rota in force."""
    turning = data.draw(rotations())
    versions = [RotaVersion(rota(data.draw(NAMES), turning), None)]
    begin = when = begin_of(versions[0].rota)
    for _ in range(data.draw(st.integers(1, 4))):
        when += data.draw(st.integers(0, 12)) * turning.every / 2
        edited = rota(data.draw(NAMES), turning)
        versions.append(RotaVersion(edited, next_boundary(versions, when)))
    found = shifts(versions, (), begin, when + TURNS * turning.every)
    turns = [each for each in found if each.person is not None]
    for one, other in pairwise(turns):
        if one.version != other.version:
            members = versions[other.version or 0].rota.members
            assert one.person != other.person or len(members) == 1
            continue
        members = versions[one.version or 0].rota.members
        after = members[(members.index(one.person or "") + 1) % len(members)]
        assert other.person == (one.person if one.turn == other.turn else after)


def test_weeks_begin_at_the_wall_clock_in_every_zone_and_year() -> None:
    """Every zone, Fridays at 18:00 and Sundays at 02:30, the usual hour of change."""
    for number, name in enumerate(sorted(available_timezones())):
        zone = ZoneInfo(name)
        for clock, starts in ((time(18), "2000-01-07"), (time(2, 30), "2000-01-02")):
            turning = Rotation(
                every=WEEK, timezone=zone, starts=date.fromisoformat(starts), time=clock
            )
            begin = at("2001-01-01") + number * 3 * WEEK
            found = shifts([RotaVersion(rota("ab", turning), None)], (), begin, begin + 52 * WEEK)
            for shift in found[1:]:
                local = shift.start.astimezone(zone)
                shown = local.replace(tzinfo=None)
                due = datetime.combine(local.date(), clock)
                if shown != due:  # skipped that day: the first instant after the gap
                    assert shown > due
                    earlier = (shift.start - INSTANT).astimezone(zone).replace(tzinfo=None)
                    assert earlier < due
                assert local.weekday() == turning.starts.weekday()


@pytest.mark.parametrize("zone", ZONES)
def test_twenty_years_of_days_have_one_turn_for_each_date(zone: str) -> None:
    turning = rotation(DAY, "2006-01-01", "09:00", ZoneInfo(zone))
    end = wall(date(2026, 1, 1), time(9), ZoneInfo(zone))
    found = shifts(
        [RotaVersion(rota("abc", turning), None)],
        (),
        wall(date(2006, 1, 1), time(9), ZoneInfo(zone)),
        end,
    )
    dates = [each.start.astimezone(ZoneInfo(zone)).date() for each in found]
    assert dates == [date(2006, 1, 1) + n * DAY for n in range(len(dates))]
    assert len(dates) == 7305


@settings(max_examples=20, deadline=None)
@given(rotas())
def test_every_rota_has_an_answer_for_every_instant(it: Rota) -> None:
    for year in (1970, 2000, 2026, 2100):
        instant = datetime(year, 7, 1, tzinfo=UTC)
        shift = on_duty([RotaVersion(it, None)], (), instant)
        assert shift.start <= instant < shift.end <= FOREVER
