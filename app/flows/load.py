"""What being on call costs people: pages, those out of hours and asleep, and time with the pager.
There is no leaderboard: a person sees their own, and a team the sum of its people (product.md 35).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from app.flows.tell.shift import is_asleep
from app.flows.work import Work
from app.rules.organisation import PersonId, RotaKind, Team
from storage import shift_figures

LOOKED_BACK = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Load:
    """Of the last 30 days. An incident counts once for each whom it rang, however often it did;
    `on_call` is the time on rotas that wake people."""

    people: int
    pages: int
    out_of_hours: int
    asleep: int
    on_call: timedelta


def load_of(work: Work, person: PersonId) -> Load:
    return _load(work, [person])


def load_of_team(work: Work, team: Team) -> Load:
    return _load(work, team.members)


def _load(work: Work, people: Iterable[PersonId]) -> Load:
    since, named = work.now - LOOKED_BACK, frozenset(people)
    found = shift_figures.rows(work.tx, shift_figures.rung(since, work.now))
    rung = [each for each in found if each.person in named]
    night = [each for each in rung if each.out_of_hours]
    asleep = [each for each in rung if is_asleep(work, each.person, each.at)]
    pages, out_of_hours, sleeping = (
        len({(each.incident, each.person) for each in some}) for some in (rung, night, asleep)
    )
    return Load(
        people=len(named),
        pages=pages,
        out_of_hours=out_of_hours,
        asleep=sleeping,
        on_call=_on_call(work, named),
    )


def _on_call(work: Work, people: frozenset[PersonId]) -> timedelta:
    since = work.now - LOOKED_BACK
    served = (
        shift.end - shift.start
        for rota in work.org.rotas.values()
        if rota.kind is not RotaKind.TEAM
        for shift in work.schedule.everyones_shifts(rota.id, since, work.now)
        if shift.person in people
    )
    return sum(served, timedelta())
