"""What stands in an incident's channel and in the engineering channel, told as things are now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import app.flows.tell.facts as read
import app.flows.tell.rings as rings
from app.chat.message import Message
from app.chat.words import announcement as announcement_words
from app.chat.words import called as called_words
from app.chat.words import card as card_words
from app.chat.words import says, silence
from app.chat.words import topic as topic_words
from app.chat.words.missing import still_wanted
from app.chat.words.people import MOST_NAMES, Who
from app.flows.tell.names import everyone, who_if
from app.flows.work import Work
from app.rules import calendar
from app.rules.incident import Incident, IncidentId, State
from app.rules.organisation import PersonId
from storage import follow_ups, incidents, participants


def card(work: Work, incident_id: IncidentId) -> Message | None:
    """At most 12 lines, and the buttons that fit the state; None for no such incident."""
    incident = incidents.get(work.tx, incident_id)
    if incident is None:
        return None
    awake = _awake(work, incident)
    return card_words.card(
        card_words.CardFacts(
            head=read.head(incident),
            standing=read.standing(work, incident),
            about=read.about(work, incident),
            ringing=rings.ringing(work, incident),
            asked=rings.asked_by_hand(work, incident),
            update=read.last_update(work, incident),
            helpers=_helpers(work, incident),
            awake=everyone(work, awake[:MOST_NAMES]),
            awake_more=len(awake[MOST_NAMES:]),
            root_cause=incident.root_cause,
            follow_ups=len(follow_ups.list_of(work.tx, incident_id)),
        )
    )


def announcement(work: Work, incident_id: IncidentId) -> Message | None:
    """The one post in the engineering channel; it links to the channel once there is one."""
    incident = incidents.get(work.tx, incident_id)
    if incident is None:
        return None
    return announcement_words.announcement(
        announcement_words.AnnouncementFacts(
            head=read.head(incident),
            standing=read.standing(work, incident),
            channel_id=incident.channel_id,
            ringing=rings.ringing(work, incident),
            update=read.last_update(work, incident),
            root_cause=incident.root_cause,
        )
    )


def called(work: Work, incident_id: IncidentId) -> Message | None:
    """The call to a team without a rota (product.md 2); None once somebody has the incident."""
    incident = incidents.get(work.tx, incident_id)
    if incident is None or incident.state is not State.TRIGGERED:
        return None
    return called_words.called(read.head(incident), channel_id=incident.channel_id)


def topic(work: Work, incident_id: IncidentId) -> str:
    """At most 250 characters; raises `Refused` for no such incident."""
    incident = work.incident(incident_id)
    return topic_words.topic(incident, holder=who_if(work, incident.acknowledged_by))


def nobody_answered(
    work: Work, incident_id: IncidentId, facts: Mapping[str, Any]
) -> Message | None:
    """`facts` as the step asked for it: round, people, next. Answered meanwhile: it says so."""
    incident = incidents.get(work.tx, incident_id)
    if incident is None:
        return None
    return silence.nobody_answered(
        silence.SilenceFacts(
            head=read.head(incident),
            standing=read.standing(work, incident),
            people=everyone(work, facts["people"]),
            round=facts["round"],
            next_at=datetime.fromisoformat(facts["next"]),
        )
    )


def say(work: Work, incident_id: IncidentId, facts: Mapping[str, Any]) -> Message | None:
    """One message, said once; `facts["what"]` names it. None for a name that is not known."""
    incident = incidents.get(work.tx, incident_id)
    if incident is None:
        return None
    by = who_if(work, facts.get("by"))
    if facts["what"] == "update":
        at = datetime.fromisoformat(facts["at"])
        return says.update_posted(facts["text"], by=by, at=at)
    if facts["what"] == "resolved":
        return _resolved(work, incident, by)
    return None


def _resolved(work: Work, incident: Incident, by: Who | None) -> Message:
    owed = still_wanted(read.missing(work, incident))
    return says.resolved(incident.key, by=by, at=incident.resolved_at, owed=owed)


def _helpers(work: Work, incident: Incident) -> tuple[Who, ...]:
    """Everybody who is in it, but whoever has it."""
    holder = incident.acknowledged_by if incident.state is State.ACKNOWLEDGED else None
    found = participants.list_of(work.tx, incident.id)
    return everyone(work, (each.person for each in found if each.person != holder))


def _awake(work: Work, incident: Incident) -> list[PersonId]:
    """Who can be asked without waking anyone and is not in it yet: the owning team first, then
    managers (product.md 16)."""
    team = read.owner(work, incident)
    owners = team.members if team else ()
    inside = {each.person for each in participants.list_of(work.tx, incident.id)}
    found = [each for each in calendar.awake_now(work.org, work.now) if each not in inside]
    return sorted(found, key=lambda each: (each not in owners, not work.org.people[each].manager))
