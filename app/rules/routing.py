"""Who is paged: a pure function of service, severity, instant, calendars and rotas (product.md 1).

Owners in their working hours, the volunteers at any other, the managers behind both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.rules import calendar
from app.rules.by_hand import Allowed, Refused, may_page_by_hand
from app.rules.organisation import (
    Organisation,
    PersonId,
    RotaId,
    Service,
    ServiceId,
    Severity,
    Team,
    TeamId,
)
from app.rules.rota import Shift, Why
from app.rules.schedule import Schedule

__all__ = [
    "Allowed",
    "Choice",
    "Refused",
    "Route",
    "Schedule",
    "is_out_of_hours_for",
    "manager_order",
    "managers_for_round",
    "may_page_by_hand",
    "who",
]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A person and why it is them, in words; `facts` name the rota, its version, the override and
    the rule that chose (I7)."""

    person: PersonId
    reason: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Route:
    """`primary` is tier 1; empty when the managers are paged at once. `gaps` are to be raised.

    `managers` is tier 2 in the order in which it rings. `call` is the team whose channel is called
    because it has no rota. `wakes` is False for what is told to the owner's channel and pages
    nobody (product.md 6).
    """

    primary: tuple[Choice, ...]
    managers: tuple[Choice, ...] = ()
    gaps: tuple[str, ...] = ()
    out_of_hours: bool = True
    call: TeamId | None = None
    wakes: bool = True

    @property
    def tier_one(self) -> frozenset[PersonId]:
        return frozenset(choice.person for choice in self.primary)


def who(
    org: Organisation,
    schedule: Schedule,
    service: ServiceId | None,
    severity: Severity,
    at: datetime,
) -> Route:
    """Both tiers at an instant, and what is missing in them.

    Out of hours there is no exception for any service, so nothing bounces back to its owners as
    owners (product.md 1 to 4). The severity decides only whether anybody is woken at all.
    """
    owned, team = _owner(org, service)
    call: TeamId | None = None
    if owned is None or team is None or not calendar.is_working(team.working_hours, at):
        primary, gap = _volunteers(org, schedule, owned, team, at)
    elif team.rota is None:
        primary, gap = (), f"{team.name} has no rota, so its channel is called"
        call = team.id
    else:
        primary, gap = _on_owners_rota(schedule, owned, team, team.rota, at)
    order, missing = _second_tier(org, schedule, at, frozenset(each.person for each in primary))
    return Route(
        primary=primary,
        managers=tuple(order),
        gaps=tuple(each for each in (gap, missing) if each),
        out_of_hours=is_out_of_hours_for(org, at, service),
        call=call,
        wakes=severity.wakes,
    )


def is_out_of_hours_for(org: Organisation, at: datetime, service: ServiceId | None) -> bool:
    """Outside the owning team's working hours; without an owner there are none (product.md 14)."""
    team = _owner(org, service)[1]
    return team is None or not calendar.is_working(team.working_hours, at)


def manager_order(org: Organisation, schedule: Schedule, at: datetime) -> list[PersonId]:
    """The manager tier in the order in which it rings: the one on duty, then as turns come.

    Only people marked manager (product.md 11). Whoever is relieved by an override, or is away,
    comes last. Where the manager rota has none, everybody marked manager: a page must find
    somebody.
    """
    duty = schedule.on_duty(org.manager_rota, at)
    order = schedule.turn_order(org.manager_rota, at)
    if duty.why is Why.OVERRIDE and duty.person is not None:
        order = [duty.person, *(each for each in order if each != duty.instead_of), *order]
    found = [each for each in dict.fromkeys(order) if _is_manager(org, each)]
    found = found or [each.id for each in org.people.values() if each.manager]
    if not schedule.away:
        return found
    # An override wins over a leave: who covers has said so later, and knowingly.
    return sorted(found, key=lambda each: each != duty.person and schedule.is_away(each, at))


def managers_for_round(
    org: Organisation,
    schedule: Schedule,
    at: datetime,
    round: int,
    not_person: frozenset[PersonId] = frozenset(),
) -> list[Choice]:
    """Tier 2: round 1 the manager on duty, each further round one more, until all ring
    (product.md 10). The reason of each is the same in every round.

    `not_person` are tier 1 now: the next manager in turn takes the place; if there is no other,
    they are paged all the same (product.md 11).
    """
    return _second_tier(org, schedule, at, not_person)[0][: max(round, 1)]


def _owner(org: Organisation, service: ServiceId | None) -> tuple[Service | None, Team | None]:
    owned = org.services.get(service) if service else None
    return owned, org.teams.get(owned.team) if owned else None


