"""Escalate and page by hand: extra people, each effort its own until its person answers."""

from dataclasses import dataclass

from app.flows import speak
from app.flows.admit import Act, Caller, admit
from app.flows.first_step import take_first_step
from app.flows.flood import refuse_flood
from app.flows.work import Refused, Work
from app.rules import routing
from app.rules.escalation import Policy
from app.rules.incident import Incident, IncidentId
from app.rules.organisation import PersonId
from storage import escalations
from storage.escalations import EscalationKind


@dataclass(frozen=True, kw_only=True)
class Called:
    """Who will ring, in order; the first ones at once."""

    incident: Incident
    people: tuple[PersonId, ...]


def who_would_ring(work: Work, incident: Incident | None = None) -> tuple[PersonId, ...]:
    """The manager tier now, in the order it would ring; shown before anyone escalates.

    For an incident, whoever is its tier 1 at this instant is left out (product.md 11).
    """
    if incident is None:
        return tuple(routing.manager_order(work.org, work.schedule, work.now))
    route = routing.who(work.org, work.schedule, incident.service, incident.severity, work.now)
    return tuple(choice.person for choice in route.managers)


def escalate(work: Work, incident_id: IncidentId, why: str, *, by: Caller) -> Called:
    """Ring the manager tier with this text, also on an acknowledged incident (product.md 9, 10)."""
    person = admit(work, by, Act.ESCALATE, subject=f"INC-{incident_id}")
    refuse_flood(work, by, person)
    incident = _open(work, incident_id, Act.ESCALATE, person)
    why = why.strip()
    if not why:
        raise Refused(
            "Say why a manager is needed; it is read out to them: "
            "`/inc escalate the vendor does not answer`."
        )
    _ring(work, incident, EscalationKind.ESCALATE, tier=2, why=why, asked_by=person, target=None)
    work.note(incident_id, "escalated", by=person, why=why)
    return Called(incident=incident, people=who_would_ring(work, incident))


def page(work: Work, incident_id: IncidentId, target: PersonId, why: str, *, by: Caller) -> Called:
    """Extra hands: ring one person until they answer; no bounce-back (product.md 3)."""
    person = admit(work, by, Act.PAGE, subject=f"INC-{incident_id}")
    refuse_flood(work, by, person)
    incident = _open(work, incident_id, Act.PAGE, person)
    why = why.strip()
    if not why:
        raise Refused(
            "Say what you need them for; it is read out to them: "
            "`/inc page @ana the loader needs a second pair of eyes`."
        )
    allowed = routing.may_page_by_hand(
        work.org, work.schedule, work.now, target, service=incident.service
    )
    if isinstance(allowed, routing.Refused):
        raise Refused(allowed.sentence, act=Act.PAGE, subject=incident.key, by=person)
    _ring(work, incident, EscalationKind.PAGE, tier=1, why=why, asked_by=person, target=target)
    work.note(incident_id, "paged_by_hand", by=person, why=why, target=target)
    return Called(incident=incident, people=(target,))


def _ring(
    work: Work,
    incident: Incident,
    kind: EscalationKind,
    *,
    tier: int,
    why: str,
    asked_by: PersonId,
    target: PersonId | None,
) -> None:
    started = escalations.start(
        work.tx,
        incident=incident.id,
        kind=kind,
        tier=tier,
        round=0,
        policy=Policy.of(work.org.escalation).to_facts(),
        why=why,
        asked_by=asked_by,
        target=target,
        started_at=work.now,
    )
    assert started is not None, "only an incident's own escalation is unique"
    take_first_step(work, incident.id, started.id)
    speak.refresh_card(work, incident)


def _open(work: Work, incident_id: IncidentId, act: Act, person: PersonId) -> Incident:
    incident = work.incident(incident_id)
    if not incident.state.is_open:
        raise Refused(
            f"{incident.key} is {incident.state}, so nobody is paged for it. "
            "`/inc reopen` pages again.",
            act=act,
            subject=incident.key,
            by=person,
        )
    return incident
