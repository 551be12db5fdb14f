"""Who is rung for an incident at this moment, read from its escalations."""

from datetime import datetime

from app.chat.words.people import Who
from app.chat.words.ringing import Asked, Ringing
from app.flows.tell.names import everyone, who_if
from app.flows.work import Work
from app.rules.escalation import Policy
from app.rules.incident import Incident, State
from app.rules.organisation import PersonId
from storage import escalations, incidents
from storage.escalations import Escalation, EscalationKind, Page
from storage.escalations import Ringing as RingState


def ringing(work: Work, incident: Incident) -> Ringing | None:
    """The incident's own escalation; None before its first step and once it is over."""
    found = escalations.newest_of(work.tx, incident.id)
    if incident.state is not State.TRIGGERED or found is None:
        return None
    if found.state is not RingState.RINGING or found.step == 0:
        return None
    pages = _rung_now(work, found)
    return Ringing(
        people=everyone(work, (page.person for page in pages)),
        tier_one=everyone(work, (page.person for page in pages if page.tier == 1)),
        unreached=everyone(work, (page.person for page in pages if not page.reachable)),
        tier=found.tier,
        round=found.round,
        next_at=next_step_at(found),
        now=work.now,
    )


def pages_for(work: Work, person: PersonId) -> list[Page]:
    """The pages that wait for this person's answer, newest first: one of each escalation."""
    found: list[Page] = []
    for incident in incidents.list_open(work.tx):
        for each in escalations.list_ringing(work.tx, incident.id):
            mine = [
                page
                for page in escalations.pages_of(work.tx, each.id)
                if page.person == person and page.state is RingState.RINGING
            ]
            found += mine[-1:]
    return sorted(found, key=lambda page: page.id, reverse=True)


def asked_by_hand(work: Work, incident: Incident) -> tuple[Asked, ...]:
    """Pages asked for by hand that still ring, oldest first (product.md 9)."""
    found = []
    for each in escalations.list_ringing(work.tx, incident.id):
        if each.kind is EscalationKind.INCIDENT:
            continue
        found.append(
            Asked(
                people=_wanted(work, each),
                asked_by=who_if(work, each.asked_by),
                why=each.why,
                managers=each.kind is EscalationKind.ESCALATE,
            )
        )
    return tuple(found)


def next_step_at(escalation: Escalation) -> datetime | None:
    """When the wait of the step that was taken last is over; by the policy kept with it."""
    if escalation.step_at is None:
        return None
    policy = Policy.from_facts(escalation.policy)
    wait = policy.primary_wait if escalation.tier == 1 else policy.manager_wait
    return escalation.step_at + wait


def _wanted(work: Work, escalation: Escalation) -> tuple[Who, ...]:
    if escalation.kind is EscalationKind.PAGE:
        return everyone(work, [escalation.target] if escalation.target else [])
    return everyone(work, (page.person for page in _rung_now(work, escalation)))


def _rung_now(work: Work, escalation: Escalation) -> list[Page]:
    """The pages of the step taken last; `step` counts the steps that were taken."""
    return [
        page
        for page in escalations.pages_of(work.tx, escalation.id)
        if page.step == escalation.step - 1 and page.state is RingState.RINGING
    ]
