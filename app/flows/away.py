"""Away: shifts that begin while somebody is away go to the next in turn (product.md 23, 24)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.chat.words.moved import Cause
from app.flows import correspond
from app.flows.admit import Act, Caller
from app.flows.cover import withdraw_cover
from app.flows.serving import acting_for
from app.flows.tell_moved import telling_moved
from app.flows.work import Refused, Work
from app.rules import away
from app.rules.away import Change, Stay
from app.rules.organisation import Leave, PersonId
from app.rules.schedule import Schedule
from storage import covers, leaves
from storage.leaves import StoredLeave

LONGEST = timedelta(days=366)
FURTHEST = timedelta(days=2 * 366)
MOST = 200
"""So many times of absence of one person stand at once."""
MOST_NOTE = 200
OWN, CALENDAR = "leave", "calendar"
"""Kinds of leave: entered here, or read from a person's own calendar."""


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """What would become of the rotas; nothing of it is done yet."""

    person: PersonId
    start: datetime
    end: datetime
    changes: Sequence[Change]
    stays: Sequence[Stay]


def foresee_away(
    work: Work, start: datetime, end: datetime, *, by: Caller, person: PersonId | None = None
) -> Foreseen:
    """What it would do if they were away in `[start, end)`; changes nothing."""
    _, absent = acting_for(work, by, person, subject=_of(person))
    _refuse_odd(work, absent, start, end)
    leave = Leave(person=absent, start=start, end=end, made_at=work.now)
    return _foreseen(work, absent, start, end, away.going(work.schedule, leave), going=True)


def foresee_back(work: Work, leave_id: int, *, by: Caller) -> Foreseen:
    """What it would do if they were not away after all; changes nothing."""
    leave = _standing(work, leave_id)
    acting_for(work, by, leave.person, subject=_of(leave.person))
    after = away.returning(work.schedule, leave.person, leave.start_at, leave.end_at, at=work.now)
    return _foreseen(work, leave.person, leave.start_at, leave.end_at, after, going=False)


def go_away(
    work: Work,
    start: datetime,
    end: datetime,
    *,
    by: Caller,
    person: PersonId | None = None,
    note: str = "",
) -> StoredLeave:
    """They are away in `[start, end)`: turns that begin in it go to the next in turn, who is
    told; so is the person, where somebody else entered it. Cover that they asked for and need no
    more is withdrawn."""
    who, absent = acting_for(work, by, person, subject=_of(person))
    _refuse_odd(work, absent, start, end)
    with telling_moved(work, cause=Cause.AWAY, by=who, but={absent}):
        made = leaves.add(
            work.tx,
            person=absent,
            start_at=start,
            end_at=end,
            kind=OWN,
            note=note.strip()[:MOST_NOTE],
            made_at=work.now,
            made_by=who,
        )
    work.audit("away", _of(absent), by=who, **_span(start, end))
    if who != absent:
        correspond.write(work, absent, "away_for_you", about=str(made), leave=made, by=who)
    needless = _needless_cover(work, absent, start, end)
    for request in needless:
        withdraw_cover(work, request, by=by)
    found = leaves.get(work.tx, made)
    assert found is not None
    return found


def come_back(work: Work, leave_id: int, *, by: Caller) -> StoredLeave:
    """They are not away after all; shifts that began meanwhile stay where they are."""
    leave = _standing(work, leave_id)
    who, absent = acting_for(work, by, leave.person, subject=_of(leave.person))
    with telling_moved(work, cause=Cause.AWAY, by=who, but={absent}):
        leaves.withdraw(work.tx, [leave.id], at=work.now, by=who)
    work.audit("not_away", _of(absent), by=who, **_span(leave.start_at, leave.end_at))
    if who != absent:
        correspond.write(work, absent, "away_for_you", about=str(leave.id), leave=leave.id, by=who)
    return leave


def list_away(work: Work, *, by: Caller, person: PersonId | None = None) -> list[StoredLeave]:
    """A person's times of absence that are not over."""
    _, absent = acting_for(work, by, person, subject=_of(person))
    return list(leaves.list_of(work.tx, absent, after=work.now))


def _foreseen(
    work: Work,
    person: PersonId,
    start: datetime,
    end: datetime,
    after: Schedule,
    *,
    going: bool,
) -> Foreseen:
    begin = max(start, work.now)
    return Foreseen(
        person=person,
        start=start,
        end=end,
        changes=away.changes(work.schedule, after, begin, end),
        stays=away.stays(after, person, begin, end) if going else (),
    )


def _refuse_odd(work: Work, person: PersonId, start: datetime, end: datetime) -> None:
    standing = leaves.list_of(work.tx, person, after=work.now)
    if end <= start:
        raise Refused("The end is not after the start. Nothing was changed.")
    if end <= work.now:
        raise Refused("That time is over already. Nothing was changed.")
    if end - start > LONGEST or start > work.now + FURTHEST:
        raise Refused(
            "An absence may last a year, and begin within the next two. Nothing was changed."
        )
    if any(each.start_at <= start and end <= each.end_at for each in standing):
        raise Refused("That time is entered already. Nothing was changed.")
    if len(standing) >= MOST:
        raise Refused(
            f"{MOST} times of absence stand already. Remove some first; nothing was changed."
        )


def _standing(work: Work, leave_id: int) -> StoredLeave:
    found = leaves.get(work.tx, leave_id)
    if found is None:
        raise Refused("That absence is not known. `/oncall away` shows yours.", act=Act.ROTA)
    if found.withdrawn_at is not None:
        raise Refused("It was removed already. Nothing was changed.", act=Act.ROTA)
    if found.end_at <= work.now:
        raise Refused("That absence is over. Nothing was changed.", act=Act.ROTA)
    return found


def _needless_cover(work: Work, person: PersonId, start: datetime, end: datetime) -> list[int]:
    """Open requests of theirs for nothing that is still theirs."""
    return [
        each.id
        for each in covers.list_open(work.tx)
        if each.person == person
        and start < each.end_at
        and each.start_at < end
        and all(
            shift.person != person
            for shift in work.schedule.everyones_shifts(
                each.rota, max(each.start_at, work.now), each.end_at
            )
        )
    ]


def _of(person: PersonId | None) -> str:
    return f"person:{person}" if person else "leave"


def _span(start: datetime, end: datetime) -> dict[str, str]:
    return {"start": start.isoformat(), "end": end.isoformat()}
