"""Every rota's versions and overrides: what decides who serves, as one value."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from app.rules import rota
from app.rules.organisation import Leave, Organisation, Override, PersonId, RotaId, Shadow
from app.rules.rota import RotaVersion, Shift

MOST_TURNS = 2500
"""More than twelve weeks of hours."""
MOST_KEPT = 4096
"""Shifts of one rendering that are remembered: some 40 years of weeks."""


class _Rendered(NamedTuple):
    """The shifts of `[start, end)`; the first and the last may go on beyond it."""

    start: datetime
    end: datetime
    shifts: Sequence[Shift]
    starts: Sequence[datetime]


@dataclass(frozen=True)
class Schedule:
    """What decides who serves: every rota's versions and overrides, and who is away. A rota that
    is not in it has nobody. `shadows` look on, and are rung by nothing.

    It never changes, so what was rendered once is remembered with it, and who is on duty now is
    looked up: whatever changes the schedule makes another one.
    """

    rotas: Mapping[RotaId, tuple[Sequence[RotaVersion], Sequence[Override]]]
    away: Sequence[Leave] = ()
    shadows: Mapping[RotaId, Sequence[Shadow]] = field(default_factory=dict)
    _running: dict[tuple[RotaId, int], Shift] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _rendered: dict[tuple[RotaId, int], _Rendered] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def of(cls, org: Organisation) -> "Schedule":
        """The schedule of a file that was never edited, without anything done in Slack."""
        rotas = org.rotas.values()
        return cls({each.id: ((RotaVersion(each, None),), each.overrides) for each in rotas})

    def on_duty(self, rota_id: RotaId, at: datetime, slot: int = 0) -> Shift:
        running = self._running.get((rota_id, slot))
        if running is not None and running.start <= at < running.end:
            return running
        known = self._rendered.get((rota_id, slot))
        if known is not None and known.start <= at < known.end:
            number = bisect_right(known.starts, at) - 1
            if 0 < number < len(known.shifts) - 1:
                return known.shifts[number]
        versions, overrides = self.rotas.get(rota_id, ((), ()))
        found = rota.on_duty(versions, overrides, at, self.away, slot)
        self._running[(rota_id, slot)] = found
        return found

    def all_on_duty(self, rota_id: RotaId, at: datetime) -> list[Shift]:
        """One for each of those who serve at once, gaps included."""
        return [self.on_duty(rota_id, at, slot) for slot in range(self.slots(rota_id, at))]

    def slots(self, rota_id: RotaId, at: datetime) -> int:
        """How many serve at once: as the version in force says."""
        if all(each.rota.slots == 1 for each in self.rotas.get(rota_id, ((), ()))[0]):
            return 1
        version = self.on_duty(rota_id, at).version
        return 1 if version is None else self.rotas[rota_id][0][version].rota.slots

    def shifts(self, rota_id: RotaId, start: datetime, end: datetime, slot: int = 0) -> list[Shift]:
        known = self._rendered.get((rota_id, slot))
        if known is not None and known.start <= start < end <= known.end:
            return _between(known, start, end)
        versions, overrides = self.rotas.get(rota_id, ((), ()))
        found = rota.shifts(versions, overrides, start, end, self.away, slot)
        if (len(known.shifts) if known else 0) <= len(found) <= MOST_KEPT and found:
            starts = [each.start for each in found]
            self._rendered[(rota_id, slot)] = _Rendered(start, end, tuple(found), starts)
        return found

    def ahead(self, rota_id: RotaId, start: datetime, end: datetime) -> datetime:
        """How far it is looked ahead from `start`: to `end`, or to fewer turns of a rota that
        turns so fast that nobody plans by it."""
        versions = self.rotas.get(rota_id, ((), ()))[0]
        quickest = min((each.rota.rotation.every for each in versions), default=end - start)
        return min(end, start + quickest * MOST_TURNS) if end > start else end

    def everyones_shifts(self, rota_id: RotaId, start: datetime, end: datetime) -> list[Shift]:
        """Of every slot that any version has, by start."""
        versions = self.rotas.get(rota_id, ((), ()))[0]
        slots = max((each.rota.slots for each in versions), default=1)
        found = [each for slot in range(slots) for each in self.shifts(rota_id, start, end, slot)]
        return sorted(found, key=lambda each: (each.start, each.slot))

    def is_away(self, person: PersonId, at: datetime) -> bool:
        """By a leave that was not withdrawn by then."""
        return any(
            each.person == person and each.start <= at < each.end and each.holds(at)
            for each in self.away
        )

    def shadowing(self, rota_id: RotaId, at: datetime) -> list[PersonId]:
        """Who looks over the shoulder of whoever serves at `at`."""
        found = self.shadows.get(rota_id, ())
        return [each.person for each in found if each.start <= at < each.end]

    def turn_order(self, rota_id: RotaId, at: datetime) -> list[PersonId]:
        return rota.turn_order(self.rotas.get(rota_id, ((), ()))[0], at)

    def facts(self, rota_id: RotaId, shift: Shift) -> dict[str, Any]:
        """What a page keeps of the shift that chose its person (invariant I7), as JSON."""
        versions = self.rotas.get(rota_id, ((), ()))[0]
        effective = versions[shift.version].effective if shift.version is not None else None
        made = shift.override.made_at if shift.override else None
        return {
            "rota": rota_id,
            "version": shift.version,
            "effective": effective.isoformat() if effective else None,
            "why": shift.why.value,
            "shift": [_iso(shift.start), _iso(shift.end)],
            "note": shift.note,
            "instead_of": shift.instead_of,
            "override_made_at": made.isoformat() if made else None,
        }


def _between(known: _Rendered, start: datetime, end: datetime) -> list[Shift]:
    """A part of what is remembered, cut as if it alone had been asked for."""
    first, stop = bisect_right(known.starts, start) - 1, bisect_left(known.starts, end)
    found = list(known.shifts[first:stop])
    if found[0].start < start:
        found[0] = found[0]._replace(start=start)
    if found[-1].end > end:
        found[-1] = found[-1]._replace(end=end)
    return found


def _iso(at: datetime) -> str | None:
    return None if at in (rota.EVER, rota.FOREVER) else at.isoformat()
