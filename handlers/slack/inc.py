"""The incident command: what each of its words does, and on which incident."""

import re
from collections.abc import Mapping

from app.chat.words import forms, guide, help, replies
from app.flows import tell
from app.flows.admit import Act, admit
from app.flows.declare import declare
from app.flows.escalate import who_would_ring
from app.flows.tell.names import everyone
from app.flows.work import Refused, Work
from app.rules import routing
from app.rules.incident import Incident, IncidentId
from app.rules.organisation import PersonId, Service, ServiceId, Severity, SlaId, Team
from app.rules.severity import assess_declared
from handlers.slack import acts, looks
from handlers.slack.ask import Ask, Reply
from handlers.slack.naming import find_person
from handlers.slack.parse import INC, PANEL, Line, nearest, readable, take_target, take_team
from storage import incidents

LOOKS = frozenset({"list", "timeline", "help", PANEL})
"""Words that never write, and so run on a reader's thread."""
AFTERWARDS = frozenset({"rootcause", "followup", "close", "reopen", "note", "timeline"})
"""Words that make sense for a resolved incident, too."""
NONE_BECAUSE = re.compile(r"none\b[,:]?\s*(?:because\b[,:]?)?\s*", re.IGNORECASE)

ON_INCIDENT: Mapping[str, acts.IncidentAct] = {
    PANEL: looks.show_panel,
    "ack": acts.acknowledge,
    "join": acts.help_with,
    "update": acts.post_update,
    "note": acts.add_note,
    "escalate": acts.escalate,
    "resolve": acts.end_impact,
    "rootcause": acts.root_cause,
    "close": acts.close,
    "cancel": acts.call_off,
    "reopen": acts.open_again,
    "timeline": looks.show_timeline,
}


def run_inc(work: Work, ask: Ask, line: Line) -> Reply:
    """One command line, understood and done."""
    if line.verb is None:
        meant = nearest(line.word, INC)
        again = " ".join(filter(None, (meant, _spelled(line), line.rest)))
        return Reply(message=guide.unknown_word(line.word, meant=meant, line=again, command="inc"))
    if line.verb == "new":
        return open_new(work, ask, readable(line.rest))
    if line.verb == "list":
        return looks.show_list(work, ask)
    here = find_incident(work, ask, line)
    if line.verb == "help":
        return Reply(message=help.inc(here))
    if line.verb == PANEL and here is None:
        return declare_form(work, ask)
    if line.verb == "status":
        return _status(work, ask, line, here)
    if here is None:
        return _which(work, ask, line)
    if line.verb == "page":
        return _page(work, ask, here.id, line.rest)
    if line.verb == "followup":
        return _follow_up(work, ask, here.id, line.rest)
    return ON_INCIDENT[line.verb](work, ask, here.id, readable(line.rest))


def find_incident(work: Work, ask: Ask, line: Line) -> Incident | None:
    """The one that is named, else the one whose channel this is."""
    if line.incident is not None:
        return work.incident(line.incident)
    if line.channel is not None:
        found = incidents.find_by_channel(work.tx, line.channel)
        if found is None:
            raise Refused("That channel is no incident's. `/inc list` shows the open ones.")
        return found
    return incidents.find_by_channel(work.tx, ask.channel) if ask.channel else None


def open_new(
    work: Work,
    ask: Ask,
    title: str,
    *,
    service: ServiceId | None = None,
    sla: SlaId | None = None,
    guess: bool = True,
) -> Reply:
    """Declare; blank opens the form. `guess`: a title that begins with a service's id is about
    that service."""
    if not title.strip():
        return declare_form(work, ask)
    if guess and service is None:
        service = _leading_service(work, title)
    done = declare(work, title, by=ask.by, service=service, sla=sla)
    return Reply(
        message=replies.declared(
            done.incident,
            new=done.new,
            ringing=everyone(work, _first_rung(work, done.incident)),
            owner=tell.owner_channel(work, done.incident),
        )
    )


