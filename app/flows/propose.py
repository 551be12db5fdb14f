"""A fair filling of the next shifts: proposed to a manager, and in force when one accepts it
(product.md 23). Nobody's shift is moved by the proposal itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.chat.words.moved import Cause
from app.flows.admit import Act, Caller, Operator, admit, is_manager
from app.flows.contact import rungs_of
from app.flows.serving import pool_of, rota_of
from app.flows.tell_moved import telling_moved
from app.flows.work import Refused, Work
from app.rules.calendar import Interval
from app.rules.fairness import LOOKED_BACK, Assigned, Calendar, assign, loads
from app.rules.ladder import is_reachable
from app.rules.organisation import PersonId, Rota, RotaId, RotaKind
from app.rules.rota import Shift
from storage import overrides, proposals
from storage.proposals import Proposal, ProposalState

MOST = 12
AHEAD = timedelta(weeks=52)
GOOD_FOR = timedelta(days=7)
"""What people carry changes: an older proposal is made anew."""


def propose(work: Work, rota_id: RotaId, count: int, *, by: Caller) -> Proposal:
    """The next `count` shifts that begin after now, each given to whoever carries least of those
    who could serve in it: on the rota then, not away, and reachable."""
    who = _manager(work, by, f"rota:{rota_id}")
    rota = rota_of(work, rota_id, by=who)
    if not 1 <= count <= MOST:
        raise Refused(f"Ask for 1 to {MOST} shifts. Nothing was proposed.")
    coming = work.schedule.everyones_shifts(rota_id, work.now, work.now + AHEAD)
    wanted = [each for each in coming if each.start > work.now and each.turn is not None][:count]
    calendar = calendar_of(work, rota)
    served = work.schedule.everyones_shifts(rota_id, work.now - LOOKED_BACK, _first(wanted, work))
    reachable = {person: _is_reachable(work, rota, person) for person in rota.everybody}

    def able(shift: Shift) -> Sequence[PersonId]:
        pool = (each for each in pool_of(work, rota, shift.start) if reachable.get(each))
        return [each for each in pool if not _is_away(work, each, shift)]

    found = assign(wanted, loads(served, calendar), able, calendar)
    if not found:
        raise Refused(
            "Nobody on this rota could serve in its next shifts: all are away or cannot be "
            "reached. `simulate --coverage` and `/oncall` show more. Nothing was proposed."
        )
    made = proposals.add(work.tx, rota=rota_id, facts=_facts(found), made_at=work.now, made_by=who)
    work.audit("shifts_proposed", f"rota:{rota_id}", by=who, proposal=made.id)
    return made


def accept_proposal(work: Work, proposal_id: int, *, by: Caller) -> Proposal:
    """It is the rota from now on; whoever's shifts it moves is told. Pressed twice it is accepted
    once."""
    found, who = _open(work, proposal_id, by)
    if found.state is ProposalState.ACCEPTED:
        return found
    entries = assigned_in(found)
    if found.made_at < work.now - GOOD_FOR or entries[0].span.start <= work.now:
        raise Refused("This proposal is too old: `/oncall propose` makes a new one.")
    for each in entries:
        serving = work.schedule.on_duty(found.rota, each.span.start, each.slot)
        if (serving.start, serving.end, serving.person) != (*each.span, each.before):
            raise Refused(
                "The rota has changed since this was proposed. `/oncall propose` makes a new one; "
                "nothing was changed."
            )
    if not proposals.answer(work.tx, found.id, ProposalState.ACCEPTED, at=work.now, by=who):
        raise Refused("Somebody answered this proposal at the same moment. Nothing was changed.")
    with telling_moved(work, cause=Cause.PROPOSAL, by=who):
        for each in entries:
            if each.person != each.before:
                overrides.add(
                    work.tx,
                    rota=found.rota,
                    slot=each.slot,
                    person=each.person,
                    start=each.span.start,
                    end=each.span.end,
                    why="fair share",
                    at=work.now,
                    by=who,
                )
    work.audit("proposal_accepted", f"rota:{found.rota}", by=who, proposal=found.id)
    return proposals.get(work.tx, found.id) or found


def dismiss_proposal(work: Work, proposal_id: int, *, by: Caller) -> Proposal:
    """Nothing of it comes to pass."""
    found, who = _open(work, proposal_id, by)
    if found.state is ProposalState.ACCEPTED:
        raise Refused("It was accepted already, and is the rota now. Nothing was changed.")
    if proposals.answer(work.tx, found.id, ProposalState.DISMISSED, at=work.now, by=who):
        work.audit("proposal_dismissed", f"rota:{found.rota}", by=who, proposal=found.id)
    return proposals.get(work.tx, found.id) or found


def assigned_in(proposal: Proposal) -> list[Assigned]:
    """What it would do, by start."""
    return [
        Assigned(
            span=Interval(*(datetime.fromisoformat(at) for at in each["span"])),
            slot=each["slot"],
            person=each["person"],
            before=each["before"],
            weight=each["weight"],
            load=each["load"],
        )
        for each in proposal.facts["shifts"]
    ]


def calendar_of(work: Work, rota: Rota) -> Calendar:
    """Nights and weekends on the rota's clock; the holidays that any team keeps."""
    kept = (team.working_hours.holidays for team in work.org.teams.values())
    zone = (rota.offices[0].rotation if rota.offices else rota.rotation).timezone
    return Calendar(zone=zone, holidays=frozenset().union(*kept))


def _manager(work: Work, by: Caller, subject: str) -> PersonId:
    who = admit(work, by, Act.ROTA, subject=subject)
    if not isinstance(by, Operator) and not is_manager(work, who):
        raise Refused("Only managers propose who serves. Nothing was changed.")
    return who


def _open(work: Work, proposal_id: int, by: Caller) -> tuple[Proposal, PersonId]:
    who = _manager(work, by, f"proposal:{proposal_id}")
    found = proposals.get(work.tx, proposal_id)
    if found is None:
        raise Refused("That proposal is not known. `/oncall propose` makes a new one.")
    if found.state is ProposalState.DISMISSED:
        raise Refused("It was dismissed. `/oncall propose` makes a new one.")
    return found, who


def _first(wanted: Sequence[Shift], work: Work) -> datetime:
    return wanted[0].start if wanted else work.now


def _is_reachable(work: Work, rota: Rota, person: PersonId) -> bool:
    wakes = rota.kind is not RotaKind.TEAM
    return is_reachable(rungs_of(work, person), out_of_hours=wakes)


def _is_away(work: Work, person: PersonId, shift: Shift) -> bool:
    return any(
        each.person == person
        and each.withdrawn_at is None
        and each.start < shift.end
        and shift.start < each.end
        for each in work.schedule.away
    )


def _facts(found: Sequence[Assigned]) -> dict[str, object]:
    return {
        "v": 1,
        "shifts": [
            {
                "span": [each.span.start.isoformat(), each.span.end.isoformat()],
                "slot": each.slot,
                "person": each.person,
                "before": each.before,
                "weight": round(each.weight, 2),
                "load": round(each.load, 2),
            }
            for each in found
        ],
    }
