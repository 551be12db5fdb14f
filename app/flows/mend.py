"""Mend what the auditor found. Each looks again first, and asks under keys that cannot double."""

from datetime import datetime, timedelta

from app.flows.acknowledge import end_escalation, watch_progress
from app.flows.hand_over import hand_over, refresh_handover
from app.flows.kinds import Kind
from app.flows.offer import settle_offers
from app.flows.open_incident import start_paging
from app.flows.quarantine import raise_unreadable
from app.flows.work import Work
from app.rules.escalation import Policy
from app.rules.incident import IncidentId, State
from storage import escalations, handovers, incidents, watch
from storage.effects import Lane
from storage.escalations import Escalation, EscalationKind, Ringing


def page_anew(work: Work, *, incident: IncidentId) -> bool:
    """Nothing rings for a triggered P1: its escalation begins again at tier 1."""
    found = work.incident(incident)
    if found.state is not State.TRIGGERED or not found.severity.wakes:
        return False
    if any(
        each.kind is EscalationKind.INCIDENT for each in escalations.list_ringing(work.tx, incident)
    ):
        return False
    start_paging(work, found, why="nobody was being paged for it")
    return True


def ask_step(work: Work, *, incident: IncidentId, escalation: int) -> bool:
    """The next step is missing or too far away: it is due at once, or after its wait anew."""
    work.incident(incident)
    found = escalations.get(work.tx, escalation)
    ringing = next((e for e in watch.ringing_of(work.tx, incident) if e.id == escalation), None)
    if found is None or ringing is None or not is_too_far(ringing, work.now):
        return False
    due = work.now if ringing.due is None else work.now + _wait(found)
    work.ask_again(
        Kind.STEP,
        f"step:{escalation}:{found.step}",
        lane=Lane.WAIT,
        due=due,
        facts={"v": 1, "step": found.step},
        incident=incident,
        escalation=escalation,
    )
    return True


def is_too_far(ringing: watch.RingingNow, now: datetime) -> bool:
    """No step waits, or it waits longer than the policy ever does."""
    policy = Policy.from_facts(ringing.policy)
    longest = max(policy.primary_wait, policy.manager_wait)
    return ringing.due is None or ringing.due > now + longest


def stop_ringing(work: Work, *, incident: IncidentId, escalation: int) -> bool:
    """It rings although it was answered, or its incident is over."""
    found = work.incident(incident)
    ringing = escalations.get(work.tx, escalation)
    if ringing is None or ringing.state is not Ringing.RINGING:
        return False
    if may_ring(ringing.kind, found.state):
        return False
    end_escalation(work, ringing, why=f"{found.state} already")
    return True


def may_ring(kind: EscalationKind, state: State) -> bool:
    """A page asked for by hand rings also on an acknowledged incident (product.md 9)."""
    return state is State.TRIGGERED if kind is EscalationKind.INCIDENT else state.is_open


def let_expire(work: Work, *, incident: IncidentId) -> bool:
    """An acknowledgement that would never expire gets its clock."""
    found = work.incident(incident)
    if found.state is not State.ACKNOWLEDGED or incident not in watch.unwatched(work.tx):
        return False
    since = found.progress_at or found.acknowledged_at or work.now
    watch_progress(work, incident, since=since)
    return True


def offer_it(work: Work, *, incident: IncidentId) -> bool:
    """A boundary went by, and whoever has the pager since was not asked to take it over."""
    return bool(settle_offers(work, incident))


def make_handover(work: Work, *, boundary: datetime) -> bool:
    """A boundary went by without its handover."""
    return hand_over(work, boundary) is not None


def ask_handover(work: Work, *, handover: int) -> bool:
    """A handover was made and its post never asked for."""
    found = handovers.get(work.tx, handover)
    if found is None:
        return False
    refresh_handover(work, found)
    return True


def tell_unreadable(work: Work, *, source: str) -> bool:
    """Bodies are in quarantine and nobody was told."""
    if incidents.find_newest(work.tx, f"unreadable:{source}") is not None:
        return False
    raise_unreadable(work, source, problem="bodies are kept that nobody could read")
    return True


def _wait(escalation: Escalation) -> timedelta:
    policy = Policy.from_facts(escalation.policy)
    return policy.primary_wait if escalation.tier == 1 else policy.manager_wait
