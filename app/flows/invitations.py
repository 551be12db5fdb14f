"""Invitations to the volunteers: what becomes of them, and what of it anybody is told.

Only an accepted one puts somebody on the rota. Who declined is shown to nobody: whoever invited
them reads the same, at the same moment, as of somebody who never answered (product.md 22).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.flows import correspond
from app.flows.work import Work
from app.rules.organisation import PersonId, Rota
from storage import tours
from storage.tours import StoredTour, TourState

PATIENCE = timedelta(days=14)
"""So long an invitation waits; then it was not taken up."""
UNANSWERED = (TourState.INVITED, TourState.DECLINED)
"""Both look alike to everybody else."""
BY_FILE = "baton.toml"
"""Who invited the volunteers that the organisation file names and who have not accepted."""


def send_invitation(work: Work, row: StoredTour) -> None:
    """The private letter, and the moment at which it was not taken up; whoever has declined not
    long ago gets no letter, and that looks no different."""
    if row.state is TourState.INVITED:
        correspond.write(work, row.person, "tour_invitation", about=str(row.id), tour=row.id)
    correspond.remind_at(
        work, row.made_at + PATIENCE, "tour_invitation", about=str(row.id), tour=row.id
    )


def waiting_invitation(work: Work, rota: Rota, person: PersonId) -> StoredTour | None:
    """The one that they may still take up, as far as anybody else knows."""
    found = [
        each
        for each in tours.list_of(work.tx, person)
        if each.rota == rota.id and each.state in UNANSWERED and work.now < each.made_at + PATIENCE
    ]
    return found[-1] if found else None


def settle_invitations(work: Work, rota: Rota, person: PersonId) -> None:
    """They join, by whatever way: their letters say so, and whoever waits for an answer is told."""
    for each in tours.list_of(work.tx, person):
        if each.rota != rota.id or each.state not in UNANSWERED:
            continue
        tours.withdraw(work.tx, each.id, at=work.now)
        correspond.rewrite(work, person, "tour_invitation", about=str(each.id), tour=each.id)
        if each.made_by != BY_FILE and work.now < each.made_at + PATIENCE:
            correspond.write(work, each.made_by, "tour_taken_up", about=str(each.id), tour=each.id)


def end_invitation(work: Work, facts: Mapping[str, Any]) -> None:
    """Two weeks have passed. Whoever invited them is told that it was not taken up, whatever the
    answer was."""
    row = tours.get(work.tx, facts["tour"])
    if row is None or row.state not in UNANSWERED:
        return
    if tours.answer(work.tx, row.id, TourState.WITHDRAWN, at=work.now):
        correspond.rewrite(work, row.person, "tour_invitation", about=str(row.id), tour=row.id)
    work.audit("tour_not_taken_up", f"tour:{row.id}", by="baton")
    if row.made_by != BY_FILE:
        correspond.write(work, row.made_by, "tour_not_taken_up", about=str(row.id), tour=row.id)
