"""What is kept about one person: given out, or taken away (reliability.md S20)."""

import secrets
from dataclasses import dataclass
from typing import Any

from app.flows.admit import Act, Caller, admit
from app.flows.own_tours import ends_at
from app.flows.work import Refused, Work
from app.rules.organisation import PersonId, RotaId
from storage import escalations, incidents, overrides, people, personal


@dataclass(frozen=True, kw_only=True)
class Erased:
    """`instead` stands now wherever they were named."""

    instead: str
    rows: int


def export_person(work: Work, person: PersonId, *, by: Caller) -> dict[str, Any]:
    """Every row that names them; addresses only as far as they are shown anywhere."""
    who = admit(work, by, Act.PERSON, subject=person)
    found = personal.export(work.tx, person)
    if not found:
        raise Refused(f"Nothing is kept about {person}.")
    work.audit("person_exported", person, by=who)
    return found


def erase_person(work: Work, person: PersonId, *, by: Caller) -> Erased:
    """Their account and contact methods are gone, and a name without meaning stands in old
    incidents. Refused while Baton may still have to ring them. The audit log keeps what they did:
    it takes no changes."""
    who = admit(work, by, Act.PERSON, subject=person)
    _refuse_needed(work, person)
    account = people.get(work.tx, person)
    names = [person, *([account.slack_id] if account and account.slack_id else [])]
    instead = f"erased-{secrets.token_hex(4)}"
    rows = personal.erase(work.tx, names, instead)
    if not rows:
        raise Refused(f"Nothing is kept about {person}.")
    work.audit("person_erased", instead, by=who, rows=rows)
    return Erased(instead=instead, rows=rows)


def _refuse_needed(work: Work, person: PersonId) -> None:
    rotas = _rotas_of(work, person)
    if rotas:
        raise Refused(
            f"{person} is on a rota ({', '.join(rotas)}). Take them off it in the organisation "
            "file and apply that (a volunteer's tour ends by `/oncall leave`), then erase them. "
            "Nothing was erased."
        )
    if person in work.org.people:
        raise Refused(
            f"The organisation file in force names {person}. Take them out of it and apply that, "
            "then erase them. Nothing was erased."
        )
    for incident in incidents.list_open(work.tx):
        rung = {page.person for page in escalations.list_pages(work.tx, incident.id)}
        if person == incident.acknowledged_by or person in rung:
            raise Refused(
                f"{person} has or was rung for {incident.key}, which is open. Nothing was erased."
            )


def _rotas_of(work: Work, person: PersonId) -> list[RotaId]:
    """Every rota that they serve on, or will."""
    made = overrides.list_all(work.tx)
    return [
        rota.id
        for rota in work.org.rotas.values()
        if person in rota.members
        or any(person in office.members for office in rota.offices)
        or any(
            tour.person == person and ends_at(rota, tour) > work.now
            for tour in rota.tours
            if tour.ends > tour.starts
        )
        or any(
            each.person == person and each.end > work.now
            for each in (*rota.overrides, *made.get(rota.id, ()))
        )
    ]
