"""The volunteers' rota, and whose tours are on it (product.md 22)."""

from datetime import datetime

from app.flows.admit import Act
from app.flows.volunteers import tour_of
from app.flows.work import Refused, Work
from app.rules.organisation import PersonId, Rota, RotaKind, Tour
from app.rules.volunteering import boundary_on, overlaid
from storage import tours
from storage.tours import TourState


def volunteers_rota(work: Work) -> Rota:
    """The one out-of-hours rota, where people join it by their own act."""
    rota = work.org.rotas[work.org.out_of_hours_rota]
    if rota.kind is not RotaKind.VOLUNTEERS:
        raise Refused(
            f"Nobody volunteers for {rota.id}: its members stand in the organisation file. Nothing "
            "was changed.",
            act=Act.ROTA,
            subject=f"rota:{rota.id}",
        )
    return rota


def tours_of(work: Work, rota: Rota, person: PersonId) -> list[Tour]:
    """Their accepted tours that are not over, by their start; the file's and their own acts as
    they stand in this very transaction."""
    stored = [
        tour_of(each)
        for each in tours.list_of(work.tx, person)
        if each.rota == rota.id and each.state is TourState.ACCEPTED
    ]
    named = [each for each in rota.tours if each.person == person and each.accepted_on is not None]
    standing = [each for each in overlaid(named, stored) if each.ends > each.starts]
    coming = [each for each in standing if ends_at(rota, each) > work.now]
    return sorted(coming, key=lambda each: each.starts)


def has_served(rota: Rota, person: PersonId, now: datetime) -> bool:
    """Whether any tour of theirs has begun by now."""
    return any(
        each.person == person
        and each.accepted_on is not None
        and each.ends > each.starts
        and boundary_on(rota, each.starts, each.office) <= now
        for each in rota.tours
    )


def ends_at(rota: Rota, tour: Tour) -> datetime:
    """When the last shift of a tour is over."""
    return boundary_on(rota, tour.ends, tour.office)
