"""Who would be paged through a stretch of time, cut at every instant at which that may change
(product.md 1 and 21): nothing is sampled, so nothing between two looks is missed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from itertools import pairwise

from app.rules import routing
from app.rules.calendar import DAY, to_utc, working_intervals
from app.rules.organisation import (
    Organisation,
    RotaId,
    ServiceId,
    Severity,
    Team,
    WorkingHours,
)
from app.rules.routing import Choice, Route
from app.rules.schedule import Schedule


@dataclass(frozen=True, kw_only=True)
class Run:
    """In all of `[start, end)` the answer is `route`."""

    start: datetime
    end: datetime
    route: Route


def course(
    org: Organisation,
    schedule: Schedule,
    service: ServiceId | None,
    start: datetime,
    end: datetime,
) -> list[Run]:
    """The answers of `[start, end)` for a P1 of the service; they tile it, and neighbours
    differ."""
    owned = org.services.get(service) if service else None
    team = org.teams.get(owned.team) if owned else None
    found: list[Run] = []
    for begin, stop in pairwise(_cuts(org, schedule, team, start, end)):
        route = routing.who(org, schedule, service, Severity.P1, begin)
        if found and _alike(found[-1].route, route):
            begin = found.pop().start
        found.append(Run(start=begin, end=stop, route=route))
    return found


def _cuts(
    org: Organisation, schedule: Schedule, team: Team | None, start: datetime, end: datetime
) -> list[datetime]:
    rotas = [org.out_of_hours_rota, org.manager_rota]
    found = {*leave_points(schedule)}
    if team is not None:
        rotas += [team.rota] if team.rota else []
        for span in working_intervals(team.working_hours, start, end):
            found |= {span.start, span.end}
        found |= set(_holiday_points(team.working_hours))
    for rota in rotas:
        found |= set(duty_points(schedule, rota, start, end))
    return cuts(found, start, end)


def cuts(points: Iterable[datetime], start: datetime, end: datetime) -> list[datetime]:
    """The window's ends and what lies between them, in order."""
    return sorted({start, end, *(at for at in points if start < at < end)}) if start < end else []


def duty_points(
    schedule: Schedule, rota: RotaId, start: datetime, end: datetime
) -> Iterator[datetime]:
    """The ends of every shift of the rota, of each of those who serve at once."""
    return (each.end for each in schedule.everyones_shifts(rota, start, end))


def leave_points(schedule: Schedule) -> Iterator[datetime]:
    """Whenever somebody begins or ceases to be away; the manager tier's order follows that."""
    for leave in schedule.away:
        yield from (leave.start, leave.end, leave.made_at)
        if leave.withdrawn_at is not None:
            yield leave.withdrawn_at


def _holiday_points(hours: WorkingHours) -> Iterator[datetime]:
    """A holiday is a reason of its own, also where it changes nobody."""
    for day in hours.holidays:
        yield to_utc(day, time(), hours.timezone)
        yield to_utc(day + DAY, time(), hours.timezone)


def _alike(one: Route, other: Route) -> bool:
    same = (one.gaps, one.call, one.out_of_hours) == (other.gaps, other.call, other.out_of_hours)
    return same and _told(one) == _told(other)


def _told(route: Route) -> list[tuple[object, ...]]:
    """Whom, and why: the rota's version and the override with it, but not which of its turns."""
    return [_choice(choice) for choice in (*route.primary, None, *route.managers)]


def _choice(choice: Choice | None) -> tuple[object, ...]:
    if choice is None:
        return ()
    facts = choice.facts
    kept = ("rota", "version", "why", "override_made_at")
    return choice.person, choice.reason, *(facts.get(key) for key in kept)
