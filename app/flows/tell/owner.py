"""What wakes nobody, told to the team that owns it: at once in hours, else in the morning."""

from datetime import datetime, timedelta

import app.flows.tell.facts as read
from app.chat.message import Message
from app.chat.words import digest as digest_words
from app.chat.words import evening as evening_words
from app.chat.words import notice as notice_words
from app.flows.keep_days import services_of
from app.flows.tell.names import who_if
from app.flows.work import Work
from app.rules import calendar
from app.rules.incident import Incident, IncidentId
from app.rules.organisation import TeamId
from storage import follow_ups, held, incidents, posts

WORTH_A_WORD = timedelta(minutes=2)
"""What is said later than this after its time says so."""
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


def digest(
    work: Work, team: TeamId, *, key: str = "", at: datetime | None = None
) -> tuple[Message, list[IncidentId]] | None:
    """What waits for a team, worst first, and the incidents that the message names; with what it
    has resolved and not closed, and the follow-ups it owes (product.md 18 and 19).

    None when there is nothing. Whoever posts it marks exactly these as delivered. Of one opening
    (`key`) the rest is said once; what is held later is said by itself.
    """
    waiting = held.list_waiting(work.tx, team)[: digest_words.most_told()]
    found = [incidents.get(work.tx, each.incident) for each in waiting]
    known = sorted((each for each in found if each), key=lambda each: (each.severity, each.id))
    again = bool(key) and posts.find(work.tx, key) is not None
    unclosed = [] if again else _unclosed(work, team)
    owed = [] if again else follow_ups.list_owed_by(work.tx, team)
    if not (known or unclosed or owed):
        return None
    late = work.now - at if at is not None else None
    made = digest_words.digest(
        _team_name(work, team),
        tuple(_held(work, each) for each in known),
        unclosed=unclosed,
        owed=[
            digest_words.OwedFacts(
                number=each.id, key=f"INC-{each.incident}", text=each.text, due=each.due
            )
            for each in owed
        ],
        late=late if late is not None and late > WORTH_A_WORD else None,
    )
    return made, [each.id for each in known]


def evening(work: Work, team: TeamId, at: datetime) -> Message | None:
    """What a team leaves open at its closing. None when nothing is open any more, or when the
    team is back already: then its morning tells."""
    found = work.org.teams.get(team)
    if found is None or calendar.next_opening(found.working_hours, at) <= work.now:
        return None
    still_open = incidents.list_of(work.tx, services_of(work, team))
    if not still_open:
        return None
    late = work.now - at
    return evening_words.evening(
        evening_words.Evening(
            team=found.name,
            open=[_held(work, each) for each in still_open],
            until=calendar.next_opening(found.working_hours, at),
            pager=who_if(work, work.schedule.on_duty(work.org.out_of_hours_rota, at).person),
            late=late if late > WORTH_A_WORD else None,
        )
    )


def _unclosed(work: Work, team: TeamId) -> list[digest_words.UnclosedFacts]:
    resolved = incidents.list_of(work.tx, services_of(work, team), resolved=True)
    return [
        digest_words.UnclosedFacts(head=read.head(each), missing=read.missing(work, each))
        for each in resolved
    ]


def _held(work: Work, incident: Incident) -> digest_words.HeldFacts:
    return digest_words.HeldFacts(head=read.head(incident), standing=read.standing(work, incident))


def _team_name(work: Work, team: TeamId) -> str:
    return work.org.teams[team].name if team in work.org.teams else team
