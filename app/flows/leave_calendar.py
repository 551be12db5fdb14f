"""Absences read from a person's own calendar: shown first, kept in step afterwards, and never
dropped because the calendar could not be read (product.md 23)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.calendars.absences import Absence
from app.calendars.address import CalendarAddress
from app.chat.words.moved import Cause
from app.flows import correspond
from app.flows.admit import Act, Caller
from app.flows.away import CALENDAR
from app.flows.serving import acting_for
from app.flows.tell_moved import telling_moved
from app.flows.work import Refused, Work
from app.paging.seal import Seal
from app.rules.organisation import PersonId
from storage import leave_calendars, leaves
from storage.leave_calendars import LeaveCalendar

MOST = 5
"""Calendars of one person."""
DAILY = timedelta(days=1)
SOONER = timedelta(hours=6)
"""After a failure."""
CLAIMED = timedelta(minutes=10)
AT_ONCE = 4
AHEAD = timedelta(days=366)
BATON = "baton"


def add_calendar(
    work: Work,
    address: CalendarAddress,
    *,
    seal: Seal,
    by: Caller,
    person: PersonId | None = None,
) -> LeaveCalendar:
    """It is read at once, and nothing of it counts before its person has seen what it does."""
    who, absent = acting_for(work, by, person, subject="leave calendar")
    there = leave_calendars.list_of(work.tx, absent)
    if any(seal.open(each.address) == address.url for each in there):
        raise Refused("That calendar is there already. Nothing was changed.")
    if len(there) >= MOST:
        raise Refused(f"{MOST} calendars are there already. Remove one first.")
    made = leave_calendars.add(
        work.tx,
        person=absent,
        address=seal.close(address.url),
        hint=address.hint,
        added_at=work.now,
        added_by=who,
        due_at=work.now,
    )
    work.audit("calendar_added", _of(made), by=who, person=absent)
    return made


def is_calendar_due(work: Work) -> bool:
    """Only reads, so that it may be asked every second."""
    return leave_calendars.is_any_due(work.tx, now=work.now)


def claim_calendars(work: Work) -> list[LeaveCalendar]:
    """Those to be read now; what becomes of them is told by `calendar_read` or
    `calendar_failed`, and if by neither they are due again after a while."""
    return leave_calendars.claim(work.tx, now=work.now, until=work.now + CLAIMED, limit=AT_ONCE)


def calendar_read(work: Work, calendar_id: int, absences: Sequence[Absence]) -> None:
    """What stands in it now. Before it is confirmed, its person is shown what it would do."""
    calendar = leave_calendars.get(work.tx, calendar_id)
    if calendar is None or calendar.removed_at is not None:
        return
    told: dict[str, Any] = {"read_at": work.now, "problem": None, "due_at": work.now + DAILY}
    if calendar.confirmed_at is None:
        told["found"] = [_plain(each) for each in absences]
        leave_calendars.change(work.tx, calendar_id, **told)
        _write(work, calendar, "calendar_found")
        return
    leave_calendars.change(work.tx, calendar_id, **told)
    with telling_moved(work, cause=Cause.AWAY, by=BATON):
        _follow(work, calendar, absences, by=BATON)


def calendar_failed(work: Work, calendar_id: int, problem: str) -> None:
    """What is known stays; its person is told once, until it was read again."""
    calendar = leave_calendars.get(work.tx, calendar_id)
    if calendar is None or calendar.removed_at is not None:
        return
    leave_calendars.change(work.tx, calendar_id, problem=problem, due_at=work.now + SOONER)
    if calendar.problem is None:
        _write(work, calendar, "calendar_failed", since=work.now.isoformat())


def confirm_calendar(work: Work, calendar_id: int, *, by: Caller) -> int:
    """What was found counts from now on, and whatever the calendar says each day; how many
    absences that are."""
    calendar = _standing(work, calendar_id)
    who, absent = acting_for(work, by, calendar.person, subject=_of(calendar))
    if calendar.confirmed_at is not None or calendar.found is None:
        raise Refused("There is nothing to confirm. `/oncall away` shows how it stands.")
    absences = [_absence(each) for each in calendar.found]
    leave_calendars.change(work.tx, calendar_id, confirmed_at=work.now, found=None)
    with telling_moved(work, cause=Cause.AWAY, by=who, but={absent}):
        _follow(work, calendar, absences, by=who)
    work.audit("calendar_confirmed", _of(calendar), by=who, absences=len(absences))
    return len(absences)


def remove_calendar(work: Work, calendar_id: int, *, by: Caller) -> LeaveCalendar:
    """Its absences that are not over go with it."""
    calendar = _standing(work, calendar_id)
    who, absent = acting_for(work, by, calendar.person, subject=_of(calendar))
    leave_calendars.change(work.tx, calendar_id, removed_at=work.now, address=b"", found=None)
    with telling_moved(work, cause=Cause.AWAY, by=who, but={absent}):
        _follow(work, calendar, [], by=who)
    work.audit("calendar_removed", _of(calendar), by=who)
    return calendar


def import_absences(
    work: Work, person: PersonId, absences: Sequence[Absence], *, by: Caller
) -> int:
    """From a file, once; those that stand already are not doubled. How many are new."""
    who, absent = acting_for(work, by, person, subject=f"person:{person}")
    known = {
        (each.start_at, each.end_at) for each in leaves.list_of(work.tx, absent, after=work.now)
    }
    new = [each for each in absences if (each.start, each.end) not in known and each.end > work.now]
    with telling_moved(work, cause=Cause.AWAY, by=who):
        for each in new:
            _add(work, absent, each, calendar=None, by=who)
    work.audit("absences_imported", f"person:{absent}", by=who, absences=len(new))
    return len(new)


def list_calendars(
    work: Work, *, by: Caller, person: PersonId | None = None
) -> list[LeaveCalendar]:
    _, absent = acting_for(work, by, person, subject="leave calendar")
    return leave_calendars.list_of(work.tx, absent)


def found_in(calendar: LeaveCalendar) -> list[Absence]:
    """What waits for its person's word."""
    return [_absence(each) for each in calendar.found or ()]


