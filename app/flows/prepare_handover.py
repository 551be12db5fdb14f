"""Prepare a handover: both are reminded, the outgoing person gets the draft, and whoever it
concerns after a change of the rota is told as well (product.md 27)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.flows import correspond
from app.flows.work import Work
from app.rules import handover as rules
from app.rules.organisation import PersonId, RotaId
from storage import handover_drafts


def remind_of_handover(work: Work, facts: Mapping[str, Any]) -> None:
    """Two days before the boundary, and a day before; late, as long as it has not come."""
    boundary = datetime.fromisoformat(facts["boundary"])
    if boundary > work.now and facts["rota"] == work.org.out_of_hours_rota:
        tell_of_handover(work, boundary)


def tell_of_handover(work: Work, boundary: datetime) -> None:
    """Tell both by letters; whoever was told before and is neither any more reads so there."""
    rota_id = work.org.out_of_hours_rota
    change = rules.change_at(work.schedule, rota_id, boundary)
    if change is None:
        return
    draft = handover_drafts.hold(work.tx, rota_id, boundary)
    before = {draft.outgoing, draft.incoming} - {None} if draft.told_at else set()
    handover_drafts.change(
        work.tx,
        rota_id,
        boundary,
        outgoing=change.outgoing,
        incoming=change.incoming,
        told_at=work.now,
    )
    is_news = (draft.outgoing, draft.incoming) != (change.outgoing, change.incoming)
    is_drafted = work.now >= boundary - rules.DRAFTED
    for each in sorted(filter(None, before | change.concerns)):
        facts = _letter(rota_id, boundary, each)
        if is_news:
            # With the draft there is no need of a reminder as well.
            has_draft = is_drafted and each == change.outgoing != change.incoming
            tell = correspond.rewrite if has_draft else correspond.write
            tell(work, each, "handover_soon", **facts)
            correspond.rewrite(work, each, "handover_draft", **facts)
        if is_drafted and each == change.outgoing:
            correspond.write_once(work, each, "handover_draft", **facts)


def is_told(work: Work, boundary: datetime) -> bool:
    """Whether those whom a boundary concerns by now are those who were told of it; also while
    nobody was to be told yet."""
    rota_id = work.org.out_of_hours_rota
    draft = handover_drafts.get(work.tx, rota_id, boundary)
    if draft is None or draft.told_at is None:
        return True
    change = rules.change_at(work.schedule, rota_id, boundary)
    now = (change.outgoing, change.incoming) if change else (draft.outgoing, draft.incoming)
    return now == (draft.outgoing, draft.incoming)


def rewrite_draft(work: Work, rota_id: RotaId, boundary: datetime, person: PersonId) -> None:
    """Whoever has the draft reads it as it stands now."""
    correspond.rewrite(work, person, "handover_draft", **_letter(rota_id, boundary, person))


def about(rota: RotaId, boundary: str) -> str:
    return f"{rota}:{boundary}"


def _letter(rota_id: RotaId, boundary: datetime, reader: PersonId) -> dict[str, Any]:
    at = boundary.isoformat()
    return {"about": about(rota_id, at), "rota": rota_id, "boundary": at, "reader": reader}
