"""Open an incident, raise one, or trigger it anew: what has to be set in motion then."""

from app.flows import hold, speak
from app.flows.first_step import take_first_step
from app.flows.work import Work
from app.rules import calendar
from app.rules.escalation import Policy
from app.rules.incident import CAME_BACK_WITHIN, REOPEN_WITHIN, Incident, State
from app.rules.organisation import Alarm, PersonId, Service, Severity
from app.rules.severity import Assessment
from storage import escalations, incidents, reviews
from storage.escalations import EscalationKind


def open_incident(
    work: Work,
    *,
    trouble: str,
    before: Incident | None,
    title: str,
    assessment: Assessment,
    source: str,
    service: Service | None = None,
    alarm: Alarm | None = None,
    alarm_key: str | None = None,
    declared_by: PersonId | None = None,
) -> Incident | None:
    """The new incident with everything it needs asked for; None when this trouble is open already.
    `before` is the latest one of this trouble that ended.

    The page is asked for first and waits for none of the rest (product.md 8).
    """
    came_back = before and before.resolved_at and work.now - before.resolved_at < CAME_BACK_WITHIN
    incident = incidents.open_new(
        work.tx,
        trouble=trouble,
        service=service.id if service else None,
        sla=assessment.sla,
        alarm=alarm.key if alarm else alarm_key,
        title=title,
        severity=assessment.severity,
        reason=assessment.reason,
        source=source,
        runbook=alarm.runbook if alarm else None,
        dashboard=(alarm.dashboard if alarm else None) or (service.dashboard if service else None),
        declared_by=declared_by,
        out_of_hours=is_out_of_hours(work, service),
        opened_at=work.now,
        triggered_at=work.now,
        came_back_from=before.id if before and came_back else None,
    )
    if incident is None:
        return None
    if assessment.review and alarm_key:
        reviews.enter(
            work.tx,
            alarm_key,
            source=source,
            why=assessment.review,
            at=work.now,
            incident=incident.id,
        )
    set_in_motion(work, incident)
    work.note(
        incident.id,
        "opened",
        by=declared_by,
        severity=incident.severity,
        reason=incident.reason,
        title=title,
    )
    if incident.came_back_from:
        work.note(incident.id, "came_back", earlier=incident.came_back_from)
    return incident


def set_in_motion(work: Work, incident: Incident) -> None:
    """Page and open the channel for what wakes people; hand on the rest (product.md 6)."""
    if not incident.severity.wakes:
        hold.hand_to_owner(work, incident)
        return
    start_paging(work, incident, why=incident.reason)
    speak.open_channel(work, incident)


def start_paging(work: Work, incident: Incident, *, why: str) -> None:
    """Start the incident's one escalation from tier 1, with the policy of this instant."""
    escalation = escalations.start(
        work.tx,
        incident=incident.id,
        kind=EscalationKind.INCIDENT,
        tier=1,
        round=0,
        policy=Policy.of(work.org.escalation).to_facts(),
        why=why,
        started_at=work.now,
    )
    if escalation is not None:
        take_first_step(work, incident.id, escalation.id)


def trigger_again(
    work: Work, incident: Incident, here: State, *, why: str, by: PersonId | None = None, kind: str
) -> bool:
    """Move back to triggered (a reopen, an expired acknowledgement) and page from tier 1.

    True for the one caller that moved it.
    """
    moved = incidents.move(
        work.tx,
        incident.id,
        here,
        State.TRIGGERED,
        triggered_at=work.now,
        acknowledged_by=None,
        acknowledged_at=None,
        progress_at=None,
        resolved_at=None,
        resolved_by=None,
        ended_at=None,
        ended_by=None,
        update_due=None,
    )
    if not moved:
        return False
    work.note(incident.id, kind, by=by, why=why)
    fresh = work.incident(incident.id)
    if fresh.severity.wakes:
        start_paging(work, fresh, why=why)
        speak.open_channel_again(work, fresh)
    else:
        hold.hand_to_owner(work, fresh)
    speak.refresh(work, fresh)
    return True


def raise_severity(
    work: Work, incident: Incident, assessment: Assessment, *, by: PersonId | None = None
) -> bool:
    """Make an open incident worse; raising it to P1 pages (product.md 14). True if it changed."""
    if not assessment.severity.is_worse_than(incident.severity):
        return False
    changed = incidents.raise_severity(
        work.tx,
        incident.id,
        was=incident.severity,
        to=assessment.severity,
        reason=assessment.reason,
        sla=assessment.sla,
    )
    if not changed:
        return False
    work.note(
        incident.id,
        "raised",
        by=by,
        was=incident.severity,
        to=assessment.severity,
        reason=assessment.reason,
    )
    fresh = work.incident(incident.id)
    if assessment.severity.wakes and not incident.severity.wakes:
        if fresh.state is State.ACKNOWLEDGED:
            # Whoever took a P3 did not take a P1: it is triggered anew, so that it pages.
            incidents.move(
                work.tx,
                fresh.id,
                State.ACKNOWLEDGED,
                State.TRIGGERED,
                triggered_at=work.now,
                acknowledged_by=None,
                acknowledged_at=None,
                progress_at=None,
            )
            fresh = work.incident(incident.id)
        start_paging(work, fresh, why=assessment.reason)
        speak.open_channel(work, fresh)
    speak.refresh(work, fresh)
    return True


def may_reopen(incident: Incident, work: Work) -> bool:
    """A firing within 30 minutes of the resolve reopens; later it is a new incident."""
    return (
        incident.state in (State.RESOLVED, State.CLOSED)
        and incident.resolved_at is not None
        and work.now - incident.resolved_at < REOPEN_WITHIN
    )


def is_out_of_hours(work: Work, service: Service | None) -> bool:
    """Without a service there is no owner, and so no working hours."""
    if service is None:
        return True
    team = work.org.teams[service.team]
    return not calendar.is_working(team.working_hours, work.now)


def worst(severity: Severity, other: Severity) -> Severity:
    return other if other.is_worse_than(severity) else severity
