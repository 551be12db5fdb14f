"""Rings: one attempt to reach one person by one contact method."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.exc import DBAPIError

from app.chat.client import Chat
from app.chat.message import Message
from app.delivery.lanes import Claim, claim_due
from app.delivery.outcome import Spoken
from app.flows import tell
from app.flows.canary import canary_is_round
from app.flows.kinds import Kind
from app.flows.kit import Kit, urgent
from app.flows.record import slack_account
from app.flows.start_wait import start_wait
from app.flows.tell.names import who
from app.flows.work import AtHand, Work
from app.paging.errors import PagingError
from app.paging.gateway import Gateway
from app.paging.links import Links
from app.paging.seal import Seal
from app.paging.words import (
    PageFacts,
    PageText,
    code_text,
    notice_text,
    page_text,
    test_text,
    trouble_text,
)
from app.rules.incident import Incident
from app.rules.ladder import Method
from app.rules.organisation import PersonId
from storage import alerts, contacts, effects, escalations, posts
from storage.contacts import Contact
from storage.effects import Effect, Lane, Outcome
from storage.escalations import Escalation, EscalationKind, Page, Ringing

log = logging.getLogger("baton.delivery")


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a ring needs, read in one go; `target` is still sealed."""

    target: bytes
    person: PersonId
    hint: str
    trusted: bool
    text: PageText


def claim_rings(lane: Lane) -> Claim:
    """A claim of due rings; those whose page was answered meanwhile are cancelled, not rung."""
    take = claim_due(lane)

    @urgent
    def take_rings(work: Work, places: int, spoken_here: Sequence[int]) -> Sequence[Effect]:
        claimed = take(work, places, spoken_here)
        beside = [effect.id for effect in claimed]
        return [effect for effect in claimed if _is_wanted(work, effect, beside)]

    return take_rings


def _is_wanted(work: Work, effect: Effect, beside: Sequence[int]) -> bool:
    if effect.kind != Kind.RING:
        return True
    page = escalations.get_page(work.tx, effect.page) if effect.page else None
    if page is not None and page.state is Ringing.RINGING:
        start_wait(work, effect, page, beside=beside)
        return True
    effects.finish(work.tx, effect, Outcome.CANCELLED, now=work.now, problem="answered")
    return False


