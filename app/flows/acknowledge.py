"""Acknowledge: a person has it. One answer ends the incident's escalation for everybody."""

from dataclasses import dataclass
from datetime import datetime

from app.flows import correspond, speak
from app.flows.admit import Act, Caller, admit, is_manager
from app.flows.kinds import Kind
from app.flows.work import Refused, Work
from app.rules.escalation import Policy
from app.rules.incident import Incident, IncidentId, State
from app.rules.organisation import PersonId
from storage import effects, escalations, incidents, participants
from storage.effects import Lane
from storage.escalations import Escalation, EscalationKind
from storage.participants import Role


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """`first` is False when somebody had it already and it was not offered to the one who
    answers; `by` is whoever has it now."""

    incident: Incident
    by: PersonId
    first: bool


def acknowledge(work: Work, incident_id: IncidentId, *, by: Caller) -> Acknowledgement:
    """Stop the escalation. Repeated presses are success; the first one stays the first."""
    person = admit(work, by, Act.ACKNOWLEDGE, subject=f"INC-{incident_id}")
    incident = work.incident(incident_id)
    if not incident.state.is_open:
        raise Refused(
            f"{incident.key} is {incident.state} already; nobody is being paged for it.",
            act=Act.ACKNOWLEDGE,
            subject=incident.key,
            by=person,
        )
    answered = answer_by_hand(work, incident_id, person)
    first = incidents.move(
        work.tx,
        incident_id,
        State.TRIGGERED,
        State.ACKNOWLEDGED,
        acknowledged_by=person,
        acknowledged_at=work.now,
        progress_at=work.now,
    )
    if first:
        _stop_ringing(work, incident_id, person)
        participants.join(work.tx, incident_id, person, Role.LEAD, at=work.now)
        work.note(incident_id, "acknowledged", by=person)
        watch_progress(work, incident_id, since=work.now)
        speak.refresh(work, work.incident(incident_id))
        speak.invite(work, work.incident(incident_id))
    elif any(each.boundary for each in answered):
        first = _take_over(work, incident, person)
    else:
        incidents.made_progress(work.tx, incident_id, person, work.now)
    after = work.incident(incident_id)
    return Acknowledgement(incident=after, by=after.acknowledged_by or person, first=first)


def answer_by_hand(work: Work, incident_id: IncidentId, person: PersonId) -> list[Escalation]:
    """A page asked for by hand ends with its own person; `escalate` with any manager. Those that
    ended by this."""
    ended = []
    for escalation in escalations.list_ringing(work.tx, incident_id):
        if escalation.kind is EscalationKind.INCIDENT:
            continue
        wanted = escalation.target == person
        if escalation.kind is EscalationKind.ESCALATE:
            wanted = is_manager(work, person)
        if wanted:
            end_escalation(work, escalation, answered_by=person, why="answered")
            work.note(incident_id, "answered", by=person, asked_by=escalation.asked_by)
            speak.refresh_card(work, work.incident(incident_id))
            ended.append(escalation)
    return ended


def end_offers(work: Work, incident_id: IncidentId, *, why: str) -> None:
    """There is nothing to take over any more."""
    for each in escalations.list_ringing(work.tx, incident_id):
        if each.boundary is not None:
            end_escalation(work, each, why=why)


def end_escalation(
    work: Work, escalation: Escalation, *, why: str, answered_by: PersonId | None = None
) -> None:
    """No further page of it is started, and its Slack pages say how it ended."""
    if not escalations.end(work.tx, escalation.id, at=work.now, answered_by=answered_by):
        return
    effects.cancel(
        work.tx, now=work.now, why=why, escalation=escalation.id, kinds=[Kind.RING, Kind.STEP]
    )
    for page in escalations.pages_of(work.tx, escalation.id):
        work.ask_again(
            Kind.PAGE_MESSAGE,
            f"page_message:{page.id}",
            lane=Lane.CHAT,
            incident=escalation.incident,
            facts={"v": 1, "page": page.id},
        )


def end_all(work: Work, incident_id: IncidentId, *, why: str) -> None:
    """The incident is over, and with it everything that rings for it."""
    for escalation in escalations.list_ringing(work.tx, incident_id):
        end_escalation(work, escalation, why=why)
    effects.cancel(work.tx, now=work.now, why=why, incident=incident_id, kinds=[Kind.EXPIRE])


def watch_progress(work: Work, incident_id: IncidentId, *, since: datetime) -> None:
    """An acknowledgement without progress expires; every sign of progress starts the clock anew."""
    work.ask_again(
        Kind.EXPIRE,
        f"expire:{incident_id}",
        lane=Lane.WAIT,
        due=since + policy_of(work, incident_id).acknowledgement_expires,
        incident=incident_id,
        facts={"v": 1},
    )


def policy_of(work: Work, incident_id: IncidentId) -> Policy:
    """The policy at trigger time; a non-P1 that never rang has today's."""
    found = escalations.newest_of(work.tx, incident_id)
    return Policy.from_facts(found.policy) if found else Policy.of(work.org.escalation)


def _take_over(work: Work, incident: Incident, person: PersonId) -> bool:
    """The incident was offered to them at a boundary: the acknowledgement is theirs from now on
    (product.md 2)."""
    was = incident.acknowledged_by or ""
    if not incidents.take_over(work.tx, incident.id, was=was, by=person, at=work.now):
        return False
    end_offers(work, incident.id, why="somebody has taken it over")
    participants.join(work.tx, incident.id, person, Role.LEAD, at=work.now)
    work.note(incident.id, "took_over", by=person, target=was)
    about = f"{incident.id}:{work.now.isoformat()}"
    correspond.write(work, was, "taken_over", about=about, incident=incident.id, by=person)
    watch_progress(work, incident.id, since=work.now)
    fresh = work.incident(incident.id)
    speak.refresh(work, fresh)
    speak.invite(work, fresh)
    return True


def _stop_ringing(work: Work, incident_id: IncidentId, person: PersonId) -> None:
    for escalation in escalations.list_ringing(work.tx, incident_id):
        if escalation.kind is EscalationKind.INCIDENT:
            end_escalation(work, escalation, answered_by=person, why="acknowledged")
