"""Give up on a page whose rings all failed for good: its step is not waited out (product.md 12)."""

from app.flows.kinds import Kind
from app.flows.work import Work
from app.rules import routing
from app.rules.ladder import Method
from storage import effects, escalations
from storage.effects import Lane, Outcome
from storage.escalations import Escalation, EscalationKind, Page, Ringing

FAILED = (Outcome.PARKED, Outcome.CANCELLED)


def give_up(work: Work, page_id: int) -> bool:
    """One of the page's rings can no longer succeed. True when none is left that could reach the
    person, so that the next step rings at once."""
    page = escalations.get_page(work.tx, page_id)
    if page is None or _may_still_reach(work, page):
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
