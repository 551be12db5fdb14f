"""A person's page as a Slack message, as things are now."""

from datetime import datetime

import app.flows.tell.facts as read
from app.chat.message import Message
from app.chat.words import page as words
from app.flows.tell.names import who, who_if
from app.flows.tell.rings import next_step_at
from app.flows.work import Work
from app.rules.incident import Incident, State
from storage import escalations
from storage.escalations import Escalation, EscalationKind, Page, Ringing


def page_message(work: Work, page_id: int) -> Message | None:
    """With buttons while the page rings, and how it ended afterwards; None for no such page."""
    page = escalations.get_page(work.tx, page_id)
    escalation = escalations.get(work.tx, page.escalation) if page else None
    if page is None or escalation is None:
        return None
    incident = work.incident(page.incident)
    by_hand = escalation.kind is not EscalationKind.INCIDENT
    return words.page_message(
        words.PageFacts(
            page=page.id,
            head=read.head(incident),
            about=read.about(work, incident),
            because=page.reason,
            round=page.round,
            tier=page.tier,
            reachable=page.reachable,
            by_hand=by_hand,
            asked_by=who_if(work, escalation.asked_by),
            why=escalation.why,
            next_at=_next_at(escalation, page),
            channel_id=incident.channel_id,
            ended=_ended(work, page, escalation, incident),
        )
    )


def _next_at(escalation: Escalation, page: Page) -> datetime | None:
    """Known only for a page of the step taken last, and of the tier that is waited for."""
    newest = page.step == escalation.step - 1 and page.tier == escalation.tier
    return next_step_at(escalation) if newest else None


def _ended(
    work: Work, page: Page, escalation: Escalation, incident: Incident
) -> words.Ended | None:
    if page.state is Ringing.RINGING and escalation.state is Ringing.RINGING:
        return None
    if page.state is Ringing.PASSED:
        return words.Ended(at=page.answered_at or page.at, passed=True)
    at = escalation.ended_at or page.answered_at or page.at
    if escalation.answered_by == page.person:
        return words.Ended(at=at, yours=True)
    if escalation.answered_by is not None:
        return words.Ended(at=at, by=who(work, escalation.answered_by))
    goes_on = incident.state is State.TRIGGERED or (
        escalation.kind is not EscalationKind.INCIDENT and incident.state.is_open
    )
    over = "" if goes_on else incident.state.value
    return words.Ended(at=at, over=over)
