"""The volunteers of the file together with those who joined or left in Slack (product.md 37)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.rules.organisation import Organisation, Rota, RotaId, RotaKind, Tour
from app.rules.volunteering import overlaid
from storage.tours import StoredTour, TourState


def with_tours(org: Organisation, volunteers: Sequence[StoredTour]) -> Organisation:
    """The organisation with each tour as it stands. What was done in Slack wins over the file:
    a row of the same person and day is the tour of the file, left early."""
    if not volunteers:
        return org
    rotas: Mapping[RotaId, Rota] = {
        rota.id: _joined(rota, volunteers) if rota.kind is RotaKind.VOLUNTEERS else rota
        for rota in org.rotas.values()
    }
    return replace(org, rotas=rotas)


def _joined(rota: Rota, volunteers: Sequence[StoredTour]) -> Rota:
    mine = [each for each in volunteers if each.rota == rota.id]
    if not mine:
        return rota
    accepted = [tour_of(each) for each in mine if each.state is TourState.ACCEPTED]
    return replace(rota, tours=overlaid(rota.tours, accepted))


def tour_of(stored: StoredTour) -> Tour:
    """One that was accepted, as the rota has it."""
    answered = stored.answered_at or stored.made_at
    return Tour(
        person=stored.person,
        starts=stored.starts,
        weeks=stored.weeks,
        accepted_on=answered.date(),
        left_on=stored.left_on,
        office=stored.office,
    )
