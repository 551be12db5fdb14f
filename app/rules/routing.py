"""Who is paged: a pure function of service, instant, calendars and rotas (product.md 1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.rules import calendar, rota
from app.rules.organisation import (
    Organisation,
    Override,
    PersonId,
    RotaId,
    Service,
    ServiceId,
    Severity,
    Team,
)
from app.rules.rota import RotaVersion, Shift, Why

TURNS = 60
"""So many shifts are looked ahead to find the order of the managers; more than any rota has."""


@dataclass(frozen=True)
class Schedule:
    """What decides who serves: every rota's versions and overrides."""

    rotas: Mapping[RotaId, tuple[Sequence[RotaVersion], Sequence[Override]]]

    def on_duty(self, rota_id: RotaId, at: datetime) -> Shift:
        versions, overrides = self.rotas.get(rota_id, ((), ()))
        return rota.on_duty(versions, overrides, at)

    def shifts(self, rota_id: RotaId, start: datetime, end: datetime) -> list[Shift]:
        versions, overrides = self.rotas.get(rota_id, ((), ()))
        return rota.shifts(versions, overrides, start, end)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A person and why it is them; `facts` name the rota, its version, the override (I7)."""

    person: PersonId
    reason: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Route:
    """`primary` is tier 1; empty when the managers are paged at once. `gaps` are to be raised."""

    primary: tuple[Choice, ...]
    gaps: tuple[str, ...] = ()

    @property
    def tier_one(self) -> frozenset[PersonId]:
        return frozenset(choice.person for choice in self.primary)


@dataclass(frozen=True, kw_only=True)
class Allowed:
    person: PersonId


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Why somebody may not be paged by hand, and who may; a sentence for who asked."""

    sentence: str


def who(
    org: Organisation,
    schedule: Schedule,
    service: ServiceId | None,
    severity: Severity,
    at: datetime,
) -> Route:
    """Tier 1 at an instant: the owners in their working hours, else the volunteers.

    Out of hours there is no exception for any service, so nothing bounces back to its owners
    as owners (product.md 1 to 3).
    """
    owned = org.services.get(service) if service else None
    team = org.teams.get(owned.team) if owned else None
    if owned is not None and team is not None and calendar.is_working(team.working_hours, at):
        return _owners(schedule, owned, team, at)
    return _volunteers(org, schedule, owned, team, at)


def is_out_of_hours_for(org: Organisation, at: datetime, service: ServiceId | None) -> bool:
    """Out of the owning team's working hours; without an owner there are none."""
    owned = org.services.get(service) if service else None
    team = org.teams.get(owned.team) if owned else None
    return team is None or not calendar.is_working(team.working_hours, at)


def manager_order(org: Organisation, schedule: Schedule, at: datetime) -> list[PersonId]:
    """The manager tier in the order in which it rings: the one on duty, then as turns come."""
    first = schedule.on_duty(org.manager_rota, at)
    found = [first.person] if first.person else []
    versions, _ = schedule.rotas.get(org.manager_rota, ((), ()))
    if versions:
        found += _in_turn(versions, at)
    marked = (each for each in dict.fromkeys(found) if _is_manager(org, each))
    return list(marked)


def managers_for_round(
    org: Organisation,
    schedule: Schedule,
    at: datetime,
    round: int,
    not_person: frozenset[PersonId] = frozenset(),
) -> list[Choice]:
    """Tier 2: round 1 the manager on duty, each further round one more, until all ring.

    Nobody is tier 1 and tier 2 at once: the next manager in turn takes the place. Only people
    marked manager are ever here (product.md 11).
    """
    order = [each for each in manager_order(org, schedule, at) if each not in not_person]
    duty = schedule.on_duty(org.manager_rota, at)
    return [
        Choice(
            person=person,
            reason=_manager_reason(org, person, duty, index),
            facts=_facts(org.manager_rota, duty),
        )
        for index, person in enumerate(order[: max(1, round)])
    ]


