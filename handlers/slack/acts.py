"""The acts on one incident, each a flow and its answer; commands, buttons and forms share them."""

from collections.abc import Callable
from typing import TypeAlias

from app.chat.words import forms, offer, replies
from app.flows import acknowledge as acknowledging
from app.flows import close as closing
from app.flows import escalate as escalating
from app.flows import progress, update
from app.flows.admit import Act, admit
from app.flows.cancel import cancel
from app.flows.finish_follow_up import finish_follow_up
from app.flows.join import join
from app.flows.not_actionable import not_actionable
from app.flows.pass_on import pass_on
from app.flows.reopen import reopen
from app.flows.resolve import resolve
from app.flows.tell import facts
from app.flows.tell.names import everyone, who, who_if
from app.flows.tell.rings import asked_by_hand
from app.flows.work import Work
from app.rules.incident import Incident, IncidentId, Missing
from app.rules.organisation import PersonId, TeamId
from handlers.slack.ask import Ask, Reply
from handlers.slack.naming import person_of
from storage import escalations
from storage.escalations import Page, Ringing

IncidentAct: TypeAlias = Callable[[Work, Ask, IncidentId, str], Reply]
"""`text` is what the person wrote; blank opens the act's form, where it has one."""


def acknowledge(work: Work, ask: Ask, number: IncidentId, text: str = "") -> Reply:
    """Answers also whoever came second: who has it, and that they need do nothing."""
    called = asked_by_hand(work, work.incident(number))
    done = acknowledging.acknowledge(work, number, by=ask.by)
    holder, yours = who(work, done.by), done.by == person_of(work, ask.by)
    still = asked_by_hand(work, done.incident)
    answered = next((each for each in called if each not in still), None)
    if answered is not None and not done.first:
        return Reply(message=replies.answered(done.incident, holder=holder, asked=answered))
    expires = acknowledging.policy_of(work, number).acknowledgement_expires
    return Reply(
        message=replies.acknowledged(
            done.incident, holder=holder, yours=yours, first=done.first, expires=expires
        )
    )


def still_on_it(work: Work, ask: Ask, number: IncidentId, text: str = "") -> Reply:
    incident = progress.still_on_it(work, number, by=ask.by)
    expires = acknowledging.policy_of(work, number).acknowledgement_expires
    return Reply(message=replies.still_on_it(incident, expires))


def pass_page_on(work: Work, ask: Ask, number: IncidentId, page: int) -> Reply:
    """The page decides, whatever incident the button named."""
    pass_on(work, page, by=ask.by)
    now = escalations.get_page(work.tx, page)
    incident = work.incident(now.incident if now else number)
    passed = now is not None and now.state is Ringing.PASSED
    if now is not None and passed and _is_offer(work, now):
        return Reply(message=offer.passed(incident, who_if(work, incident.acknowledged_by)))
    told = replies.passed_on if passed else replies.passed_too_late
    return Reply(message=told(incident))


def _is_offer(work: Work, page: Page) -> bool:
    """What was offered at a boundary stays with whoever has had it (product.md 2)."""
    escalation = escalations.get(work.tx, page.escalation)
    return escalation is not None and escalation.boundary is not None


def call_not_actionable(work: Work, ask: Ask, number: IncidentId, text: str = "") -> Reply:
    done = not_actionable(work, number, by=ask.by)
    yours = done.by == person_of(work, ask.by)
    return Reply(
        message=replies.not_actionable(done.incident, holder=who(work, done.by), yours=yours)
    )


def help_with(work: Work, ask: Ask, number: IncidentId, text: str = "") -> Reply:
    incident = join(work, number, by=ask.by)
    return Reply(message=replies.joined(incident, who_if(work, incident.acknowledged_by)))


def follow_quietly(work: Work, ask: Ask, number: IncidentId, text: str = "") -> Reply:
    admit(work, ask.by, Act.LOOK)
    return Reply(message=replies.followed(work.incident(number)))


