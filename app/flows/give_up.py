"""Give up on a page whose rings all failed for good: its step is not waited out (product.md 12)."""

from app.flows.kinds import Kind
from app.flows.work import Work
from app.rules import routing
from app.rules.ladder import Method
from storage import effects, escalations
from storage.effects import Lane, OfPage, Outcome
from storage.escalations import Escalation, EscalationKind, Page, Ringing

FAILED = (Outcome.PARKED, Outcome.CANCELLED)


def give_up(work: Work, page_id: int) -> bool:
    """One of the page's rings can no longer succeed. The person's next method rings at once, if
    none has yet. True when none is left that could reach them, so that the next step does."""
    page = escalations.get_page(work.tx, page_id)
    if page is None:
        return False
    _ring_next(work, page)
    if _may_still_reach(work, page):
        return False
    work.incident(page.incident)
    if not escalations.mark_unreachable(work.tx, page_id):
        return False
    work.note(page.incident, "unreachable", person=page.person)
    escalation = escalations.get(work.tx, page.escalation)
    if escalation is None or not _has_a_next(work, escalation, page):
        return True
    others = escalations.pages_of(work.tx, escalation.id)
    if not any(
        each.step == page.step and each.reachable and each.state is Ringing.RINGING
        for each in others
    ):
        work.hasten(Lane.WAIT, f"step:{escalation.id}:{page.step + 1}")
    return True


def _ring_next(work: Work, page: Page) -> None:
    """A delay is for whoever may have heard something already."""
    rings = [each for each in effects.list_of_page(work.tx, page.id) if each.kind == Kind.RING]
    alive = [each for each in rings if each.outcome not in FAILED]
    if alive and all(_is_later(each, work) for each in alive):
        first = min(alive, key=lambda each: each.due)
        work.hasten(first.lane, first.key)


def _is_later(ring: OfPage, work: Work) -> bool:
    """It waits for its own time, and not for another try."""
    return ring.outcome is Outcome.DUE and ring.due > work.now and not ring.attempts


def _may_still_reach(work: Work, page: Page) -> bool:
    return any(
        each.kind == Kind.RING
        and each.outcome not in FAILED
        and (Method(each.facts["method"]).wakes or not page.out_of_hours)
        for each in effects.list_of_page(work.tx, page.id)
    )


def _has_a_next(work: Work, escalation: Escalation, page: Page) -> bool:
    """Whether the next step rings anybody new; the same people again are waited for, or they
    would be rung without a pause."""
    if page.tier == 1:
        return escalation.kind is EscalationKind.INCIDENT
    return page.round < len(routing.manager_order(work.org, work.schedule, work.now))
