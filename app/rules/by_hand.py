"""Whom one may page by hand, so that no page bounces back to its owners (product.md 3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.rules import calendar
from app.rules.organisation import Organisation, PersonId, RotaKind, ServiceId
from app.rules.schedule import Schedule

MOST_NAMES = 10
"""So many of each kind are named in a refusal."""


@dataclass(frozen=True, kw_only=True)
class Allowed:
    person: PersonId


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Why somebody may not be paged by hand, and who may: a sentence for who asked."""

    sentence: str
    awake: tuple[PersonId, ...] = ()
    volunteers: tuple[PersonId, ...] = ()
    managers: tuple[PersonId, ...] = ()


def may_page_by_hand(
    org: Organisation,
    schedule: Schedule,
    at: datetime,
    target: PersonId,
    *,
    service: ServiceId | None = None,
) -> Allowed | Refused:
    """Anyone inside their own working hours, the volunteers, the managers; and who has a team's
    rota in that team's working hours. `service` is what the page is about, for the refusal's
    words."""
    volunteers = volunteers_now(org, schedule, at)
    managers = tuple(each.id for each in org.people.values() if each.manager)
    if (
        target in volunteers
        or target in managers
        or _has_a_rota_in_hours(org, schedule, at, target)
    ):
        return Allowed(person=target)
    if calendar.is_working(calendar.person_hours(org, target), at) and target in org.people:
        return Allowed(person=target)
    awake = tuple(calendar.awake_now(org, at))
    may = "; ".join(
        f"{called}: {_names(people)}"
        for called, people in (
            ("awake now", awake),
            ("volunteers", volunteers),
            ("managers", managers),
        )
        if people
    )
    return Refused(
        sentence=f"{_why_not(org, target, service)} You may page {may or 'nobody right now'}.",
        awake=awake,
        volunteers=volunteers,
        managers=managers,
    )


def volunteers_now(org: Organisation, schedule: Schedule, at: datetime) -> tuple[PersonId, ...]:
    """Whoever has the out-of-hours rota, and everybody whose tour runs."""
    found = [each.person for each in schedule.all_on_duty(org.out_of_hours_rota, at)]
    pool = org.rotas.get(org.out_of_hours_rota)
    if pool is not None and pool.kind is RotaKind.VOLUNTEERS:
        day = at.astimezone(pool.rotation.timezone).date()
        found += [
            tour.person
            for tour in pool.tours
            if tour.accepted_on is not None and tour.starts <= day < tour.ends
        ]
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _has_a_rota_in_hours(
    org: Organisation, schedule: Schedule, at: datetime, target: PersonId
) -> bool:
    return any(
        shift.person == target
        for team in org.teams.values()
        if team.rota is not None and calendar.is_working(team.working_hours, at)
        for shift in schedule.all_on_duty(team.rota, at)
    )


def _why_not(org: Organisation, target: PersonId, service: ServiceId | None) -> str:
    if target not in org.people:
        return f"{target} is not in the organisation file, so Baton cannot tell when they work."
    owned = org.services.get(service) if service else None
    if owned is not None and target in org.teams[owned.team].members:
        return (
            f"{target} is outside their working hours, and out of hours nothing goes back to the "
            f"owners of {owned.name}: they follow up on their next working day."
        )
    return f"{target} is outside their working hours, and only volunteers and managers are woken."


def _names(people: Sequence[PersonId]) -> str:
    named = ", ".join(people[:MOST_NAMES])
    more = len(people) - MOST_NAMES
    return f"{named} and {more} more" if more > 0 else named
