"""Shadow: a new volunteer looks over the shoulder of whoever serves before them (product.md 22).

Nothing rings whoever looks on: who is on duty never asks the shadows. They get a copy of what is
announced while they look on.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.flows import correspond
from app.flows.work import Work
from app.rules.calendar import Interval
from app.rules.organisation import PersonId, RotaId
from storage import shadows
from storage.shadows import StoredShadow


def shadow(work: Work, rota: RotaId, person: PersonId, span: Interval) -> int:
    """They look on in all of it. Whoever serves then is told at once, and both when it begins."""
    made = shadows.add(
        work.tx, rota=rota, person=person, start=span.start, end=span.end, at=work.now, by=person
    )
    work.audit(
        "shadow_added",
        f"shadow:{made}",
        by=person,
        rota=rota,
        start=span.start.isoformat(),
        end=span.end.isoformat(),
    )
    found = shadows.get(work.tx, made)
    assert found is not None
    _tell_primary(work, found)
    correspond.remind_at(work, span.start, "shadow", about=str(made), shadow=made)
    return made


def shadow_begins(work: Work, facts: Mapping[str, Any]) -> None:
    """The pager may be somebody else's by now: whoever has it is told, and the one who looks on."""
    found = shadows.get(work.tx, facts["shadow"])
    if found is None or found.withdrawn_at is not None or found.end_at <= work.now:
        return
    _tell_primary(work, found)
    correspond.write(work, found.person, "shadow_begins", about=str(found.id), shadow=found.id)


def end_shadows(work: Work, rota: RotaId, person: PersonId) -> None:
    """They look on no more; whoever was told of it is told."""
    ended: Sequence[int] = shadows.of_person(work.tx, rota, person, after=work.now)
    shadows.withdraw(work.tx, ended, at=work.now)
    for each in ended:
        found = shadows.get(work.tx, each)
        primary = _primary(work, found) if found else None
        if found is not None and primary is not None:
            correspond.rewrite(
                work, primary, "shadow_primary", about=str(found.id), shadow=found.id
            )


def _tell_primary(work: Work, found: StoredShadow) -> None:
    primary = _primary(work, found)
    if primary is not None and primary != found.person:
        correspond.write(work, primary, "shadow_primary", about=str(found.id), shadow=found.id)


def _primary(work: Work, found: StoredShadow) -> PersonId | None:
    """Who serves when it begins or, once it has, now."""
    return work.schedule.on_duty(found.rota, max(found.start_at, work.now)).person
