"""The manager tier changes hands: said in the weekly handover where both change together,
otherwise to the two whom it concerns (product.md 27)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.flows import correspond
from app.flows.work import Work
from app.rules import handover as rules
from storage import effects

WHAT = "manager_change"


def plan_manager_change(work: Work) -> None:
    """Make sure that the manager rota's next boundary has its wait."""
    boundary = _next(work)
    if boundary is not None:
        facts = {"rota": work.org.manager_rota, "boundary": boundary.isoformat()}
        correspond.remind_at(work, boundary, WHAT, about=_about(work, boundary), **facts)


def is_manager_change_planned(work: Work) -> bool:
    """Only reads, so that it may be asked every second."""
    boundary = _next(work)
    if boundary is None:
        return True
    key = correspond.reminder_key(WHAT, _about(work, boundary), boundary)
    return effects.was_asked(work.tx, key)


def change_manager(work: Work, facts: Mapping[str, Any]) -> None:
    """The boundary has come. One that went by long ago is left out: there was another since."""
    rota_id, boundary = facts["rota"], datetime.fromisoformat(facts["boundary"])
    change = rules.change_at(work.schedule, rota_id, boundary)
    if change is None or change.turn_end <= work.now or change.outgoing == change.incoming:
        return
    if rules.change_at(work.schedule, work.org.out_of_hours_rota, boundary) is not None:
        return  # the weekly handover says it
    for each in sorted(change.concerns):
        told = {"rota": rota_id, "boundary": boundary.isoformat(), "reader": each}
        correspond.write(work, each, WHAT, about=_about(work, boundary), **told)


def _next(work: Work) -> datetime | None:
    return rules.next_boundary(work.schedule, work.org.manager_rota, work.now)


def _about(work: Work, boundary: datetime) -> str:
    return f"{work.org.manager_rota}:{boundary.isoformat()}"