def _is_manager(org: Organisation, person: PersonId | None) -> bool:
    known = org.people.get(person) if person else None
    return known is not None and known.manager


def _on_owners_rota(
    schedule: Schedule, service: Service, team: Team, rota_id: RotaId, at: datetime
) -> tuple[tuple[Choice, ...], str]:
    hours = team.working_hours
    span = f"{hours.start:%H:%M}–{hours.end:%H:%M} {hours.timezone.key}"
    reason = f"on the rota of {team.name}, who own {service.name}, in working hours {span}"
    found, missing = _on_rota(schedule, rota_id, at, reason, "owner")
    if not found:
        return (), f"nobody has rota {rota_id} of {team.name} in its working hours {span}"
    return found, missing


def _volunteers(
    org: Organisation,
    schedule: Schedule,
    service: Service | None,
    team: Team | None,
    at: datetime,
) -> tuple[tuple[Choice, ...], str]:
    rota_id = org.out_of_hours_rota
    when = "out of hours"
    if service is None or team is None:
        when = "no team owns it"
    elif calendar.is_holiday(team.working_hours, at):
        day = at.astimezone(team.working_hours.timezone).date()
        when = f"out of hours, holiday {day.isoformat()} of {team.name}"
    reason = f"on call with the {rota_id} ({when})"
    found, missing = _on_rota(schedule, rota_id, at, reason, "volunteers")
    return found, missing if found else f"nobody has the out-of-hours rota {rota_id}"


def _on_rota(
    schedule: Schedule, rota_id: RotaId, at: datetime, reason: str, rule: str
) -> tuple[tuple[Choice, ...], str]:
    """Everybody who serves at once, each once, and what is missing when some places are empty."""
    running = schedule.all_on_duty(rota_id, at)
    serving = {shift.person: shift for shift in reversed(running) if shift.person is not None}
    found = [
        _choice(schedule, rota_id, shift, person, reason, rule)
        for person, shift in reversed(serving.items())
    ]
    empty = sum(shift.person is None for shift in running)
    missing = f"{empty} of the {len(running)} places on rota {rota_id} are empty" if empty else ""
    return tuple(found), missing


def _second_tier(
    org: Organisation, schedule: Schedule, at: datetime, tier_one: frozenset[PersonId]
) -> tuple[list[Choice], str]:
    """Tier 2 in its order, and what is missing in it."""
    duty = schedule.on_duty(org.manager_rota, at)
    everybody = manager_order(org, schedule, at)
    order = [each for each in everybody if each not in tier_one]
    gap = _manager_gap(org, duty)
    if everybody and not order:
        order = everybody
        gap = f"{everybody[0]} is tier 1, and there is no other manager for the second tier"
    elif not everybody:
        gap = "nobody is marked manager, so there is no second tier"
    if duty.person in tier_one:
        instead = f"{duty.person} is tier 1 now"
    else:
        instead = gap or "next on the manager rota"
    return [_manager(org, schedule, duty, each, n, instead) for n, each in enumerate(order)], gap


def _manager_gap(org: Organisation, duty: Shift) -> str:
    if duty.person is None:
        return f"nobody has the manager rota {org.manager_rota}"
    if not _is_manager(org, duty.person):
        return f"{duty.person} has the manager rota and is not marked manager, so is not paged"
    return ""


def _manager(
    org: Organisation,
    schedule: Schedule,
    duty: Shift,
    person: PersonId,
    number: int,
    instead: str,
) -> Choice:
    if person == duty.person:
        return _choice(schedule, org.manager_rota, duty, person, "manager on duty", "managers")
    reason = "next on the manager rota" if number else f"next manager in turn: {instead}"
    facts = {"rota": org.manager_rota, "version": duty.version, "rule": "managers"}
    return Choice(person=person, reason=reason, facts=facts)


def _choice(
    schedule: Schedule, rota_id: RotaId, shift: Shift, person: PersonId, reason: str, rule: str
) -> Choice:
    if shift.why is Why.OVERRIDE:
        relieved = shift.instead_of if shift.instead_of != person else None
        reason += f", covering for {relieved}" if relieved else ", by an override"
        reason += f": {shift.note}" if shift.note else ""
    elif shift.why is Why.LEAVE:
        reason += f", standing in for {shift.instead_of}, who is away"
    facts = {**schedule.facts(rota_id, shift), "rule": rule}
    return Choice(person=person, reason=reason, facts=facts)
