"""Who should serve in shifts to come, so that everybody carries their share (product.md 23).

An hour weighs more at night, on a weekend or on a public holiday. Whoever carries least goes
next; of equals whoever has not served for longest.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.rules.calendar import DAY, Interval, to_utc
from app.rules.organisation import PersonId
from app.rules.rota import EVER, Shift

LOOKED_BACK = timedelta(weeks=26)
"""A tour: what somebody carried before it does not count for ever."""
NIGHT_ENDS, NIGHT_BEGINS = time(7), time(22)
PLAIN, NIGHT, WEEKEND, HOLIDAY = 1.0, 2.0, 2.0, 3.0
"""An hour that is several of these weighs as the heaviest of them."""
SATURDAY = 5
HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Where nights and weekends are counted, and the public holidays there."""

    zone: ZoneInfo
    holidays: Collection[date] = ()


@dataclass(kw_only=True)
class Load:
    """What somebody carried: `weight` in plain hours, and when they served last."""

    weight: float = 0.0
    last: datetime = field(default=EVER)


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """A shift and whom it would be given to; `before` has it now. `weight` is the shift's, `load`
    what they carry without it."""

    span: Interval
    slot: int
    person: PersonId
    before: PersonId | None
    weight: float
    load: float


def weight(span: Interval, calendar: Calendar) -> float:
    """The hours of a span, each as heavy as it is there."""
    total, day = 0.0, span.start.astimezone(calendar.zone).date() - DAY
    while (midnight := to_utc(day, time(), calendar.zone)) < span.end:
        cuts = [to_utc(day, clock, calendar.zone) for clock in (NIGHT_ENDS, NIGHT_BEGINS)]
        parts = [(midnight, cuts[0], NIGHT), (cuts[0], cuts[1], PLAIN)]
        following = to_utc(day + DAY, time(), calendar.zone)
        parts.append((cuts[1], following, NIGHT))
        least = _of_day(day, calendar)
        for start, end, heavy in parts:
            inside = min(end, span.end) - max(start, span.start)
            total += max(inside, timedelta()) / HOUR * max(heavy, least)
        day += DAY
    return total


def loads(served: Sequence[Shift], calendar: Calendar) -> dict[PersonId, Load]:
    """What each person carried in shifts that have been."""
    found: dict[PersonId, Load] = {}
    for shift in served:
        if shift.person is not None:
            mine = found.setdefault(shift.person, Load())
            mine.weight += weight(Interval(shift.start, shift.end), calendar)
            mine.last = max(mine.last, shift.end)
    return found


def assign(
    shifts: Sequence[Shift],
    carried: Mapping[PersonId, Load],
    able: Callable[[Shift], Sequence[PersonId]],
    calendar: Calendar,
) -> list[Assigned]:
    """Each shift in order to whoever carries least of those who are `able` to have it, counting
    what was given before. Nobody serves twice in a row who is not alone; a shift that nobody is
    able to have stays as it is, and is left out."""
    load = {person: Load(weight=each.weight, last=each.last) for person, each in carried.items()}
    found: list[Assigned] = []
    for shift in sorted(shifts, key=lambda each: (each.start, each.slot)):
        taken = {each.person for each in found if _meet(each.span, shift)}
        free = [person for person in able(shift) if person not in taken]
        rested = [person for person in free if load.get(person, Load()).last < shift.start]
        choice = min(
            rested or free,
            key=lambda person: (
                round(load.get(person, Load()).weight, 3),
                load.get(person, Load()).last,
                free.index(person),
            ),
            default=None,
        )
        if choice is None:
            continue
        span = Interval(shift.start, shift.end)
        heavy, mine = weight(span, calendar), load.setdefault(choice, Load())
        found.append(
            Assigned(
                span=span,
                slot=shift.slot,
                person=choice,
                before=shift.person,
                weight=heavy,
                load=mine.weight,
            )
        )
        mine.weight += heavy
        mine.last = max(mine.last, shift.end)
    return found


def _of_day(day: date, calendar: Calendar) -> float:
    if day in calendar.holidays:
        return HOLIDAY
    return WEEKEND if day.weekday() >= SATURDAY else PLAIN


def _meet(span: Interval, shift: Shift) -> bool:
    return span.start < shift.end and shift.start < span.end
