"""Whether somebody answers at every instant to come: a primary and a manager who can be rung, and
who are not the same person (product.md 4, 8, 11 and 25)."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from app.rules import routing
from app.rules.calendar import working_intervals
from app.rules.course import cuts, duty_points, leave_points
from app.rules.organisation import (
    Organisation,
    PersonId,
    RotaId,
    Service,
    ServiceId,
    Severity,
    Team,
)
from app.rules.routing import Route
from app.rules.schedule import Schedule

NEVER: Mapping[datetime, datetime] = {}


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Whom a page can reach: out of hours only by what wakes them (product.md 8)."""

    asleep: frozenset[PersonId]
    awake: frozenset[PersonId]

    def of(self, person: PersonId, *, out_of_hours: bool) -> bool:
        return person in (self.asleep if out_of_hours else self.awake)


class Lack(StrEnum):
    """What is missing."""

    NOBODY = "nobody"
    PLACES = "places"
    UNREACHABLE = "unreachable"
    NOT_MANAGER = "not_manager"
    ALONE = "alone"


@dataclass(frozen=True, kw_only=True)
class Hole:
    """In `[start, end)` something is missing in a tier. `services` None: every service, and what
    has none; else those whose owners are asked then. `people` cannot be reached or may not serve;
    `note` says why nobody is there."""

    start: datetime
    end: datetime
    tier: int
    rota: RotaId
    lack: Lack
    people: tuple[PersonId, ...] = ()
    note: str = ""
    services: tuple[ServiceId, ...] | None = None


def holes(
    org: Organisation, schedule: Schedule, reach: Reach | None, start: datetime, end: datetime
) -> list[Hole]:
    """Every hole of `[start, end)`, in order; none is the proof that there is none, for every
    instant at which an answer can change is looked at.

    Without `reach` everybody is taken to be reachable. Out of hours all services are one
    (product.md 1), so they are looked at once, at every hour: what has no service pages that rota
    in the day as well (product.md 14). Owners are looked at in their hours, and a hole there goes
    on over the nights between. A team without a rota has none to miss: its channel is called
    (product.md 2).
    """
    shared = {*leave_points(schedule), *duty_points(schedule, org.manager_rota, start, end)}
    everywhere = _out_of_hours(org, schedule, reach, shared, start, end)
    managers = [each for each in everywhere if each.tier == 2]
    found = [*everywhere]
    for team, services in _owners(org):
        for hole in _in_hours(org, schedule, reach, shared, team, services, start, end):
            if not any(_says_it_already(other, hole) for other in managers):
                found.append(hole)
    return sorted(found, key=lambda each: (each.start, each.tier, each.rota, each.end))


def _out_of_hours(
    org: Organisation,
    schedule: Schedule,
    reach: Reach | None,
    shared: set[datetime],
    start: datetime,
    end: datetime,
) -> list[Hole]:
    points = {*shared, *duty_points(schedule, org.out_of_hours_rota, start, end)}
    looked = (
        replace(hole, start=begin, end=stop)
        for begin, stop in pairwise(cuts(points, start, end))
        for hole in _at(org, schedule, reach, None, org.out_of_hours_rota, begin)
    )
    return _joined(looked)


def _in_hours(
    org: Organisation,
    schedule: Schedule,
    reach: Reach | None,
    shared: set[datetime],
    team: Team,
    services: tuple[ServiceId, ...],
    start: datetime,
    end: datetime,
) -> list[Hole]:
    points = set(shared)
    if team.rota is not None:
        points |= set(duty_points(schedule, team.rota, start, end))
    stretches = cuts(points, start, end)
    known: dict[int, list[Hole]] = {}
    looked: list[Hole] = []
    spans = list(working_intervals(team.working_hours, start, end))
    for working in spans:
        number = bisect_right(stretches, working.start) - 1
        while stretches[number] < working.end:
            begin = max(stretches[number], working.start)
            if number not in known:  # in the hours of a stretch nothing changes any more
                known[number] = list(_at(org, schedule, reach, services[0], team.rota, begin))
            stop = min(stretches[number + 1], working.end)
            looked += [replace(each, start=begin, end=stop) for each in known[number]]
            number += 1
    next_day = {one.end: other.start for one, other in pairwise(spans)}
    return [replace(each, services=services) for each in _joined(looked, next_day)]


