"""Every rota's versions and overrides: what decides who serves, as one value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.rules import rota
from app.rules.organisation import Organisation, Override, PersonId, RotaId
from app.rules.rota import RotaVersion, Shift


@dataclass(frozen=True)
class Schedule:
    """What decides who serves: every rota's versions and overrides. A rota that is not in it has
    nobody."""

    rotas: Mapping[RotaId, tuple[Sequence[RotaVersion], Sequence[Override]]]

    @classmethod
    def of(cls, org: Organisation) -> "Schedule":
        """The schedule of a file that was never edited, without anything done in Slack."""
        rotas = org.rotas.values()
        return cls({each.id: ((RotaVersion(each, None),), each.overrides) for each in rotas})

    def on_duty(self, rota_id: RotaId, at: datetime) -> Shift:
        versions, overrides = self.rotas.get(rota_id, ((), ()))
        return rota.on_duty(versions, overrides, at)

    def shifts(self, rota_id: RotaId, start: datetime, end: datetime) -> list[Shift]:
        versions, overrides = self.rotas.get(rota_id, ((), ()))
        return rota.shifts(versions, overrides, start, end)

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


def _iso(at: datetime) -> str | None:
    return None if at in (rota.EVER, rota.FOREVER) else at.isoformat()