def _follow(
    work: Work, calendar: LeaveCalendar, absences: Sequence[Absence], *, by: PersonId
) -> None:
    """Let what stands of this calendar be these; what its person took away stays away."""
    wanted = {(each.start, each.end): each for each in absences if each.end > work.now}
    rows = leaves.list_of_calendar(work.tx, calendar.id)
    known = {
        (each.start_at, each.end_at)
        for each in rows
        if each.withdrawn_at is None or each.withdrawn_by != BATON
    }
    gone = [
        each.id
        for each in rows
        if each.withdrawn_at is None
        and each.end_at > work.now
        and (each.start_at, each.end_at) not in wanted
    ]
    leaves.withdraw(work.tx, gone, at=work.now, by=BATON)
    for span, each in wanted.items():
        if span not in known:
            _add(work, calendar.person, each, calendar=calendar.id, by=by)


def _add(
    work: Work, person: PersonId, absence: Absence, *, calendar: int | None, by: PersonId
) -> None:
    leaves.add(
        work.tx,
        person=person,
        start_at=absence.start,
        end_at=absence.end,
        kind=CALENDAR,
        note="",
        calendar=calendar,
        uid=absence.uid,
        made_at=work.now,
        made_by=by,
    )


def _standing(work: Work, calendar_id: int) -> LeaveCalendar:
    found = leave_calendars.get(work.tx, calendar_id)
    if found is None or found.removed_at is not None:
        raise Refused(
            "That calendar is not there any more. Nothing was changed.",
            act=Act.ROTA,
            subject="leave calendar",
        )
    return found


def _write(work: Work, calendar: LeaveCalendar, what: str, **facts: str) -> None:
    about = ":".join([str(calendar.id), *facts.values()])
    correspond.write(work, calendar.person, what, about=about, calendar=calendar.id)


def _plain(absence: Absence) -> list[str]:
    return [absence.start.isoformat(), absence.end.isoformat(), absence.uid]


def _absence(told: Sequence[str]) -> Absence:
    start, end, uid = told
    return Absence(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end), uid=uid)


def _of(calendar: LeaveCalendar) -> str:
    return f"leave calendar:{calendar.id}"
