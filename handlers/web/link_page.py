"""What the page behind a signed link shows: how the incident stands for the person it rang."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from app.flows.tell.names import BATON
from app.flows.work import Work
from app.paging.links import Claim
from app.paging.words import address, tame
from app.rules.incident import Incident, State
from app.rules.organisation import PersonId
from storage import escalations, incidents, people
from storage.escalations import EscalationKind, Page, Ringing

OVER = frozenset({State.CLOSED, State.CANCELLED, State.MERGED})
"""Links of these no longer work."""


class Stand(StrEnum):
    RINGING = "ringing"
    YOURS = "yours"
    TAKEN = "taken"
    RESOLVED = "resolved"
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class LinkPage:
    """Everything the template says; names and times are ready to be read."""

    incident: Incident
    title: str
    reason: str
    stand: Stand
    service: str | None
    since: str
    holder: str
    held_since: str
    others: tuple[str, ...]
    asked_by: str
    asked: str
    runbook: str | None
    page: int | None
    """The ringing page that the person could pass on."""


def look(work: Work, claim: Claim) -> LinkPage | None:
    """How it stands now; None when there is no such incident. Changes nothing."""
    incident = incidents.get(work.tx, claim.incident)
    if incident is None:
        return None
    ringing = [
        each
        for each in escalations.list_pages(work.tx, incident.id)
        if each.state is Ringing.RINGING
    ]
    mine = next((each for each in reversed(ringing) if each.person == claim.person), None)
    others = dict.fromkeys(each.person for each in ringing if each.person != claim.person)
    service = work.org.services.get(incident.service) if incident.service else None
    asked_by, asked = _asked(work, mine)
    zone = _zone(work, claim.person)
    return LinkPage(
        incident=incident,
        title=tame(incident.title, 240),
        reason=tame(incident.reason, 240),
        stand=_stand(incident, claim.person, by_hand=bool(asked_by)),
        service=service.name if service else None,
        since=when(incident.triggered_at, work.now, zone),
        holder=_name(work, incident.resolved_by or incident.acknowledged_by),
        held_since=when(incident.resolved_at or incident.acknowledged_at, work.now, zone),
        others=tuple(_name(work, each) for each in others),
        asked_by=asked_by,
        asked=asked,
        runbook=address(incident.runbook) if incident.runbook else None,
        page=mine.id if mine else None,
    )


def when(at: datetime | None, now: datetime, zone: tzinfo) -> str:
    """A time of day as the reader's watch shows it, and how long ago that was."""
    if at is None:
        return ""
    local, ago = at.astimezone(zone), max(now - at, timedelta(0))
    clock = f"{local:%H:%M}" if ago < timedelta(hours=20) else f"{local:%a %d %b, %H:%M}"
    minutes = int(ago.total_seconds() // 60)
    if minutes < 1:
        return f"{clock}, just now"
    if minutes < 120:
        return f"{clock}, {minutes} minute{'s' if minutes > 1 else ''} ago"
    hours = minutes // 60
    return f"{clock}, {hours} hours ago" if hours < 48 else f"{clock}, {hours // 24} days ago"


def _stand(incident: Incident, person: PersonId, *, by_hand: bool) -> Stand:
    if incident.state in OVER:
        return Stand.OVER
    if incident.state is State.RESOLVED:
        return Stand.RESOLVED
    if incident.state is State.TRIGGERED or by_hand:
        return Stand.RINGING
    return Stand.YOURS if incident.acknowledged_by == person else Stand.TAKEN


def _asked(work: Work, mine: Page | None) -> tuple[str, str]:
    """Who asked for this person by hand, and in which words."""
    escalation = escalations.get(work.tx, mine.escalation) if mine else None
    if escalation is None or escalation.kind is EscalationKind.INCIDENT:
        return "", ""
    return _name(work, escalation.asked_by) or "Somebody", tame(escalation.why, 500)


def _name(work: Work, person: PersonId | None) -> str:
    """As colleagues call them; the address only when nothing better is known."""
    if person is None:
        return ""
    if person == BATON:
        return "Baton"
    named, account = work.org.people.get(person), people.get(work.tx, person)
    known = (named.name if named else None) or (account.name if account else None)
    return known or person.partition("@")[0]


def _zone(work: Work, person: PersonId) -> tzinfo:
    named = work.org.people.get(person)
    return named.timezone if named else UTC
