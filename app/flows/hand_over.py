"""Hand over: at each boundary of the out-of-hours rota, exactly once (product.md 27, 29)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.flows import correspond
from app.flows.admit import Act, Caller, admit, is_manager
from app.flows.kinds import Kind
from app.flows.prepare_handover import about, is_told, rewrite_draft, tell_of_handover
from app.flows.raise_gap import raise_gap
from app.flows.work import Refused, Work
from app.rules import handover as rules
from app.rules.handover import Change
from storage import effects, handover_drafts, handovers
from storage.effects import Lane
from storage.handovers import Handover

A_DAY = timedelta(days=1)
"""By no more did any place ever set its clocks."""


def plan_handover(work: Work) -> datetime | None:
    """Make sure that the next boundary has its waits and that those whom it concerns by now were
    told; None when no boundary is to come.

    The waits are rows, so a Baton that was down at the boundary finds them due when it is back.
    """
    boundary = _plan_after(work, work.now)
    if boundary is not None and not is_told(work, boundary):
        tell_of_handover(work, boundary)
    return boundary


def is_planned(work: Work) -> bool:
    """Whether there is nothing for `plan_handover` to do; only reads, so that it may be asked
    every second."""
    boundary = _next_boundary(work, work.now)
    if boundary is None:
        return True
    asked = all(effects.was_asked(work.tx, key) for key in _keys(work, boundary))
    return asked and is_told(work, boundary)


def hand_over(work: Work, boundary: datetime) -> Handover | None:
    """The boundary has come: one row, one post asked for, and the next boundary planned.

    None when the rota was changed so that it has no boundary there any more, or when the
    handover was made already, also by older rules of its time zone.
    """
    _plan_after(work, boundary)
    rota_id = work.org.out_of_hours_rota
    change = rules.change_at(work.schedule, rota_id, boundary)
    if change is None or was_met(work, boundary, until=change.turn_end):
        return None
    # Held, so that a note is in it or comes after it.
    draft = handover_drafts.hold(work.tx, rota_id, boundary)
    made = handovers.open_boundary(
        work.tx,
        rota=rota_id,
        boundary=boundary,
        outgoing=change.outgoing,
        incoming=change.incoming,
        shift_start=change.shift_start,
        shift_end=change.turn_end,
        note=draft.note,
        note_by=draft.note_by,
    )
    if made is not None:
        refresh_handover(work, made)
        _see_to_it(work, made, change)
        work.audit(
            "hand_over",
            f"rota:{rota_id}",
            by="baton",
            boundary=boundary.isoformat(),
            incoming=change.incoming,
            outgoing=change.outgoing,
        )
    return made


def accept(work: Work, handover_id: int, *, by: Caller) -> Handover:
    """*I have the pager*: the press of the incoming person, of whoever took the shift from them,
    or a manager's for them.

    Repeated presses are success. The clock moves responsibility in any case.
    """
    person = admit(work, by, Act.HAND_OVER, subject=f"handover:{handover_id}")
    found = handovers.get(work.tx, handover_id)
    if found is None:
        raise Refused("That handover is not known. `/oncall` shows who has the pager.")
    serving = work.schedule.on_duty(found.rota, work.now).person
    if person not in (found.incoming, serving) and not is_manager(work, person):
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
        _tell_accepted(work, found)
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
    """Its one post says how things stand; the last telling wins."""
    work.ask_again(
        Kind.HANDOVER,
        handover_key(made.id),
        lane=Lane.CHAT,
        facts={"v": 1, "handover": made.id},
    )


def handover_key(handover_id: int) -> str:
    """The one post of a handover."""
    return f"handover:{handover_id}"


def _see_to_it(work: Work, made: Handover, change: Change) -> None:
    """What follows from a handover that was just made. Where it is made late, its waits begin
    now: nobody could press before."""
    if change.outgoing is not None:
        rewrite_draft(work, change.rota, change.boundary, change.outgoing)
    if change.incoming is None:
        day = f"{made.boundary:%d %b %Y, %H:%M} UTC"
        raise_gap(work, f"nobody has the out-of-hours rota {change.rota} from {day} on")
    if rules.is_worth_a_press(change):
        since = max(made.boundary, work.now)
        for what, after in (("press", rules.PRESSED), ("missed", rules.MISSED)):
            correspond.remind_at(
                work, since + after, f"handover_{what}", about=str(made.id), handover=made.id
            )


def _tell_accepted(work: Work, made: Handover) -> None:
    """Whoever was reminded of it, or told that it was missed, reads that it is done."""
    managers = [each.id for each in work.org.people.values() if each.manager]
    readers = {"handover_press": filter(None, [made.incoming]), "handover_missed": managers}
    for what, people in readers.items():
        for each in people:
            correspond.rewrite(work, each, what, about=str(made.id), handover=made.id)


def _plan_after(work: Work, at: datetime) -> datetime | None:
    boundary = _next_boundary(work, at)
    if boundary is None:
        return None
    work.ask(
        Kind.HANDOVER_DUE,
        _key(work, boundary),
        lane=Lane.WAIT,
        due=boundary,
        facts={"v": 1, "boundary": boundary.isoformat()},
    )
    change = rules.change_at(work.schedule, work.org.out_of_hours_rota, boundary)
    for what, due in rules.reminders(change) if change else ():
        facts = {"rota": work.org.out_of_hours_rota, "boundary": boundary.isoformat()}
        correspond.remind_at(work, due, f"handover_{what}", about=about(**facts), **facts)
    return boundary


def _keys(work: Work, boundary: datetime) -> Iterator[str]:
    """Of everything that waits for a boundary."""
    yield _key(work, boundary)
    rota_id = work.org.out_of_hours_rota
    change = rules.change_at(work.schedule, rota_id, boundary)
    for what, due in rules.reminders(change) if change else ():
        told = about(rota_id, boundary.isoformat())
        yield correspond.reminder_key(f"handover_{what}", told, due)


def _next_boundary(work: Work, at: datetime) -> datetime | None:
    return rules.next_boundary(work.schedule, work.org.out_of_hours_rota, at)


def _key(work: Work, boundary: datetime) -> str:
    return f"handover_due:{work.org.out_of_hours_rota}:{boundary.isoformat()}"
