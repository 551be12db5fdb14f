"""What the rotas are called where people read of them."""

from collections.abc import Mapping

from app.flows.work import Work
from app.rules.organisation import RotaId, RotaKind


def rota_names(work: Work) -> Mapping[RotaId, str]:
    """By rota, in the order of the file."""
    named = {RotaKind.VOLUNTEERS: "Out of hours", RotaKind.MANAGERS: "Managers"}
    teams = {
        team.rota: f"{team.name}, in its working hours"
        for team in work.org.teams.values()
        if team.rota
    }
    return {
        rota.id: named.get(rota.kind) or teams.get(rota.id, rota.id)
        for rota in work.org.rotas.values()
    }
