"""Tours end by themselves: their volunteers are told four weeks and two weeks before it, and at
the end (product.md 22)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from app.flows import correspond
from app.flows.admit import Act, Caller, admit
from app.flows.own_tours import ends_at, tours_of, volunteers_rota
from app.flows.work import Refused, Work
from app.rules.organisation import PersonId, Rota, RotaKind, Tour
from app.rules.volunteering import boundary_on

BEFORE = (timedelta(weeks=4), timedelta(weeks=2), timedelta(0))
AHEAD = timedelta(days=2)
"""So long before it is due a notice is planned: at the latest by the look of the day before."""
LATE = timedelta(days=3)
"""A Baton that was down tells it so much later; then the next notice comes."""


def plan_notices(work: Work) -> None:
    """Every notice that is due soon waits in a row of its own, once, for tours of the file and of
    Slack alike. None comes before its tour has begun."""
    rota = work.org.rotas[work.org.out_of_hours_rota]
    if rota.kind is not RotaKind.VOLUNTEERS:
        return
    for tour in rota.tours:
        if tour.accepted_on is None or tour.left_on is not None:
            continue
        begins, ends = boundary_on(rota, tour.starts, tour.office), ends_at(rota, tour)
        for before in BEFORE:
            due = ends - before
            if due > begins and work.now - LATE < due <= work.now + AHEAD:
                correspond.remind_at(
                    work,
                    due,
                    "tour_notice",
                    about=f"{tour.person}:{tour.starts}",
                    rota=rota.id,
                    person=tour.person,
                    ends=tour.ends.isoformat(),
                    days=before.days,
                )


def tour_notice(work: Work, facts: Mapping[str, Any]) -> None:
    """The moment has come; whoever has stayed on, or left, or whose tour was changed is not told
    that it ends."""
    rota = work.org.rotas.get(facts["rota"])
    ends = date.fromisoformat(facts["ends"])
    if rota is None or not _ends(rota, facts["person"], ends):
        return
    about = f"{ends}:{facts['days']}"
    correspond.write(work, facts["person"], "tour_ends", about=about, **_told(facts))


def let_tour_end(work: Work, ends: date, *, by: Caller) -> Tour:
    """Nothing is changed by it, for nothing but *Extend* extends a tour; those notices ask no
    more."""
    rota = volunteers_rota(work)
    who = admit(work, by, Act.ROTA, subject=f"rota:{rota.id}")
    mine = next((each for each in tours_of(work, rota, who) if each.ends == ends), None)
    if mine is None:
        raise Refused(
            "That tour is over, or it was changed. `/oncall tour` shows how it stands; nothing was "
            "changed."
        )
    work.audit("tour_let_end", f"rota:{rota.id}", by=who, ends=ends.isoformat())
    tell_notices_anew(work, rota, who, ends, asks=False)
    return mine


def tell_notices_anew(
    work: Work, rota: Rota, person: PersonId, ends: date, *, asks: bool = True
) -> None:
    """What was written about the end of a tour says how it stands now."""
    for before in BEFORE:
        facts = {
            "rota": rota.id,
            "person": person,
            "ends": ends.isoformat(),
            "days": before.days,
            "asks": asks,
        }
        correspond.rewrite(work, person, "tour_ends", about=f"{ends}:{before.days}", **_told(facts))


def stays_on(rota: Rota, person: PersonId, ends: date) -> bool:
    """Whether another tour of theirs follows."""
    return any(
        each.person == person
        and each.accepted_on is not None
        and each.starts >= ends
        and each.ends > each.starts
        for each in rota.tours
    )


def _ends(rota: Rota, person: PersonId, ends: date) -> bool:
    stands = any(
        (each.person, each.ends, each.left_on) == (person, ends, None)
        and each.accepted_on is not None
        for each in rota.tours
    )
    return stands and not stays_on(rota, person, ends)


def _told(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "rota": facts["rota"],
        "reader": facts["person"],
        "ends": facts["ends"],
        "days": facts["days"],
        "asks": facts.get("asks", True),
    }
