"""The facts that several tellings share, read from an incident as it stands now."""

from app.chat.words.about import About
from app.chat.words.card import Update
from app.chat.words.headline import Head
from app.chat.words.standing import Standing
from app.flows.tell.names import who_if
from app.flows.work import Work
from app.rules.incident import Incident, Missing, State, missing_to_close
from app.rules.organisation import Team
from storage import alerts, follow_ups


def head(incident: Incident) -> Head:
    return Head(
        number=incident.id,
        severity=incident.severity,
        state=incident.state,
        title=incident.title,
        reason=incident.reason,
    )


def standing(work: Work, incident: Incident) -> Standing:
    since, by = incident.ended_at, incident.ended_by
    if incident.state is State.TRIGGERED:
        since, by = incident.triggered_at, None
    elif incident.state is State.ACKNOWLEDGED:
        since, by = incident.acknowledged_at, None
    elif incident.state is State.RESOLVED:
        since, by = incident.resolved_at, incident.resolved_by
    return Standing(
        state=incident.state,
        since=since or incident.opened_at,
        holder=who_if(work, incident.acknowledged_by),
        by=who_if(work, by),
        why=(incident.end_reason or "") if incident.state is State.CANCELLED else "",
        merged_into=incident.merged_into,
    )


def about(work: Work, incident: Incident) -> About:
    service = work.org.services.get(incident.service) if incident.service else None
    team = owner(work, incident)
    alarm = work.org.alarms.get(incident.alarm) if incident.alarm else None
    told, firing = alerts.count_of(work.tx, incident.id)
    return About(
        service=service.name if service else incident.service,
        team=team.name if team else None,
        firing=firing,
        cleared=told - firing,
        runbook=incident.runbook,
        dashboard=incident.dashboard,
        action=alarm.action if alarm else None,
        came_back_from=incident.came_back_from,
    )


def owner(work: Work, incident: Incident) -> Team | None:
    """The team that owns the incident's service; None without a service we know."""
    service = work.org.services.get(incident.service) if incident.service else None
    return work.org.teams.get(service.team) if service else None


def missing(work: Work, incident: Incident) -> Missing:
    """What still stands between the incident and its close."""
    return missing_to_close(incident, len(follow_ups.list_of(work.tx, incident.id)))


def last_update(work: Work, incident: Incident) -> Update | None:
    if not incident.update_text or incident.update_at is None:
        return None
    by = who_if(work, incident.update_by)
    return Update(text=incident.update_text, by=by, at=incident.update_at)
