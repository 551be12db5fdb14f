"""What wakes nobody, told to the team that owns it: at once in hours, else in the morning."""

import app.flows.tell.facts as read
from app.chat.message import Message
from app.chat.words import digest as digest_words
from app.chat.words import notice as notice_words
from app.flows.work import Work
from app.rules.incident import Incident, IncidentId
from app.rules.organisation import TeamId
from storage import held, incidents

FROM_PEOPLE = "people"
"""The source of what a person declared: it has no alarm to review."""


def owner_channel(work: Work, incident: Incident) -> str:
    """The owning team's channel; without an owner the engineering channel."""
    team = read.owner(work, incident)
    return team.channel if team else work.org.engineering_channel


def digest_channel(work: Work, team: TeamId) -> str:
    """The team's channel; the engineering channel for one that is not in the file any more."""
    found = work.org.teams.get(team)
    return found.channel if found else work.org.engineering_channel


def notice(work: Work, incident_id: IncidentId) -> Message | None:
    """None for no such incident."""
    incident = incidents.get(work.tx, incident_id)
    if incident is None:
        return None
    alarm = work.org.alarms.get(incident.alarm) if incident.alarm else None
    unaccepted = incident.source != FROM_PEOPLE and not (alarm and alarm.accepted)
    return notice_words.notice(
        notice_words.NoticeFacts(
            head=read.head(incident),
            standing=read.standing(work, incident),
            about=read.about(work, incident),
            missing=read.missing(work, incident),
            update=read.last_update(work, incident),
            review=incident.alarm if unaccepted else None,
            known=alarm is not None,
        )
    )


def digest(work: Work, team: TeamId) -> tuple[Message, list[IncidentId]] | None:
    """What waits for a team, worst first, and the incidents that the message names.

    None when nothing waits. Whoever posts it marks exactly these as delivered.
    """
    waiting = held.list_waiting(work.tx, team)[: digest_words.most_told()]
    found = [incidents.get(work.tx, each.incident) for each in waiting]
    known = sorted((each for each in found if each), key=lambda each: (each.severity, each.id))
    if not known:
        return None
    told = tuple(
        digest_words.HeldFacts(head=read.head(each), standing=read.standing(work, each))
        for each in known
    )
    name = work.org.teams[team].name if team in work.org.teams else team
    return digest_words.digest(name, told), [each.id for each in known]