class Rings:
    """Rings one person by one contact method, and records that it was sent, not that it was seen:
    only a person's own answer ends a page (product.md 9)."""

    def __init__(
        self, kit: Kit, *, chat: Chat | None, gateway: Gateway, links: Links, seal: Seal
    ) -> None:
        self._kit = kit
        self._chat = chat
        self._gateway = gateway
        self._links = links
        self._seal = seal

    def prepare(self, work: Work, effect: Effect, at_hand: AtHand) -> Call | None:
        """What a ring of this transaction's own needs; None leaves it to be read when spoken."""
        try:
            return self._make(work, effect, at_hand)
        except DBAPIError:
            raise  # this transaction is lost, and what asked for the ring with it
        except Exception:
            log.exception("%s is read once more", effect.key)
            return None

    async def speak(self, effect: Effect, call: Call | None = None) -> Spoken:
        """Raises PagingError or ChatError with whether asking again may help."""
        if effect.kind in (Kind.TEST_RING, Kind.TELL):
            return await self._plain(effect)
        if effect.kind == Kind.CANARY_RING:
            return await self._nobody(effect)
        method = Method(effect.facts["method"])
        if method is Method.SLACK:
            return await self._by_slack(effect)
        if call is None:
            call = await self._kit.read(self._look_up, effect)
        target = self._seal.open(call.target)
        await self._gateway.ring(method, target, call.text, trusted=call.trusted)
        return Spoken(record=lambda work: _rang(work, effect, call.person, method, call.hint))

    async def _nobody(self, effect: Effect) -> Spoken:
        """A canary takes a line as every phone message does, and answers itself."""
        await self._gateway.ring_nobody()
        number, row = effect.facts["canary"], effect.facts["inbox"]
        return Spoken(record=lambda work: canary_is_round(work, number, row=row))

    async def _by_slack(self, effect: Effect) -> Spoken:
        page_id = effect.page or 0
        key = f"page:{page_id}"
        if self._chat is None:
            raise PagingError("Slack is switched off.", permanent=True)
        person, user, message = await self._kit.read(_slack_page, page_id)
        if user is None or message is None:
            raise PagingError("This person's Slack account is not known.", permanent=True)
        # A page is repeated rather than reconciled: looking first would cost it time.
        posted = await self._chat.post(user, message, key=key, urgent=True)

        def record(work: Work) -> None:
            posts.remember(
                work.tx,
                key,
                channel=posted.channel,
                ts=posted.ts,
                at=work.now,
                incident=effect.incident,
            )
            _rang(work, effect, person, Method.SLACK, "Slack")

        return Spoken(record=record)

    async def _plain(self, effect: Effect) -> Spoken:
        """What is about no incident: a test page, a verification code, Baton's own trouble."""
        contact = await self._kit.read(_contact, effect.facts["contact"])
        if contact is None:
            return Spoken()
        text = self._plain_text(effect)
        target = self._seal.open(contact.target)
        await self._gateway.ring(Method(contact.method), target, text, trusted=contact.trusted)
        return Spoken()

    def _plain_text(self, effect: Effect) -> PageText:
        if effect.kind == Kind.TELL:
            title, what = effect.facts.get("title"), effect.facts["what"]
            return notice_text(title, what) if title else trouble_text(what)
        sealed = effect.facts.get("code")
        return code_text(self._seal.open(sealed.encode())) if sealed else test_text()

    @urgent
    def _look_up(self, work: Work, effect: Effect) -> Call:
        page = escalations.get_page(work.tx, effect.page or 0)
        contact = contacts.get(work.tx, effect.facts["contact"])
        if page is None or contact is None:
            raise PagingError("The contact method was removed meanwhile.", permanent=True)
        incident, escalation = work.incident(page.incident), _escalation(work, page)
        found = AtHand(page=page, incident=incident, escalation=escalation, contact=contact)
        return self._make(work, effect, found)

    def _make(self, work: Work, effect: Effect, at_hand: AtHand) -> Call:
        page, contact = at_hand.page, at_hand.contact
        facts = page_facts(work, page, at_hand.incident, at_hand.escalation)
        link = self._links.acknowledge(page.incident, page.escalation, page.person)
        text = page_text(replace(facts, link=link, repeat=effect.repeat))
        return Call(
            target=contact.target,
            person=page.person,
            hint=contact.hint,
            trusted=contact.trusted,
            text=text,
        )


def _escalation(work: Work, page: Page) -> Escalation:
    found = escalations.get(work.tx, page.escalation)
    assert found is not None, "a page belongs to an escalation"
    return found


def page_facts(work: Work, page: Page, incident: Incident, escalation: Escalation) -> PageFacts:
    """What a phone shows of a page, as the incident stands now."""
    service = work.org.services.get(incident.service) if incident.service else None
    by_hand = escalation.kind is not EscalationKind.INCIDENT
    firings, _ = alerts.count_of(work.tx, incident.id)
    # A manager whom several rounds have rung is named once.
    others = dict.fromkeys(
        each.person
        for each in escalations.pages_of(work.tx, page.escalation)
        if each.person != page.person and each.state is Ringing.RINGING
    )
    return PageFacts(
        key=incident.key,
        severity=incident.severity,
        title=incident.title,
        reason=incident.reason,
        service=service.name if service else None,
        why_you=page.reason,
        others=[who(work, each).name for each in others],
        asked_by=who(work, escalation.asked_by).name if by_hand and escalation.asked_by else None,
        asked=escalation.why if by_hand else "",
        alerts=firings,
        runbook=incident.runbook,
    )


@urgent
def _slack_page(work: Work, page_id: int) -> tuple[PersonId, str | None, Message | None]:
    page = escalations.get_page(work.tx, page_id)
    if page is None:
        return "", None, None
    return page.person, slack_account(work, page.person), tell.page_message(work, page_id)


def _contact(work: Work, contact_id: int) -> Contact | None:
    return contacts.get(work.tx, contact_id)


def _rang(work: Work, effect: Effect, person: PersonId, method: Method, hint: str) -> None:
    if effect.incident is not None:
        work.note(effect.incident, "rang", person=person, method=method, hint=hint)
