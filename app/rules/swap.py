"""Which turns can be swapped: whole ones that are somebody's by the rotation (product.md 24)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from app.rules.calendar import Interval
from app.rules.organisation import Anchor, Override, PersonId, RotaId
from app.rules.rota import DAY_OFF, EVER, RotaVersion, Shift, Why, settled
from app.rules.schedule import Schedule


@dataclass(frozen=True, kw_only=True)
class WholeTurn:
    """A turn that is `person`'s from its beginning to its end; `day` is the local date on which it
    begins, and with it what a swap follows when the rota is edited."""

    person: PersonId
    day: date
    slot: int
    span: Interval

    @property
    def anchor(self) -> Anchor:
        return Anchor(person=self.person, day=self.day)


def whole_turns(
    schedule: Schedule, rota_id: RotaId, start: datetime, end: datetime
) -> list[WholeTurn]:
    """Those that lie in `[start, end)`, by their start. What is covered, taken or swapped already
    is nobody's to swap: that act is undone first."""
    versions = schedule.rotas.get(rota_id, ((), ()))[0]
    turning = [
        shift
        for shift in schedule.everyones_shifts(rota_id, start, end)
        if shift.turn and start <= shift.turn.start and shift.turn.end <= end
    ]
    turning.sort(key=_turn_of)
    found = []
    for _, pieces in groupby(turning, key=_turn_of):
        whole = _whole(schedule, rota_id, list(pieces))
        if whole is not None and _is_found_again(versions, whole):
            found.append(whole)
    return found


def _turn_of(shift: Shift) -> tuple[datetime, int]:
    assert shift.turn is not None
    return shift.turn.start, shift.slot


def _whole(schedule: Schedule, rota_id: RotaId, pieces: Sequence[Shift]) -> WholeTurn | None:
    serving = [each for each in pieces if each.note != DAY_OFF]
    people = {each.person for each in serving}
    first = pieces[0]
    assert first.turn is not None
    assert first.version is not None
    if len(people) != 1 or any(each.why is not Why.ROTATION for each in serving):
        return None
    [person] = people
    if person is None:
        return None
    zone = schedule.rotas[rota_id][0][first.version].rota.rotation.timezone
    day = first.turn.start.astimezone(zone).date()
    return WholeTurn(person=person, day=day, slot=first.slot, span=first.turn)


def _is_found_again(versions: Sequence[RotaVersion], whole: WholeTurn) -> bool:
    """Of two turns of a person that begin on one day only the first can be named by that day."""
    swap = Override(person="", start=whole.span.start, end=whole.span.end, of=whole.anchor)
    found = settled(versions, [swap])
    return any(each.slot == whole.slot and each.start in whole.span for each in found)


def span_of(schedule: Schedule, rota_id: RotaId, anchor: Anchor) -> Interval | None:
    """When the turn is that a swap follows, as the rota is now; None when it has none there."""
    versions = schedule.rotas.get(rota_id, ((), ()))[0]
    swap = Override(person="", start=EVER, end=EVER, of=anchor)
    found = settled(versions, [swap])
    return Interval(found[0].start, found[-1].end) if found else None
