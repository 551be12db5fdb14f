"""What a tour that begins or ends early makes of a rota, before anybody does it (product.md 22)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from app.rules.calendar import DAY, Interval
from app.rules.organisation import PersonId, Pool, Rota, RotaId, Rotation, Tour
from app.rules.rota import RotaVersion, Shift, next_boundary, on_duty
from app.rules.schedule import Schedule
from app.rules.turns import turns_of

TOUR_WEEKS = 26
USUAL_POOL = Pool(min=5, max=8)
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Shadowing:
    """The shift before somebody's first own one: of whom, and when."""

    primary: PersonId
    span: Interval


def overlaid(tours: Iterable[Tour], more: Iterable[Tour]) -> tuple[Tour, ...]:
    """`tours` with `more` over them: of the same person and day the later one stands."""
    standing = {(each.person, each.starts): each for each in tours}
    standing |= {(each.person, each.starts): each for each in more}
    return tuple(standing.values())


def first_day(versions: Sequence[RotaVersion], at: datetime, office: str | None = None) -> date:
    """The earliest day on which a tour may begin or end by an act of `at`, so that it takes effect
    at a boundary and leaves the running shift as it is (product.md 21)."""
    zone = rotation_of(versions[-1].rota, office).timezone
    running = on_duty(versions, (), at)
    day = next_boundary(versions, at).astimezone(zone).date()
    if running.turn is None:
        return day
    # On a rota that turns several times a day the running turn may have begun on that very day.
    return max(day, running.turn.start.astimezone(zone).date() + DAY)


def boundary_on(rota: Rota, day: date, office: str | None = None) -> datetime:
    """When a tour that begins on `day` may serve first, or one that ends then has served last: the
    start of the first turn on that day or after it."""
    turns = turns_of(rotation_of(rota, office))
    return turns.start(turns.first_on(day))


def rotation_of(rota: Rota, office: str | None) -> Rotation:
    """An office's own, on a rota that follows the sun."""
    found = (each.rotation for each in rota.offices if each.name == office)
    return next(found, rota.rotation)


def between_shifts(rota: Rota, people: int) -> timedelta | None:
    """From one start of a person's shift to the next with so many of them; None with nobody."""
    if people == 0:
        return None
    rotation = rota.offices[0].rotation if rota.offices else rota.rotation
    in_turn = people / max(len(rota.offices), 1)
    return rotation.every / len(rotation.turns or [0]) * in_turn / rota.slots


def with_tours(schedule: Schedule, rota_id: RotaId, tours: Sequence[Tour]) -> Schedule:
    """The schedule as it would be with these tours in it."""
    versions, overrides = schedule.rotas[rota_id]
    changed = tuple(
        replace(each, rota=replace(each.rota, tours=overlaid(each.rota.tours, tours)))
        for each in versions
    )
    return replace(schedule, rotas={**schedule.rotas, rota_id: (changed, overrides)})


def without_person(
    schedule: Schedule, rota_id: RotaId, tours: Sequence[Tour], person: PersonId, since: datetime
) -> Schedule:
    """As `with_tours`, and what they took of others' shifts from `since` on is theirs no more, nor
    others' what they swapped."""
    left = with_tours(schedule, rota_id, tours)
    versions, overrides = left.rotas[rota_id]
    kept = tuple(
        each
        for each in overrides
        if each.start < since
        or (each.person != person and (each.of is None or each.of.person != person))
    )
    return replace(left, rotas={**left.rotas, rota_id: (versions, kept)})


def first_shift(
    schedule: Schedule, rota_id: RotaId, person: PersonId, start: datetime, end: datetime
) -> Shift | None:
    """Their first one of which some part lies in `[start, end)`."""
    window = schedule.everyones_shifts(rota_id, start, end)
    return next((each for each in window if each.person == person), None)


def shadow_before(
    schedule: Schedule, rota_id: RotaId, shift: Shift, now: datetime
) -> Shadowing | None:
    """What of the shift before `shift` is still to come; None where nobody else serves in it."""
    before = schedule.on_duty(rota_id, shift.start - INSTANT, shift.slot)
    span = Interval(max(before.start, now), before.end)
    if before.person in (None, shift.person) or span.start >= span.end:
        return None
    assert before.person is not None
    return Shadowing(primary=before.person, span=span)
