"""Note: what the outgoing person wants to say at the handover, before it or after it
(product.md 27)."""

from datetime import datetime

from app.flows.admit import Act, Caller, Operator, admit, is_manager
from app.flows.hand_over import refresh_handover
from app.flows.prepare_handover import rewrite_draft
from app.flows.work import Refused, Work
from app.rules import handover as rules
from app.rules.organisation import PersonId
from storage import handover_drafts, handovers

MOST = 1500


def note_handover(work: Work, boundary: datetime, text: str, *, by: Caller) -> str | None:
    """The note of a boundary, from now on; an empty text takes it away. Before the boundary it is
    kept with the draft, afterwards the post is edited. Only the last handover's can be changed."""
    rota_id = work.org.out_of_hours_rota
    subject = f"handover:{rota_id}:{boundary.isoformat()}"
    person = admit(work, by, Act.HAND_OVER, subject=subject)
    # Held before it is asked whether the handover was made, which holds it as well.
    handover_drafts.hold(work.tx, rota_id, boundary)
    made = handovers.find(work.tx, rota_id, boundary)
    change = rules.change_at(work.schedule, rota_id, boundary)
    outgoing = made.outgoing if made else change.outgoing if change else None
    if made is None and change is None:
        raise Refused("The rota does not change hands then any more. Nothing was kept.")
    _expect_theirs(work, by, person, outgoing)
    note = text.strip()[:MOST] or None
    if made is None:
        handover_drafts.change(work.tx, rota_id, boundary, note=note, note_by=person)
        if outgoing is not None:
            rewrite_draft(work, rota_id, boundary, outgoing)
    else:
        latest = handovers.latest(work.tx, rota_id)
        if latest is not None and latest.id != made.id:
            raise Refused("That handover is over: there was another since. Nothing was changed.")
        handovers.change(work.tx, made.id, note=note, note_by=person)
        refresh_handover(work, made)
        if outgoing is not None:
            rewrite_draft(work, rota_id, boundary, outgoing)
    work.audit("handover_note", subject, by=person, why=note or "")
    return note


def boundary_to_note(work: Work, person: PersonId) -> datetime:
    """The boundary that `person` would note something for: of their last one and their next one
    the nearer; a manager's is anybody's."""
    rota_id = work.org.out_of_hours_rota
    anybody = is_manager(work, person)
    found = []
    latest = handovers.latest(work.tx, rota_id)
    if latest is not None and (anybody or latest.outgoing == person):
        found.append(latest.boundary)
    boundary = rules.next_boundary(work.schedule, rota_id, work.now)
    change = rules.change_at(work.schedule, rota_id, boundary) if boundary else None
    if change is not None and (anybody or change.outgoing == person):
        found.append(change.boundary)
    if not found:
        raise Refused(
            "The note is for whoever hands the pager on, and that is not you at the last boundary "
            "nor at the next one. `/oncall next` shows the shifts.",
            act=Act.HAND_OVER,
            by=person,
        )
    return min(found, key=lambda each: abs(each - work.now))


def note_of(work: Work, boundary: datetime) -> str:
    """What is noted for a boundary so far."""
    rota_id = work.org.out_of_hours_rota
    made = handovers.find(work.tx, rota_id, boundary)
    draft = handover_drafts.get(work.tx, rota_id, boundary)
    return (made.note if made else draft.note if draft else None) or ""


def _expect_theirs(work: Work, by: Caller, person: PersonId, outgoing: PersonId | None) -> None:
    if person == outgoing or isinstance(by, Operator) or is_manager(work, person):
        return
    raise Refused(
        f"The note is {outgoing or 'nobody'}'s, who hands the pager on, or a manager's. Nothing "
        "was changed."
    )
