"""Take a step of an escalation: choose the people of this instant and ring them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.flows import speak
from app.flows.acknowledge import end_escalation
from app.flows.admit import may_answer
from app.flows.contact import rungs
from app.flows.kinds import Kind
from app.flows.raise_gap import raise_gap
from app.flows.work import AtHand, Work
from app.rules import ladder, routing
from app.rules.escalation import Policy
from app.rules.incident import Incident, State
from app.rules.ladder import Method, Rung
from app.rules.organisation import PersonId
from storage import contacts, escalations, incidents, people
from storage.effects import Lane
from storage.escalations import Escalation, EscalationKind, Page, Ringing

ROUNDS = 50
"""More rounds than any manager rota has members: after so many, all of them ring."""


@dataclass(frozen=True, kw_only=True)
class _Turn:
    """Whom a step rings, and how long they have."""

    tier: int
    round: int
    people: tuple[routing.Choice, ...]
    wait: timedelta


def take_step(work: Work, escalation_id: int, *, step: int, held: bool = False) -> list[Page]:
    """Ring the people of the step that is due; empty when it is no longer wanted. `held`: this
    transaction holds its incident already.

    An empty or unreachable step is skipped at once, in this same transaction (product.md 12);
    people who cannot be woken are told on what they have, and the next step rings with them
    (product.md 8). The wait to the following step starts now.
    """
    found = escalations.get(work.tx, escalation_id)
    if found is None:
        return []
    incident = work.incident(found.incident)
    # Read again, now that nobody can answer it until this step is taken.
    escalation = found if held else escalations.get(work.tx, escalation_id) or found
    if escalation.state is not Ringing.RINGING or escalation.step != step:
        return []
    if not _wanted(escalation, incident):
        end_escalation(work, escalation, why=f"{incident.state} already")
        return []
    policy = Policy.from_facts(escalation.policy)
    made: list[Page] = []
    for turn in _turns(work, escalation, incident, policy):
        rung = [_ring(work, escalation, incident, turn, choice) for choice in turn.people]
        made += [page for page in rung if page is not None]
        if any(page is not None and page.reachable for page in rung):
            break
    _wait_for(work, escalation, turn)
    if escalation.kind is EscalationKind.INCIDENT and turn.tier == 2:
        _tell_silence(work, incident, escalation, turn)
    if not (held and escalation.kind is EscalationKind.INCIDENT):
        speak.refresh_posts(work, incident)  # else whoever started it has told everything anew
    speak.invite(work, incident)
    return made


def _wanted(escalation: Escalation, incident: Incident) -> bool:
    if escalation.kind is EscalationKind.INCIDENT:
        return incident.state is State.TRIGGERED
    return incident.state.is_open


def _turns(
    work: Work, escalation: Escalation, incident: Incident, policy: Policy
) -> Iterator[_Turn]:
    """The turns from where the escalation stands, until one of them reaches somebody.

    The last one is always yielded, so that there is a wait even when nobody could be reached.
    """
    if escalation.kind is EscalationKind.PAGE:
        yield _by_hand(work, escalation, incident, policy)
        return
    route = routing.who(work.org, work.schedule, incident.service, incident.severity, work.now)
    passed = _passed(work, escalation)
    if escalation.kind is EscalationKind.INCIDENT and escalation.tier == 1 and not escalation.step:
        for gap in route.gaps:
            raise_gap(work, gap, incident=incident.id)
        if route.call is not None:
            speak.call_team(work, incident)
        people = tuple(choice for choice in route.primary if choice.person not in passed)
        if people:
            yield _Turn(tier=1, round=0, people=people, wait=policy.primary_wait)
        else:
            work.note(incident.id, "skipped", tier=1, why="nobody is on the rota")
    yield from _manager_rounds(work, escalation, route, policy, passed)


def _manager_rounds(
    work: Work,
    escalation: Escalation,
    route: routing.Route,
    policy: Policy,
    passed: frozenset[PersonId],
) -> Iterator[_Turn]:
    """Round 1 the manager on duty, each further round one more, until all ring (product.md 10)."""
    before: tuple[routing.Choice, ...] = ()
    first = escalation.round + 1
    for round in range(first, first + ROUNDS):
        choices = routing.managers_for_round(
            work.org, work.schedule, work.now, round, frozenset(route.tier_one)
        )
        people = tuple(choice for choice in choices if choice.person not in passed)
        everyone = round > 1 and people == before
        if everyone and not people:
            # All of them passed it on, and the last could not have: the list was changed since.
            people = tuple(choices)
        if people or everyone:
            yield _Turn(tier=2, round=round, people=people, wait=policy.manager_wait)
        if everyone:
            return
        before = people
    yield _Turn(tier=2, round=first, people=(), wait=policy.manager_wait)


def _by_hand(work: Work, escalation: Escalation, incident: Incident, policy: Policy) -> _Turn:
    choice = _called(escalation)
    if escalation.boundary is not None:
        route = routing.who(work.org, work.schedule, incident.service, incident.severity, work.now)
        on_duty = (each for each in route.primary if each.person == escalation.target)
        choice = next(on_duty, choice)
    return _Turn(tier=1, round=escalation.round + 1, people=(choice,), wait=policy.primary_wait)


def _called(escalation: Escalation) -> routing.Choice:
    reason = f"{escalation.asked_by} asked for you: {escalation.why}"
    return routing.Choice(person=escalation.target or "", reason=reason)


def _passed(work: Work, escalation: Escalation) -> frozenset[PersonId]:
    if escalation.step == 0:
        return frozenset()  # nobody was rung yet
    pages = escalations.pages_of(work.tx, escalation.id)
    return frozenset(page.person for page in pages if page.state is Ringing.PASSED)


def _ring(
    work: Work, escalation: Escalation, incident: Incident, turn: _Turn, choice: routing.Choice
) -> Page | None:
    account, mine = people.get(work.tx, choice.person), contacts.list_of(work.tx, choice.person)
    ways = rungs(work, choice.person, account, mine)
    asleep = routing.is_out_of_hours_for(work.org, work.now, incident.service)
    page = escalations.add_page(
        work.tx,
        escalation=escalation.id,
        incident=incident.id,
        step=escalation.step,
        tier=turn.tier,
        round=turn.round,
        person=choice.person,
        reason=choice.reason,
        rota_facts=dict(choice.facts),
        out_of_hours=asleep,
        reachable=may_answer(account) and ladder.is_reachable(ways, out_of_hours=asleep),
        at=work.now,
    )
    if page is not None:
        for rung in ladder.ladder(ways, wait=turn.wait):
            contact = next((each for each in mine if each.id == rung.contact), None)
            if contact is None or rung.delay:
                _ask_ring(work, page, rung)
                continue
            found = AtHand(page=page, incident=incident, escalation=escalation, contact=contact)
            _ring_at_once(work, found, rung)
        work.note(
            incident.id,
            "paged",
            tier=turn.tier,
            round=turn.round,
            person=choice.person,
            reason=choice.reason,
            reachable=page.reachable,
            methods=[way.method for way in ways if way.verified],
        )
    return page


def _ask_ring(work: Work, page: Page, rung: Rung) -> None:
    work.ask(
        Kind.RING,
        _key(page, rung),
        lane=Lane.DIRECT if rung.method is Method.SLACK else Lane.PAGE,
        due=work.now + rung.delay,
        facts=_facts(rung),
        incident=page.incident,
        escalation=page.escalation,
        page=page.id,
    )


def _ring_at_once(work: Work, found: AtHand, rung: Rung) -> None:
    key = _key(found.page, rung)
    work.ask_and_claim(Kind.RING, key, lane=Lane.PAGE, facts=_facts(rung), at_hand=found)


def _key(page: Page, rung: Rung) -> str:
    return f"ring:{page.id}:{rung.contact if rung.contact is not None else rung.method}"


def _facts(rung: Rung) -> dict[str, Any]:
    return {"v": 1, "method": rung.method, "contact": rung.contact}


def _wait_for(work: Work, escalation: Escalation, turn: _Turn) -> None:
    escalations.advance(work.tx, escalation, tier=turn.tier, round=turn.round, at=work.now)
    step = escalation.step + 1
    work.ask(
        Kind.STEP,
        f"step:{escalation.id}:{step}",
        lane=Lane.WAIT,
        due=work.now + turn.wait,
        facts={"v": 1, "step": step},
        incident=escalation.incident,
        escalation=escalation.id,
    )


def _tell_silence(work: Work, incident: Incident, escalation: Escalation, turn: _Turn) -> None:
    """Tier 1 did not answer: the incident says in public who is rung now (product.md 10)."""
    incidents.change(work.tx, incident.id, update_due=None)
    work.ask_again(
        Kind.NOBODY_ANSWERED,
        f"nobody_answered:{escalation.id}",
        lane=Lane.CHAT,
        incident=incident.id,
        facts={
            "v": 1,
            "round": turn.round,
            "people": [c.person for c in turn.people],
            "next": (work.now + turn.wait).isoformat(),
        },
    )
    work.note(incident.id, "nobody_answered", round=turn.round)
