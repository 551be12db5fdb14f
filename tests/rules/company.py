"""Small organisations and rotas for the tests of the rules."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.rules.organisation import (
    Organisation,
    Override,
    Person,
    Rota,
    RotaKind,
    Rotation,
    Service,
    Team,
    Tour,
    WorkingHours,
)

DUBLIN = ZoneInfo("Europe/Dublin")


def at(text: str) -> datetime:
    """An instant, written in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(
    zone: ZoneInfo = DUBLIN,
    *,
    days: Iterable[int] = range(5),
    start: time = time(9),
    end: time = time(18),
    holidays: Iterable[date] = (),
) -> WorkingHours:
    return WorkingHours(
        timezone=zone,
        days=frozenset(days),
        start=start,
        end=end,
        holidays=frozenset(holidays),
    )


def person(name: str, zone: str = "Europe/Dublin", *, manager: bool = False) -> Person:
    return Person(id=name, timezone=ZoneInfo(zone), manager=manager)


def team(
    name: str, members: Sequence[str], calendar: WorkingHours, rota: str | None = None
) -> Team:
    return Team(
        id=name,
        name=name.title(),
        channel=f"#{name}",
        members=tuple(members),
        working_hours=calendar,
        rota=rota,
    )


def service(name: str, team: str) -> Service:
    return Service(id=name, name=name.title(), team=team)


def rotation(
    every: timedelta = timedelta(weeks=1),
    starts: str = "2026-01-02",
    clock: str = "18:00",
    zone: ZoneInfo = DUBLIN,
    *,
    day: int | None = None,
    days: Iterable[int] | None = None,
) -> Rotation:
    return Rotation(
        every=every,
        timezone=zone,
        starts=datetime.fromisoformat(starts) if "T" in starts else date.fromisoformat(starts),
        time=time.fromisoformat(clock),
        day=day,
        days=None if days is None else frozenset(days),
    )


def rota(
    members: Sequence[str] = (),
    turning: Rotation | None = None,
    *,
    name: str = "rota",
    kind: RotaKind = RotaKind.TEAM,
    tours: Sequence[Tour] = (),
    overrides: Sequence[Override] = (),
) -> Rota:
    return Rota(
        id=name,
        kind=kind,
        rotation=turning or rotation(),
        members=tuple(members),
        tours=tuple(tours),
        overrides=tuple(overrides),
    )


def tour(name: str, starts: str, weeks: int = 26, *, accepted: bool = True) -> Tour:
    first = date.fromisoformat(starts)
    return Tour(person=name, starts=first, weeks=weeks, accepted_on=first if accepted else None)


def override(
    name: str, start: str, end: str, *, made: str | None = None, why: str = ""
) -> Override:
    return Override(
        person=name,
        start=at(start),
        end=at(end),
        why=why,
        made_at=at(made) if made else None,
    )


def company(
    *,
    people: Sequence[Person] = (),
    teams: Sequence[Team] = (),
    services: Sequence[Service] = (),
    rotas: Sequence[Rota] = (),
) -> Organisation:
    return Organisation(
        name="Acme",
        timezone=DUBLIN,
        engineering_channel="#engineering",
        oncall_channel="#on-call",
        out_of_hours_rota="volunteers",
        manager_rota="managers",
        people={each.id: each for each in people},
        teams={each.id: each for each in teams},
        services={each.id: each for each in services},
        rotas={each.id: each for each in rotas},
    )
