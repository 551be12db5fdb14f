"""Looking: where incidents and services stand, for one person; nothing is written."""

from app.chat.words import history, panel
from app.flows.admit import Act, admit
from app.flows.tell import facts
from app.flows.tell.names import everyone, who_if
from app.flows.tell.rings import asked_by_hand, ringing
from app.flows.work import Work
from app.rules.incident import Incident, IncidentId, State
from handlers.slack.acts import missing
from handlers.slack.ask import Ask, Reply
from storage import incidents, participants, timeline


def show_panel(work: Work, ask: Ask, number: IncidentId, text: str = "") -> Reply:
    """The control panel of an incident."""
    person = admit(work, ask.by, Act.LOOK)
    incident = work.incident(number)
    now = ringing(work, incident)
    called = [who for each in asked_by_hand(work, incident) for who in each.people]
    inside = [each.person for each in participants.list_of(work.tx, number)]
    holds = incident.state is State.ACKNOWLEDGED and incident.acknowledged_by == person
    return Reply(
        message=panel.panel(
            row(work, incident),
            ringing=list(dict.fromkeys([*(now.people if now else ()), *called])),
            helping=everyone(work, inside),
            missing=missing(work, incident),
            holds=holds,
            inside=holds or person in inside,
        )
    )


def show_timeline(work: Work, ask: Ask, number: IncidentId, text: str = "") -> Reply:
    admit(work, ask.by, Act.LOOK)
    happenings = [
        history.Happening(
            at=entry.at,
            kind=entry.kind,
            by=who_if(work, entry.by),
            facts=entry.facts,
            target=who_if(work, entry.facts.get("person") or entry.facts.get("target")),
        )
        for entry in timeline.list_of(work.tx, number)
    ]
    return Reply(message=history.timeline(work.incident(number), happenings))


def show_list(work: Work, ask: Ask) -> Reply:
    admit(work, ask.by, Act.LOOK)
    found = incidents.list_not_closed(work.tx)
    return Reply(message=panel.listing([row(work, each) for each in found]))


def show_services(work: Work, ask: Ask) -> Reply:
    admit(work, ask.by, Act.LOOK)
    troubled = {
        work.org.services[each.service].name: row(work, each)
        for each in incidents.list_open(work.tx)
        if each.service and each.service in work.org.services
    }
    return Reply(message=panel.services(len(work.org.services), troubled))


def show_service(work: Work, ask: Ask, name: str) -> Reply | None:
    """None when no service is called so."""
    admit(work, ask.by, Act.LOOK)
    wanted = name.strip().lower()
    known = next(
        (
            each
            for each in work.org.services.values()
            if wanted in (each.id.lower(), each.name.lower())
        ),
        None,
    )
    if known is None:
        return None
    incident = incidents.find_open(work.tx, f"service:{known.id}")
    return Reply(message=panel.service(known, row(work, incident) if incident else None))


def row(work: Work, incident: Incident) -> panel.Row:
    return panel.Row(
        incident=incident, head=facts.head(incident), standing=facts.standing(work, incident)
    )
