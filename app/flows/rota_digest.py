"""The managers' week: what is missing on the rotas, every Monday morning, and nothing when all is
well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from app.flows import correspond
from app.flows.kinds import Kind
from app.flows.readiness import coming, readiness_of
from app.flows.work import Work
from app.rules.calendar import to_utc
from app.rules.organisation import PersonId, Pool, RotaId, RotaKind, Tour
from app.rules.readiness import Readiness
from app.rules.risk import LOOKED_BACK, OneOnly, single_person_risks
from storage import effects, gaps, incidents
from storage.effects import Lane
from storage.gaps import Gap

AT = time(9)
LATE = timedelta(hours=24)
"""A Baton that was down on Monday morning tells it within so long, or leaves it for a week."""
READY_AHEAD = timedelta(weeks=2)
ENDING_AHEAD = timedelta(weeks=4)
USUAL_POOL = Pool(min=5, max=8)


@dataclass(frozen=True, kw_only=True)
class PoolSize:
    """Whose tour runs, beside how many are wanted."""

    rota: RotaId
    people: int
    wanted: Pool


@dataclass(frozen=True, kw_only=True)
class Digest:
    gaps: Sequence[Gap]
    unready: Sequence[Readiness]
    risks: Sequence[OneOnly]
    pools: Sequence[PoolSize]
    ending: Sequence[tuple[RotaId, Tour]]

    @property
    def all_well(self) -> bool:
        return not (self.gaps or self.unready or self.risks or self.pools or self.ending)


def digest_due(work: Work) -> date | None:
    """The Monday whose digest nobody has made yet; only reads."""
    today = work.now.astimezone(work.org.timezone).date()
    monday = today - timedelta(days=today.weekday())
    at = to_utc(monday, AT, work.org.timezone)
    if not at <= work.now < at + LATE or effects.was_asked(work.tx, _key(monday)):
        return None
    return monday


def plan_digest(work: Work) -> bool:
    """Once for each Monday, ever."""
    monday = digest_due(work)
    if monday is None:
        return False
    facts = {"v": 1, "what": "rota_digest", "monday": monday.isoformat()}
    return work.ask(Kind.REMINDER, _key(monday), lane=Lane.WAIT, facts=facts)


def write_digest(work: Work, facts: Mapping[str, Any]) -> None:
    """To every manager, privately; silent when all is well."""
    if rota_digest(work).all_well:
        return
    for each in work.org.people.values():
        if each.manager:
            correspond.write(work, each.id, "rota_digest", about=facts["monday"])


def rota_digest(work: Work) -> Digest:
    """As things stand now."""
    since = work.now - LOOKED_BACK
    return Digest(
        gaps=gaps.list_open(work.tx),
        unready=_unready(work),
        risks=single_person_risks(incidents.list_opened(work.tx, since, work.now)),
        pools=_pools(work),
        ending=_ending(work),
    )


def _unready(work: Work) -> list[Readiness]:
    """Of each person their next shift of the coming two weeks."""
    found: dict[PersonId, Readiness] = {}
    for shift in coming(work, READY_AHEAD):
        if shift.person not in found:
            found[shift.person] = readiness_of(work, shift.person, shift)
    return [each for each in found.values() if not each.ready]


def _pools(work: Work) -> list[PoolSize]:
    found = []
    for rota in work.org.rotas.values():
        if rota.kind is not RotaKind.VOLUNTEERS:
            continue
        today = work.now.astimezone(rota.rotation.timezone).date()
        serving = {
            each.person
            for each in rota.tours
            if each.accepted_on and each.starts <= today < each.ends
        }
        wanted = rota.pool or USUAL_POOL
        if not wanted.min <= len(serving) <= wanted.max:
            found.append(PoolSize(rota=rota.id, people=len(serving), wanted=wanted))
    return found


def _ending(work: Work) -> list[tuple[RotaId, Tour]]:
    """Tours that end within four weeks, where no other of the same person follows."""
    found = []
    for rota in work.org.rotas.values():
        today = work.now.astimezone(rota.rotation.timezone).date()
        accepted = [each for each in rota.tours if each.accepted_on is not None]
        for tour in accepted:
            goes_on = any(
                each.person == tour.person and each.starts <= tour.ends < each.ends
                for each in accepted
            )
            if today < tour.ends <= today + ENDING_AHEAD and not goes_on:
                found.append((rota.id, tour))
    return sorted(found, key=lambda each: each[1].ends)


def _key(monday: date) -> str:
    return f"reminder:rota_digest:{monday.isoformat()}"