def declare_form(
    work: Work,
    ask: Ask,
    *,
    told: str = "",
    service: ServiceId | None = None,
    sla: SlaId | None = None,
) -> Reply:
    """The form with what is chosen so far, and the severity that follows from it."""
    admit(work, ask.by, Act.DECLARE)
    chosen = work.org.services.get(service) if service else None
    threatened = chosen.sla(sla) if chosen and sla else None
    reason = assess_declared(chosen, threatened).reason
    view = forms.declare(
        _services(work), carry=ask.carry(), told=told, chosen=chosen, reason=reason
    )
    return Reply(view=view)


def _services(work: Work) -> list[tuple[Service, Team]]:
    teams = work.org.teams
    return [(each, teams[each.team]) for each in work.org.services.values() if each.team in teams]


def _leading_service(work: Work, title: str) -> ServiceId | None:
    word = title.split(None, 1)[0].rstrip(":,").lower()
    return next((each for each in work.org.services if each.lower() == word), None)


def _first_rung(work: Work, incident: Incident) -> list[PersonId]:
    """Whom the first step will ring, as things are at this instant."""
    route = routing.who(work.org, work.schedule, incident.service, incident.severity, work.now)
    return [each.person for each in route.primary] or list(who_would_ring(work)[:1])


def _status(work: Work, ask: Ask, line: Line, here: Incident | None) -> Reply:
    if not line.rest:
        return looks.show_panel(work, ask, here.id) if here else looks.show_services(work, ask)
    text = readable(line.rest)
    found = looks.show_service(work, ask, text)
    if found is not None:
        return found
    if here is not None:
        return acts.post_update(work, ask, here.id, text)
    known = ", ".join(sorted(work.org.services)) or "none"
    raise Refused(f"There is no service called {text[:60]}. Known: {known[:500]}.")


def _which(work: Work, ask: Ask, line: Line) -> Reply:
    admit(work, ask.by, Act.LOOK)
    later = line.verb in AFTERWARDS
    found = incidents.list_not_closed(work.tx) if later else incidents.list_open(work.tx)
    return Reply(message=guide.which(found, verb=str(line.verb), rest=line.rest))


def _page(work: Work, ask: Ask, number: IncidentId, text: str) -> Reply:
    target, why = take_target(text)
    if target is None:
        raise Refused(
            "Say whom, and what for; it is read out to them: "
            "`/inc page @ana the loader needs a second pair of eyes`. Nobody was paged."
        )
    admit(work, ask.by, Act.PAGE)
    service = _named_service(work, target.word) if target.word else None
    person = _on_duty(work, service) if service else find_person(work, target)
    return acts.page(work, ask, number, person, readable(why))


def _named_service(work: Work, word: str) -> Service | None:
    wanted = word.lower()
    services = work.org.services.values()
    return next((e for e in services if wanted in (e.id.lower(), e.name.lower())), None)


def _on_duty(work: Work, service: Service) -> PersonId:
    route = routing.who(work.org, work.schedule, service.id, Severity.P1, work.now)
    if not route.primary:
        raise Refused(
            f"Nobody is on duty for {service.name} now. `/inc escalate why` rings the managers. "
            "Nobody was paged."
        )
    return route.primary[0].person


def _follow_up(work: Work, ask: Ask, number: IncidentId, text: str) -> Reply:
    none = NONE_BECAUSE.match(text)
    if none:
        why = readable(text[none.end() :])
        if not why:
            raise Refused("Say why nothing is to be done: `/inc followup none because …`.")
        return acts.follow_up(work, ask, number, why, none_because=True)
    teams = {each.name.lower(): each.id for each in work.org.teams.values()}
    teams |= {each.lower(): each for each in work.org.teams}
    team, rest = take_team(text, teams)
    return acts.follow_up(work, ask, number, readable(rest), team=team)


def _spelled(line: Line) -> str:
    """The incident as it was named, for a command that is offered to be run again."""
    if line.incident is not None:
        return f"INC-{line.incident}"
    return f"<#{line.channel}>" if line.channel else ""
