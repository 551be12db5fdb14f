"""The offer at a boundary: an acknowledged incident moves with the pager (product.md 2).

Whoever was rung as the one on duty and has an incident keeps it when their shift is over; the
incoming person is paged for it, and has it once they answer. What is offered follows from how
things stand, so that a late start, an edited rota and a shift that is taken are all one case.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.flows import speak
from app.flows.acknowledge import end_escalation
from app.flows.first_step import take_first_step
from app.flows.tell.names import BATON, who
from app.flows.work import Work
from app.rules.escalation import Policy
from app.rules.incident import Incident, IncidentId, State
from app.rules.incoming import has_the_pager
from app.rules.organisation import PersonId
from storage import escalations, incidents
from storage.escalations import Escalation, EscalationKind, Page

ON_DUTY = frozenset({"owner", "volunteers"})
"""The rules by which somebody is rung as the one on duty (app.rules.routing)."""


@dataclass(frozen=True, kw_only=True)
class _Offer:
    to: PersonId
    boundary: datetime


@dataclass(frozen=True, kw_only=True)
class _Change:
    """What is to be done so that the offers of an incident are as they should be."""

    start: Sequence[_Offer]
    end: Sequence[Escalation]


def offers_due(work: Work) -> list[IncidentId]:
    """The incidents whose offers are not as they should be; only reads, so that it may be asked
    every second."""
    ringing = escalations.list_offers(work.tx)
    numbers = {each.incident for each in ringing}
    held = {each.id: each for each in incidents.list_held(work.tx)}
    due = []
    for number in sorted(numbers | held.keys()):
        incident = held.get(number) or incidents.get(work.tx, number)
        assert incident is not None, "an escalation belongs to an incident"
        change = _change(work, incident, [each for each in ringing if each.incident == number])
        if change.start or change.end:
            due.append(number)
    return due


def offers_missing(work: Work, *, before: datetime) -> list[tuple[IncidentId, datetime]]:
    """Incidents that passed a boundary earlier than that, and were offered to nobody there. What
    an edit moved is not among them: nobody knows since when it has waited."""
    return [
        (incident.id, offer.boundary)
        for incident in incidents.list_held(work.tx)
        for offer in _wanted(work, incident)
        if offer.boundary < before
        and offer.boundary != incident.acknowledged_at
        and (offer.to, offer.boundary) not in escalations.offered(work.tx, incident.id)
    ]


def settle_offers(work: Work, incident_id: IncidentId) -> list[PersonId]:
    """Offer an incident to whoever has the pager now, and end the offers to those who have it no
    longer. The people whom it was offered to by this; asked again it changes nothing."""
    incident = work.incident(incident_id)
    ringing = [e for e in escalations.list_ringing(work.tx, incident_id) if e.boundary]
    change = _change(work, incident, ringing)
    for each in change.end:
        end_escalation(work, each, why="the pager has moved on")
    made = [offer.to for offer in change.start if _start(work, incident, offer)]
    if made or change.end:
        speak.refresh_card(work, incident)
    return made


def _change(work: Work, incident: Incident, ringing: Sequence[Escalation]) -> _Change:
    wanted = _wanted(work, incident)
    asked = {each.target for each in ringing}
    known = escalations.offered(work.tx, incident.id) if wanted else frozenset()
    return _Change(
        start=[
            offer
            for offer in wanted
            if offer.to not in asked and (offer.to, offer.boundary) not in known
        ],
        end=[each for each in ringing if each.target not in {offer.to for offer in wanted}],
    )


def _wanted(work: Work, incident: Incident) -> list[_Offer]:
    """Those on duty now who were not beside the one who has it, unless that one still is."""
    holder, since = incident.acknowledged_by, incident.acknowledged_at
    if incident.state is not State.ACKNOWLEDGED or not incident.severity.wakes:
        return []
    if holder is None or since is None:
        return []
    duty = has_the_pager(work.org, work.schedule, incident.service, work.now)
    if holder in duty:
        return []
    rung = _rung_as_holder(work, incident, holder)
    if not rung:
        return []
    new = [person for person in duty if person not in {each.person for each in rung}]
    offers = (_offer(person, duty[person], since, rung[-1].at) for person in new or duty)
    return [each for each in offers if each is not None]


def _offer(to: PersonId, begun: datetime, since: datetime, rung_at: datetime) -> _Offer | None:
    """None for what was taken after the boundary already. Somebody whose time had begun before the
    holder was rung has got it by an edit meanwhile; no boundary is known then but the answer."""
    if begun > since:
        return _Offer(to=to, boundary=begun)
    return _Offer(to=to, boundary=since) if begun <= rung_at else None


def _rung_as_holder(work: Work, incident: Incident, holder: PersonId) -> list[Page]:
    """The pages of those who were rung as the ones on duty when the holder last was, who is one of
    them; none when they took it without having the pager."""
    rung = [
        page
        for page in escalations.list_pages(work.tx, incident.id)
        if page.rota_facts.get("rule") in ON_DUTY
    ]
    steps = [(page.escalation, page.step) for page in rung if page.person == holder]
    return [page for page in rung if (page.escalation, page.step) == steps[-1]] if steps else []


def _start(work: Work, incident: Incident, offer: _Offer) -> bool:
    """Once for an incident, a boundary and a person, whoever else tries."""
    holder = who(work, incident.acknowledged_by or "").name
    started = escalations.start(
        work.tx,
        incident=incident.id,
        kind=EscalationKind.PAGE,
        tier=1,
        round=0,
        policy=Policy.of(work.org.escalation).to_facts(),
        why=f"the pager has passed on; {holder} has had this, and has it until it is taken over",
        asked_by=BATON,
        target=offer.to,
        started_at=work.now,
        boundary=offer.boundary,
    )
    if started is None:
        return False
    take_first_step(work, incident.id, started.id)
    work.note(
        incident.id, "offered", target=offer.to, boundary=offer.boundary.isoformat(),
        holder=incident.acknowledged_by,
    )  # fmt: skip
    return True
