"""When a rota changes hands, who hands to whom, and what is told when (product.md 27 and 29)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.rules import rota
from app.rules.organisation import PersonId, RotaId
from app.rules.rota import Shift
from app.rules.schedule import Schedule

REMINDED = timedelta(hours=48)
"""So long before a boundary both are reminded."""
DRAFTED = timedelta(hours=24)
"""So long before it the outgoing person gets the draft."""
PRESSED = timedelta(minutes=15)
"""So long after it the incoming person is reminded that they have the pager."""
MISSED = timedelta(minutes=30)
"""So long after it the managers are told that nobody said so."""
WORTH_A_PRESS = timedelta(hours=12)
"""Shorter turns change hands too often to be asked about."""
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Change:
    """A rota changes hands at `boundary`. `until` is when the incoming person's shift ends: with
    their turn (`turn_end`), or earlier where somebody relieves them. `shift_start` is when the
    turn that ends began."""

    rota: RotaId
    boundary: datetime
    outgoing: PersonId | None
    incoming: PersonId | None
    shift_start: datetime
    until: datetime
    turn_end: datetime

    @property
    def concerns(self) -> frozenset[PersonId]:
        return frozenset(each for each in (self.outgoing, self.incoming) if each is not None)


def next_boundary(schedule: Schedule, rota_id: RotaId, at: datetime) -> datetime | None:
    """The first boundary of the rotation after `at`; None when none is to come. Cover and leave
    move none: they change who hands to whom."""
    boundary = _turn(schedule, rota_id, at).end
    return None if boundary == rota.FOREVER else boundary


def change_at(schedule: Schedule, rota_id: RotaId, boundary: datetime) -> Change | None:
    """What changes at a boundary; None where the rotation has none (any more)."""
    turn = _turn(schedule, rota_id, boundary)
    if turn.start != boundary:
        return None
    before = _turn(schedule, rota_id, boundary - INSTANT)
    serving = schedule.on_duty(rota_id, boundary)
    return Change(
        rota=rota_id,
        boundary=boundary,
        outgoing=schedule.on_duty(rota_id, boundary - INSTANT).person,
        incoming=serving.person,
        shift_start=before.start if before.start != rota.EVER else boundary,
        until=min(serving.end, turn.end),
        turn_end=turn.end,
    )


def reminders(change: Change) -> Iterator[tuple[str, datetime]]:
    """What is told before a boundary, and when; nothing that would fall into an earlier turn."""
    is_first = change.shift_start == change.boundary
    for what, before in (("soon", REMINDED), ("draft", DRAFTED)):
        due = change.boundary - before
        if due > change.shift_start or is_first:
            yield what, due


def is_worth_a_press(change: Change) -> bool:
    """Whether the incoming person is asked to say that they have the pager: somebody new has it,
    and for long enough."""
    if change.incoming is None or change.incoming == change.outgoing:
        return False
    return change.turn_end - change.boundary >= WORTH_A_PRESS


def as_known(schedule: Schedule, at: datetime) -> Schedule:
    """The schedule as it was known at `at`: without what people changed since."""
    rotas = {
        name: (versions, [each for each in overrides if each.made_at is None or each.made_at <= at])
        for name, (versions, overrides) in schedule.rotas.items()
    }
    away = [each for each in schedule.away if each.made_at <= at]
    return replace(schedule, rotas=rotas, away=away)


def parts_of_turn(schedule: Schedule, rota_id: RotaId, at: datetime) -> list[Shift]:
    """Who has the pager when in the turn that runs at `at`; several where somebody is relieved.
    Empty where no rotation runs."""
    turn = _turn(schedule, rota_id, at)
    if turn.turn is None or turn.start == rota.EVER or turn.end == rota.FOREVER:
        return []
    return schedule.shifts(rota_id, turn.start, turn.end)


def gaps(
    schedule: Schedule, rota_id: RotaId, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """When a place on the rota is empty, in order; what touches is one."""
    begun = until = None
    for each in schedule.everyones_shifts(rota_id, start, end):
        if each.person is not None:
            continue
        if until is not None and begun is not None and each.start > until:
            yield begun, until
            begun = None
        begun = begun or each.start
        until = max(until or each.end, each.end)
    if begun is not None and until is not None:
        yield begun, until


def _turn(schedule: Schedule, rota_id: RotaId, at: datetime) -> Shift:
    """The shift of the rotation alone."""
    versions, _ = schedule.rotas.get(rota_id, ((), ()))
    return rota.on_duty(versions, (), at)
