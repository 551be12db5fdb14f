"""Who may serve on a rota, and on whose behalf somebody may act there (product.md 11, 22, 24)."""

from datetime import datetime

from app.flows.admit import Act, Caller, Operator, admit, is_manager, may_answer
from app.flows.contact import rungs_of
from app.flows.work import Refused, Work
from app.rules.calendar import Interval
from app.rules.ladder import is_reachable
from app.rules.organisation import PersonId, Rota, RotaId, RotaKind
from storage import people


def rota_of(work: Work, rota_id: RotaId, *, by: PersonId) -> Rota:
    found = work.org.rotas.get(rota_id)
    if found is None:
        raise Refused(f"There is no rota {rota_id}. `/oncall` shows them.", act=Act.ROTA, by=by)
    return found


def pool_of(work: Work, rota: Rota, at: datetime) -> list[PersonId]:
    """Everybody who may be asked to serve at `at`: volunteers whose tour runs then, members."""
    if rota.kind is not RotaKind.VOLUNTEERS:
        named = list(rota.everybody)
    else:
        day = at.astimezone(rota.rotation.timezone).date()
        running = [
            each
            for each in rota.tours
            if each.accepted_on is not None and each.starts <= day < each.ends
        ]
        named = list(dict.fromkeys(each.person for each in running))
    return [each for each in named if may_answer(people.get(work.tx, each))]


def expect_able(work: Work, rota: Rota, person: PersonId, at: datetime) -> None:
    """Refuses whoever is not in the pool, is no manager where only managers serve, or could not
    be woken."""
    named = f"{person} is"
    if rota.kind is RotaKind.MANAGERS and not is_manager(work, person):
        raise Refused(
            f"{named} not marked manager, and only managers stand in the second tier. Nothing was "
            "changed.",
            act=Act.ROTA,
            subject=f"rota:{rota.id}",
        )
    if person not in pool_of(work, rota, at):
        who = "a volunteer then" if rota.kind is RotaKind.VOLUNTEERS else f"on rota {rota.id}"
        raise Refused(
            f"{named} not {who}, so the shift cannot be theirs. Nothing was changed.",
            act=Act.ROTA,
            subject=f"rota:{rota.id}",
        )
    wakes = rota.kind is not RotaKind.TEAM
    if not is_reachable(rungs_of(work, person), out_of_hours=wakes):
        raise Refused(
            f"{named} not reachable: no verified contact method "
            + ("can wake them" if wakes else "rings")
            + ". `/oncall contact` adds one; then the shift can be taken. Nothing was changed.",
            act=Act.ROTA,
            subject=f"rota:{rota.id}",
        )


def expect_free(work: Work, rota: Rota, person: PersonId, span: Interval, *, slot: int) -> None:
    """Refuses whoever has another place of the rota in that time: nobody has two at once."""
    for shift in work.schedule.everyones_shifts(rota.id, span.start, span.end):
        if shift.person == person and shift.slot != slot:
            raise Refused(
                f"{person} serves on {rota.id} in that time already, in another place. Nothing was "
                "changed.",
                act=Act.ROTA,
                subject=f"rota:{rota.id}",
            )


def acting_for(
    work: Work, by: Caller, person: PersonId | None, *, subject: str
) -> tuple[PersonId, PersonId]:
    """Who acts, and for whom: for themselves, or for `person` as a manager or the operator."""
    who = admit(work, by, Act.ROTA, subject=subject)
    if person is None or person == who:
        if isinstance(by, Operator):
            raise Refused("Say whom it is for.", act=Act.ROTA, subject=subject, by=who)
        return who, who
    if not isinstance(by, Operator) and not is_manager(work, who):
        raise Refused(
            f"Only {person} or a manager can do this for {person}. Nothing was changed.",
            act=Act.ROTA,
            subject=subject,
            by=who,
        )
    return who, person