def post_update(work: Work, ask: Ask, number: IncidentId, text: str = "") -> Reply:
    if not text:
        admit(work, ask.by, Act.UPDATE)
        return Reply(view=forms.update(work.incident(number), ask.carry(incident=number)))
    incident = update.update(work, number, text, by=ask.by)
    return Reply(message=replies.updated(incident, text))


def add_note(work: Work, ask: Ask, number: IncidentId, text: str = "") -> Reply:
    if not text:
        admit(work, ask.by, Act.NOTE)
        return Reply(view=forms.note(work.incident(number), ask.carry(incident=number)))
    return Reply(message=replies.noted(update.note(work, number, text, by=ask.by), text))


def escalate(work: Work, ask: Ask, number: IncidentId, text: str = "") -> Reply:
    """Blank shows who will ring before anybody does."""
    if not text:
        admit(work, ask.by, Act.ESCALATE)
        managers = everyone(work, escalating.who_would_ring(work))
        view = forms.escalate(work.incident(number), managers, ask.carry(incident=number))
        return Reply(view=view)
    called = escalating.escalate(work, number, text, by=ask.by)
    return Reply(message=replies.escalated(called.incident, everyone(work, called.people), text))


def page(work: Work, ask: Ask, number: IncidentId, target: PersonId, why: str) -> Reply:
    called = escalating.page(work, number, target, why, by=ask.by)
    return Reply(message=replies.paged(called.incident, everyone(work, called.people), why))


def end_impact(work: Work, ask: Ask, number: IncidentId, text: str = "") -> Reply:
    incident = resolve(work, number, by=ask.by)
    team = facts.owner(work, incident)
    name = team.name if team else None
    return Reply(message=replies.resolved(incident, missing(work, incident), owner=name))


def root_cause(work: Work, ask: Ask, number: IncidentId, text: str = "") -> Reply:
    if not text:
        admit(work, ask.by, Act.ROOT_CAUSE)
        return Reply(view=forms.root_cause(work.incident(number), ask.carry(incident=number)))
    incident = closing.set_root_cause(work, number, text, by=ask.by)
    incident = work.incident(incident.id)
    return Reply(message=replies.root_cause_set(incident, text, missing(work, incident)))


def follow_up(
    work: Work,
    ask: Ask,
    number: IncidentId,
    text: str = "",
    *,
    team: TeamId | None = None,
    none_because: bool = False,
) -> Reply:
    incident = work.incident(number)
    if not text:
        admit(work, ask.by, Act.FOLLOW_UP)
        teams, carry = list(work.org.teams.values()), ask.carry(incident=number)
        return Reply(view=forms.follow_up(incident, teams, facts.owner(work, incident), carry))
    added = closing.add_follow_up(
        work, number, text, by=ask.by, team=team, none_because=none_because
    )
    named = work.org.teams.get(added.team) if added.team else None
    return Reply(
        message=replies.follow_up_added(
            work.incident(number),
            added,
            team=named.name if named else None,
            missing=missing(work, incident),
        )
    )


def finish(work: Work, ask: Ask, number: int) -> Reply:
    done = finish_follow_up(work, number, by=ask.by)
    return Reply(message=replies.follow_up_done(f"INC-{done.incident}", done.text))


def close(work: Work, ask: Ask, number: IncidentId, text: str = "") -> Reply:
    return Reply(message=replies.closed(closing.close(work, number, by=ask.by)))


def call_off(work: Work, ask: Ask, number: IncidentId, text: str = "") -> Reply:
    if not text:
        admit(work, ask.by, Act.CANCEL)
        return Reply(view=forms.cancel(work.incident(number), ask.carry(incident=number)))
    return Reply(message=replies.cancelled(cancel(work, number, text, by=ask.by)))


def open_again(work: Work, ask: Ask, number: IncidentId, text: str = "") -> Reply:
    return Reply(message=replies.reopened(reopen(work, number, by=ask.by, why=text)))


def missing(work: Work, incident: Incident) -> Missing:
    """What still stands between the incident and its close, with what was just added."""
    return facts.missing(work, work.incident(incident.id))
