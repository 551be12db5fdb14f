"""Who will be missing: gaps of the rotas in the time to come (product.md 25)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.organisation.moments import moment
from app.organisation.problem import Problem
from app.rules.calendar import next_change, working_interval
from app.rules.organisation import Organisation, Rota, RotaKind, WorkingHours
from app.rules.rota import RotaVersion, shifts

WINDOW = timedelta(days=60)
MOST_TURNS = 1500
"""A rota of very short turns is looked at for this many of them."""

CALLED = {
    RotaKind.VOLUNTEERS: "out of hours the managers would be paged",
    RotaKind.TEAM: "the managers would be paged",
    RotaKind.MANAGERS: "nobody could be escalated to",
}
REMEDY = {
    RotaKind.VOLUNTEERS: "Ask for volunteers, or add an override.",
    RotaKind.TEAM: "Let its turns cover the team's working hours, or add an override.",
    RotaKind.MANAGERS: "Let its turns cover every hour, or add an override.",
}


def gaps_ahead(organisation: Organisation, *, now: datetime) -> list[Problem]:
    """One warning for each rota on which nobody stands at some time in the next 60 days.

    A team's rota matters only in the working hours of the teams that have it.
    """
    found = []
    for number, rota in enumerate(organisation.rotas.values()):
        until = now + min(WINDOW, rota.rotation.every * MOST_TURNS)
        gaps = list(_needed_gaps(rota, organisation, now, until))
        if gaps:
            found.append(
                Problem(
                    path=f"rota[{number}]",
                    what=f"{_when(gaps, rota, until)}: {CALLED[rota.kind]}",
                    hint=REMEDY[rota.kind],
                )
            )
    return found


def _needed_gaps(
    rota: Rota, organisation: Organisation, now: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    gaps = _gaps(rota, now, until)
    if rota.kind is not RotaKind.TEAM:
        yield from gaps
        return
    hours = [team.working_hours for team in organisation.teams.values() if team.rota == rota.id]
    for start, end in gaps:
        working = [span for each in hours for span in _working(each, start, end)]
        yield from _joined(sorted(working))


def _gaps(rota: Rota, now: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    schedule = shifts([RotaVersion(rota=rota, effective=None)], rota.overrides, now, until)
    return _joined([(shift.start, shift.end) for shift in schedule if shift.person is None])


def _working(
    hours: WorkingHours, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    at = start
    while at < end:
        following = min(next_change(hours, at), end)
        if working_interval(hours, at) is not None:
            yield at, following
        at = following


def _joined(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def _when(gaps: list[tuple[datetime, datetime]], rota: Rota, until: datetime) -> str:
    zone = rota.rotation.timezone
    start, end = gaps[0]
    first = f"nobody is on duty from {moment(start, zone)}"
    first += " on" if end >= until else f" to {moment(end, zone)}"
    match len(gaps) - 1:
        case 0:
            return first
        case 1:
            return f"{first}, and once more in the next 60 days"
        case more:
            return f"{first}, and {more} more times in the next 60 days"
