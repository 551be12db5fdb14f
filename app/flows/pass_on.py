"""I can't, pass on: the step ends, and the next one rings at once (product.md 8)."""

from app.flows.acknowledge import end_escalation
from app.flows.admit import Act, Caller, admit
from app.flows.kinds import Kind
from app.flows.work import Refused, Work
from app.rules import routing
from app.rules.organisation import PersonId
from storage import effects, escalations
from storage.effects import Lane
from storage.escalations import Escalation, EscalationKind, Page, Ringing


def pass_on(work: Work, page_id: int, *, by: Caller) -> Page:
    """Only the person who is rung can pass it on; the last manager cannot."""
    page = escalations.get_page(work.tx, page_id)
    subject = f"INC-{page.incident}" if page else f"page:{page_id}"
    person = admit(work, by, Act.PASS_ON, subject=subject)
    if page is None:
        raise Refused("That page is not known any more; nothing was changed.")
    work.incident(page.incident)  # held, so that two managers cannot both pass it on
    if page.person != person:
        raise Refused(
            f"This page is {page.person}'s; only they can pass it on.",
            act=Act.PASS_ON,
            subject=subject,
            by=person,
        )
    escalation = escalations.get(work.tx, page.escalation)
    if escalation is None or escalation.state is not Ringing.RINGING:
        return page
    _refuse_last(work, escalation, person)
    if escalations.pass_page(work.tx, page_id, at=work.now):
        effects.cancel(work.tx, now=work.now, why="passed on", page=page_id, kinds=[Kind.RING])
        work.note(page.incident, "passed_on", by=person)
        work.ask_again(
            Kind.PAGE_MESSAGE,
            f"page_message:{page.id}",
            lane=Lane.CHAT,
            incident=page.incident,
            facts={"v": 1, "page": page.id},
        )
        if escalation.boundary is not None:
            end_escalation(work, escalation, why="passed on")
        elif page.step == escalation.step - 1:
            # Of a step that is over already, it cuts nobody else's time short.
            work.hasten(Lane.WAIT, f"step:{escalation.id}:{escalation.step}")
    return page


def _refuse_last(work: Work, escalation: Escalation, person: PersonId) -> None:
    subject = f"INC-{escalation.incident}"
    if escalation.boundary is not None:
        return  # whoever has had the incident until here goes on to have it
    if escalation.kind is EscalationKind.PAGE:
        raise Refused(
            f"{escalation.asked_by} asked for you by name, so there is nobody to pass it on to. "
            "Acknowledge, or tell them in the incident's channel.",
            act=Act.PASS_ON,
            subject=subject,
            by=person,
        )
    passed = {
        page.person
        for page in escalations.pages_of(work.tx, escalation.id)
        if page.state is Ringing.PASSED
    }
    others = [
        each
        for each in routing.manager_order(work.org, work.schedule, work.now)
        if each != person and each not in passed
    ]
    if not others:
        raise Refused(
            "You are the last one on the list, so it cannot be passed on. Acknowledge it, and ask "
            "for help in the incident's channel.",
            act=Act.PASS_ON,
            subject=subject,
            by=person,
        )