def _at(
    org: Organisation,
    schedule: Schedule,
    reach: Reach | None,
    service: ServiceId | None,
    rota: RotaId | None,
    at: datetime,
) -> Iterator[Hole]:
    """What is missing at an instant."""
    route = routing.who(org, schedule, service, Severity.P1, at)
    if rota is not None and (first := _first_tier(schedule, reach, route, rota, at)):
        yield first
    if second := _second_tier(org, schedule, reach, route, at):
        yield second


def _first_tier(
    schedule: Schedule, reach: Reach | None, route: Route, rota: RotaId, at: datetime
) -> Hole | None:
    running = schedule.all_on_duty(rota, at)
    empty = [each for each in running if each.person is None]
    people = tuple(each.person for each in route.primary)
    if not people:
        return _hole(at, 1, rota, Lack.NOBODY, note=empty[0].note if empty else "")
    if not _reached(reach, people, route):
        return _hole(at, 1, rota, Lack.UNREACHABLE, people)
    if empty:
        return _hole(at, 1, rota, Lack.PLACES, note=f"{len(empty)} of {len(running)} are empty")
    return None


def _second_tier(
    org: Organisation, schedule: Schedule, reach: Reach | None, route: Route, at: datetime
) -> Hole | None:
    rota, duty = org.manager_rota, schedule.on_duty(org.manager_rota, at)
    others = tuple(each.person for each in route.managers if each.person not in route.tier_one)
    if duty.person is None or not route.managers:
        return _hole(at, 2, rota, Lack.NOBODY, note=duty.note)
    if not (known := org.people.get(duty.person)) or not known.manager:
        return _hole(at, 2, rota, Lack.NOT_MANAGER, (duty.person,))
    if not others:
        return _hole(at, 2, rota, Lack.ALONE, (duty.person,))
    if not _reached(reach, others, route):
        return _hole(at, 2, rota, Lack.UNREACHABLE, others)
    return None


def _reached(reach: Reach | None, people: Iterable[PersonId], route: Route) -> bool:
    if reach is None:
        return True
    return any(reach.of(each, out_of_hours=route.out_of_hours) for each in people)


def _hole(
    at: datetime,
    tier: int,
    rota: RotaId,
    lack: Lack,
    people: tuple[PersonId, ...] = (),
    note: str = "",
) -> Hole:
    return Hole(start=at, end=at, tier=tier, rota=rota, lack=lack, people=people, note=note)


def _owners(org: Organisation) -> Iterator[tuple[Team, tuple[ServiceId, ...]]]:
    """Each team that owns something, with what it owns."""
    owned: dict[str, list[Service]] = {}
    for service in org.services.values():
        owned.setdefault(service.team, []).append(service)
    for team, services in owned.items():
        if team in org.teams:
            yield org.teams[team], tuple(each.id for each in services)


def _joined(looked: Iterable[Hole], next_day: Mapping[datetime, datetime] = NEVER) -> list[Hole]:
    """Neighbours of one tier that are the same hole, as one; `next_day` says when the hours that
    end then open again."""
    found: list[Hole] = []
    last: dict[int, int] = {}
    for hole in looked:
        before = last.get(hole.tier)
        if before is not None and _goes_on(found[before], hole, next_day):
            found[before] = replace(found[before], end=hole.end)
            continue
        last[hole.tier] = len(found)
        found.append(hole)
    return found


def _goes_on(one: Hole, other: Hole, next_day: Mapping[datetime, datetime]) -> bool:
    follows = other.start in (one.end, next_day.get(one.end))
    return follows and replace(one, start=other.start, end=other.end) == other


def _says_it_already(everywhere: Hole, own: Hole) -> bool:
    """A hole in the second tier at every hour need not be told again for each team."""
    inside = everywhere.start <= own.start and own.end <= everywhere.end
    return own.tier == 2 and inside and everywhere.lack is own.lack