def may_page_by_hand(
    org: Organisation, schedule: Schedule, at: datetime, target: PersonId
) -> Allowed | Refused:
    """Anyone inside their own working hours, the volunteers, the managers (product.md 3)."""
    person = org.people.get(target)
    volunteers = _volunteers_now(org, schedule, at)
    managers = manager_order(org, schedule, at)
    if target in volunteers or target in managers:
        return Allowed(person=target)
    if person is not None and calendar.is_working(calendar.person_hours(org, target), at):
        return Allowed(person=target)
    awake = calendar.awake_now(org, at)
    may = "; ".join(
        f"{name}: {', '.join(people)}"
        for name, people in (("awake now", awake), ("on call", volunteers), ("managers", managers))
        if people
    )
    who_is = f"{target} is outside their working hours" if person else f"{target} is not known"
    return Refused(
        sentence=f"{who_is}, and out of hours only the volunteers and the managers are woken. "
        f"You may page {may or 'nobody right now'}."
    )


def _owners(schedule: Schedule, service: Service, team: Team, at: datetime) -> Route:
    hours = team.working_hours
    span = f"{hours.start:%H:%M} to {hours.end:%H:%M} {hours.timezone.key}"
    if team.rota is None:
        gap = f"team {team.name} has no rota, so its channel is called and the managers are paged"
        return Route(primary=(), gaps=(gap,))
    shift = schedule.on_duty(team.rota, at)
    if shift.person is None:
        gap = f"nobody of team {team.name} is on rota {team.rota} in its working hours ({span})"
        return Route(primary=(), gaps=(gap,))
    reason = f"on rota {team.rota} of {team.name}, who own {service.name}, in hours ({span})"
    return Route(
        primary=(
            Choice(
                person=shift.person,
                reason=_with_override(reason, shift),
                facts=_facts(team.rota, shift),
            ),
        )
    )


def _volunteers(
    org: Organisation,
    schedule: Schedule,
    service: Service | None,
    team: Team | None,
    at: datetime,
) -> Route:
    rota_id = org.out_of_hours_rota
    shift = schedule.on_duty(rota_id, at)
    if shift.person is None:
        return Route(primary=(), gaps=(f"nobody is on the out-of-hours rota {rota_id}",))
    when = "out of hours"
    if team is None:
        when = "no team owns it" if service is None else when
    elif calendar.is_holiday(team.working_hours, at):
        when = f"out of hours, a holiday of {team.name}"
    reason = f"on call with the {rota_id} ({when})"
    return Route(
        primary=(
            Choice(
                person=shift.person,
                reason=_with_override(reason, shift),
                facts=_facts(rota_id, shift),
            ),
        )
    )


def _volunteers_now(org: Organisation, schedule: Schedule, at: datetime) -> list[PersonId]:
    """Everybody in a tour now; whoever is on duty by an override counts too."""
    found = [schedule.on_duty(org.out_of_hours_rota, at).person]
    rota_now = org.rotas.get(org.out_of_hours_rota)
    for tour in rota_now.tours if rota_now else ():
        day = at.astimezone(org.timezone).date()
        within = tour.starts <= day < tour.starts + timedelta(weeks=tour.weeks)
        if tour.accepted_on is not None and within:
            found.append(tour.person)
    return list(dict.fromkeys(each for each in found if each))


def _in_turn(versions: Sequence[RotaVersion], at: datetime) -> list[PersonId]:
    """The members in the order in which their turns come after `at`, overrides left out."""
    here = rota.on_duty(versions, (), at)
    found, members = [here.person], set(versions[-1].rota.members)
    for _ in range(TURNS):
        if members <= set(found) or here.end == rota.FOREVER:
            break
        here = rota.on_duty(versions, (), here.end)
        found.append(here.person)
    return [each for each in found if each]


def _is_manager(org: Organisation, person: PersonId) -> bool:
    known = org.people.get(person)
    return bool(known and known.manager)


def _manager_reason(org: Organisation, person: PersonId, duty: Shift, index: int) -> str:
    if person == duty.person:
        return _with_override("manager on duty", duty)
    return "next on the manager rota" if index else "next manager in turn"


def _with_override(reason: str, shift: Shift) -> str:
    if shift.why is not Why.OVERRIDE:
        return reason
    return f"{reason}, taking over: {shift.note}" if shift.note else f"{reason}, taking over"


def _facts(rota_id: RotaId, shift: Shift) -> dict[str, Any]:
    return {
        "rota": rota_id,
        "version": shift.version,
        "why": shift.why.value,
        "shift": [_iso(shift.start), _iso(shift.end)],
        "note": shift.note,
    }


def _iso(at: datetime) -> str | None:
    return None if at in (rota.EVER, rota.FOREVER) else at.isoformat()
