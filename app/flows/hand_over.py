"""Hand over: at each boundary of the out-of-hours rota, exactly once (product.md 27, 29)."""

from datetime import datetime, timedelta

from app.flows.admit import Act, Caller, admit, is_manager
from app.flows.kinds import Kind
from app.flows.work import Refused, Work
from app.rules import rota
from storage import effects, handovers
from storage.effects import Lane
from storage.handovers import Handover

INSTANT = timedelta(microseconds=1)
A_DAY = timedelta(days=1)
"""By no more did any place ever set its clocks."""


def plan_handover(work: Work) -> datetime | None:
    """Make sure that the next boundary has its wait; None when no boundary is to come.

    The wait is a row, so a Baton that was down at the boundary finds it due when it is back.
    """
    return _plan_after(work, work.now)


def is_planned(work: Work) -> bool:
    """Whether the next boundary has its wait; only reads, so that it may be asked every second."""
    boundary = _next_boundary(work, work.now)
    return boundary is None or effects.was_asked(work.tx, _key(work, boundary))


def hand_over(work: Work, boundary: datetime) -> Handover | None:
    """The boundary has come: one row, one post asked for, and the next boundary planned.

    None when the rota was changed so that it has no boundary there any more, or when the
    handover was made already, also by older rules of its time zone.
    """
    _plan_after(work, boundary)
    rota_id = work.org.out_of_hours_rota
    versions, overrides = work.schedule.rotas.get(rota_id, ((), ()))
    turn = rota.on_duty(versions, (), boundary)
    if turn.start != boundary or was_met(work, boundary, until=turn.end):
        return None
    incoming = rota.on_duty(versions, overrides, boundary)
    outgoing = rota.on_duty(versions, overrides, boundary - INSTANT)
    before = rota.on_duty(versions, (), boundary - INSTANT)
    made = handovers.open_boundary(
        work.tx,
        rota=rota_id,
        boundary=boundary,
        outgoing=outgoing.person,
        incoming=incoming.person,
        shift_start=before.start if before.start != rota.EVER else boundary,
        shift_end=turn.end,
    )
    if made is not None:
        refresh_handover(work, made)
        work.audit(
            "hand_over",
            f"rota:{rota_id}",
            by="baton",
            boundary=boundary.isoformat(),
            incoming=incoming.person,
            outgoing=outgoing.person,
        )
    return made


def accept(work: Work, handover_id: int, *, by: Caller) -> Handover:
    """*I have the pager*: the incoming person's press, or a manager's for them.

    Repeated presses are success. The clock moves responsibility in any case.
    """
    person = admit(work, by, Act.HAND_OVER, subject=f"handover:{handover_id}")
    found = handovers.get(work.tx, handover_id)
    if found is None:
        raise Refused("That handover is not known. `/oncall` shows who has the pager.")
    if person != found.incoming and not is_manager(work, person):
        raise Refused(
            f"{found.incoming or 'Nobody'} has this shift, so the press is theirs. `/oncall` shows "
            "who is on call now.",
            act=Act.HAND_OVER,
            subject=f"handover:{handover_id}",
            by=person,
        )
    if handovers.accept(work.tx, handover_id, by=person, at=work.now):
        work.audit("have_the_pager", f"handover:{handover_id}", by=person)
        refresh_handover(work, found)
    return handovers.get(work.tx, handover_id) or found


def was_met(work: Work, boundary: datetime, *, until: datetime) -> bool:
    """Whether the handover of the turn that begins here was made by other rules of its time zone,
    an hour earlier or later: where they change, nothing that is past is told again (reliability.md
    2.5). The one lies in the first half of what the other hands over.
    """
    before, after = handovers.around(work.tx, work.org.out_of_hours_rota, boundary)
    if before and boundary - before.boundary < min(A_DAY, before.shift_end - boundary):
        return True
    return bool(after and after.boundary - boundary < min(A_DAY, until - after.boundary))


def refresh_handover(work: Work, made: Handover) -> None:
    work.ask_again(
        Kind.HANDOVER,
        handover_key(made.id),
        lane=Lane.CHAT,
        facts={"v": 1, "handover": made.id},
    )


def handover_key(handover_id: int) -> str:
    """The one post of a handover."""
    return f"handover:{handover_id}"


def _plan_after(work: Work, at: datetime) -> datetime | None:
    boundary = _next_boundary(work, at)
    if boundary is not None:
        work.ask(
            Kind.HANDOVER_DUE,
            _key(work, boundary),
            lane=Lane.WAIT,
            due=boundary,
            facts={"v": 1, "boundary": boundary.isoformat()},
        )
    return boundary


def _next_boundary(work: Work, at: datetime) -> datetime | None:
    versions, _ = work.schedule.rotas.get(work.org.out_of_hours_rota, ((), ()))
    boundary = rota.on_duty(versions, (), at).end
    return None if boundary == rota.FOREVER else boundary


def _key(work: Work, boundary: datetime) -> str:
    return f"handover_due:{work.org.out_of_hours_rota}:{boundary.isoformat()}"
