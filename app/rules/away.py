"""What an absence does to who serves, shown before it is saved (product.md 23 and 24)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.rules.organisation import Leave, PersonId, RotaId
from app.rules.rota import Shift, Why
from app.rules.schedule import Schedule


@dataclass(frozen=True, kw_only=True)
class Change:
    """In `[start, end)` `after` serves instead of `before`; None is a hole."""

    rota: RotaId
    start: datetime
    end: datetime
    before: PersonId | None
    after: PersonId | None


@dataclass(frozen=True, kw_only=True)
class Stay:
    """A shift that stays theirs although they are away: nothing but an override moves a running
    one, and an override wins over a leave (product.md 21 and 37)."""

    rota: RotaId
    start: datetime
    end: datetime
    running: bool


def going(schedule: Schedule, leave: Leave) -> Schedule:
    """With one leave more."""
    return replace(schedule, away=(*schedule.away, leave))


def returning(schedule: Schedule, person: PersonId, start: datetime, end: datetime,
              at: datetime) -> Schedule:  # fmt: skip
    """With a person's leaves of exactly this time withdrawn."""

    def now(leave: Leave) -> Leave:
        same = (leave.person, leave.start, leave.end) == (person, start, end)
        return replace(leave, withdrawn_at=at) if same and leave.withdrawn_at is None else leave

    return replace(schedule, away=tuple(map(now, schedule.away)))


def changes(before: Schedule, after: Schedule, start: datetime, end: datetime) -> list[Change]:
    """Every difference of `[start, end)`, by start; what lies side by side is one."""
    found = [
        each
        for rota in before.rotas
        for slot in range(_slots(before, rota))
        for each in _differences(
            rota,
            before.shifts(rota, start, end, slot),
            after.shifts(rota, start, end, slot),
        )
    ]
    return sorted(found, key=lambda each: (each.start, each.rota))


def stays(schedule: Schedule, person: PersonId, start: datetime, end: datetime) -> list[Stay]:
    """What a person serves in `[start, end)`, away or not; of one turn it is one."""
    found: list[Stay] = []
    for rota in schedule.rotas:
        for shift in schedule.everyones_shifts(rota, start, end):
            if shift.person != person:
                continue
            stay = Stay(
                rota=rota,
                start=shift.start,
                end=shift.end,
                running=shift.why is not Why.OVERRIDE,
            )
            last = found[-1] if found else None
            if last and (last.rota, last.end, last.running) == (rota, stay.start, stay.running):
                stay = replace(found.pop(), end=stay.end)
            found.append(stay)
    return sorted(found, key=lambda each: (each.start, each.rota))


def _slots(schedule: Schedule, rota: RotaId) -> int:
    return max((each.rota.slots for each in schedule.rotas[rota][0]), default=1)


def _differences(rota: RotaId, was: Sequence[Shift], will: Sequence[Shift]) -> Iterator[Change]:
    """Both tile the same window."""
    open_one: Change | None = None
    for start, end, before, after in _side_by_side(was, will):
        if open_one is not None and (open_one.end, open_one.before, open_one.after) == (
            start,
            before,
            after,
        ):
            open_one = replace(open_one, end=end)
            continue
        if open_one is not None:
            yield open_one
        differs = before != after
        open_one = (
            Change(rota=rota, start=start, end=end, before=before, after=after) if differs else None
        )
    if open_one is not None:
        yield open_one


def _side_by_side(
    was: Sequence[Shift], will: Sequence[Shift]
) -> Iterator[tuple[datetime, datetime, PersonId | None, PersonId | None]]:
    first, second = iter(was), iter(will)
    old, new = next(first, None), next(second, None)
    while old is not None and new is not None:
        start, end = max(old.start, new.start), min(old.end, new.end)
        yield start, end, old.person, new.person
        if old.end == end:
            old = next(first, None)
        if new.end == end:
            new = next(second, None)
