"""Cover: a shift, or a part of one, is offered to the pool, and the first yes has it
(product.md 24)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.flows import correspond
from app.flows.admit import Act, Caller, admit
from app.flows.serving import acting_for, expect_able, expect_free, pool_of, rota_of
from app.flows.work import Refused, Work
from app.rules.calendar import Interval
from app.rules.cover import left_open
from app.rules.organisation import PersonId, RotaId
from app.rules.rota import Shift
from storage import covers, overrides
from storage.covers import Answer, CoverRequest, CoverState

REMINDED = (timedelta(hours=24), timedelta(hours=4))
"""So long before the shift the pool is asked once more; from the first on the managers know."""
LONGEST = timedelta(weeks=12)
MOST_WHY = 300


@dataclass(frozen=True, kw_only=True)
class Took:
    """What somebody took, and what is still open of the request."""

    request: CoverRequest
    span: Interval
    left: Sequence[Interval]


def ask_for_cover(
    work: Work,
    rota_id: RotaId,
    start: datetime,
    end: datetime,
    *,
    by: Caller,
    person: PersonId | None = None,
    why: str = "",
) -> CoverRequest:
    """Ask everybody in the pool to take `[start, end)` of a shift. What has passed of it is left
    out; all of the rest must be the asker's, in one place of the rota."""
    subject = f"rota:{rota_id}"
    who, asker = acting_for(work, by, person, subject=subject)
    rota = rota_of(work, rota_id, by=who)
    start = max(start, work.now)
    _refuse_odd(start, end)
    slot = _slot_of(work, rota_id, asker, Interval(start, end))
    for open_one in covers.list_open(work.tx):
        if (open_one.rota, open_one.person) == (rota_id, asker) and _meets(open_one, start, end):
            raise Refused(
                "Cover is asked for already in this time: withdraw that first, or let it stand. "
                "Nothing was changed."
            )
    request = covers.add(
        work.tx,
        rota=rota.id,
        slot=slot,
        person=asker,
        start_at=start,
        end_at=end,
        why=why.strip()[:MOST_WHY],
        made_at=work.now,
        made_by=who,
    )
    work.audit("cover_asked", _subject(request), by=who, why=request.why, **_told(request))
    correspond.post(work, "cover", about=str(request.id), request=request.id)
    for each in pool_of(work, rota, start):
        if each != asker:
            _write(work, each, "cover_asked", request)
    if who != asker:
        _write(work, asker, "cover_asked_for_you", request)
    if is_soon(work, start):
        _tell_managers(work, request)
    for before in REMINDED:
        if start - before > work.now:
            _remind(work, request, start - before)
    _remind(work, request, end)
    return request


def take_cover(
    work: Work,
    request_id: int,
    *,
    by: Caller,
    person: PersonId | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> Took:
    """Take what is left of a request or, with `start` and `end`, that part of it. The first yes
    writes the override; of two at once the second is told who was quicker."""
    subject = f"cover:{request_id}"
    who, taker = acting_for(work, by, person, subject=subject)
    request = _open_request(work, request_id)
    if taker == request.person:
        raise Refused("It is your own shift. To keep it, withdraw the request.")
    left = open_parts(work, request)
    wanted = Interval(start or left[0].start, end or left[-1].end) if left else None
    parts = _within(left, wanted) if wanted else []
    if not parts:
        raise Refused("Nothing of this is open in that time. Nothing was changed.")
    rota = rota_of(work, request.rota, by=who)
    for part in parts:
        expect_able(work, rota, taker, part.start)
        expect_free(work, rota, taker, part, slot=request.slot)
        overrides.add(
            work.tx,
            rota=request.rota,
            slot=request.slot,
            person=taker,
            start=part.start,
            end=part.end,
            why=f"covers for {request.person}" + (f": {request.why}" if request.why else ""),
            at=work.now,
            by=who,
            request=request.id,
        )
    rest = open_parts(work, request)
    said = Answer.TOOK_PART if rest else Answer.TOOK
    covers.answer(work.tx, request.id, taker, said, at=work.now)
    span = Interval(parts[0].start, parts[-1].end)
    work.audit("cover_taken", _subject(request), by=who, person=taker, **_span(span))
    if not rest:
        covers.end(work.tx, request.id, CoverState.COVERED, at=work.now)
    _write(work, request.person, "cover_taken", request)
    if who != taker:
        _write(work, taker, "cover_asked_for_you", request)
    _tell_all(work, request)
    return Took(request=request, span=span, left=rest)


def cannot_cover(work: Work, request_id: int, *, by: Caller) -> CoverRequest:
    """They are not reminded of it again, and nobody learns who could not."""
    who = admit(work, by, Act.ROTA, subject=f"cover:{request_id}")
    request = _open_request(work, request_id)
    covers.answer(work.tx, request.id, who, Answer.CANNOT, at=work.now)
    correspond.rewrite(work, who, "cover_asked", about=str(request.id), **_letter(request, who))
    return request


def withdraw_cover(work: Work, request_id: int, *, by: Caller) -> CoverRequest:
    """The asker keeps what nobody took; what was taken stays taken."""
    request = _open_request(work, request_id)
    who, _ = acting_for(work, by, request.person, subject=_subject(request))
    covers.end(work.tx, request.id, CoverState.WITHDRAWN, at=work.now)
    work.audit("cover_withdrawn", _subject(request), by=who)
    _tell_all(work, request)
    return request


def remind_of_cover(work: Work, facts: Mapping[str, Any]) -> None:
    """At each of its moments: the pool once more, the managers a day before; in the end it is
    over, and the asker had what nobody took."""
    request = covers.get(work.tx, facts["request"], hold=True)
    if request is None or request.state is not CoverState.OPEN:
        return
    if request.end_at <= work.now:
        covers.end(work.tx, request.id, CoverState.PASSED, at=work.now)
        work.audit("cover_passed", _subject(request), by="baton")
        _tell_all(work, request)
        return
    answers = covers.answers_of(work.tx, request.id)
    rota = work.org.rotas.get(request.rota)
    hours = round((request.start_at - work.now) / timedelta(hours=1))
    for each in pool_of(work, rota, request.start_at) if rota else ():
        if each != request.person and answers.get(each) is not Answer.CANNOT:
            _write(work, each, "cover_reminder", request, hours=hours)
    _tell_managers(work, request)
    correspond.post(work, "cover", about=str(request.id), request=request.id)


def is_soon(work: Work, start: datetime) -> bool:
    """Whether the managers know of it at once: it begins within a day (product.md 24)."""
    return start - REMINDED[0] <= work.now


def open_parts(work: Work, request: CoverRequest) -> list[Interval]:
    """What nobody took yet, from now on."""
    whole = Interval(max(request.start_at, work.now), request.end_at)
    if whole.start >= whole.end:
        return []
    taken = [Interval(each.start, each.end) for each in overrides.of_request(work.tx, request.id)]
    return left_open(whole, taken)


def _tell_managers(work: Work, request: CoverRequest) -> None:
    for manager in work.org.people.values():
        if manager.manager and manager.id != request.person:
            _write(work, manager.id, "cover_still_open", request)


def _open_request(work: Work, request_id: int) -> CoverRequest:
    request = covers.get(work.tx, request_id, hold=True)
    if request is None:
        raise Refused("That request is not known. `/oncall next` shows who has the shifts.")
    if request.state is CoverState.COVERED:
        takers = dict.fromkeys(each.person for each in overrides.of_request(work.tx, request.id))
        raise Refused(f"{' and '.join(takers)} took it already. Nothing was changed.")
    if request.state is not CoverState.OPEN or request.end_at <= work.now:
        raise Refused("That request is over. Nothing was changed.")
    return request


def _refuse_odd(start: datetime, end: datetime) -> None:
    if end <= start:
        raise Refused("The end is not after the start, or it has passed. Nothing was changed.")
    if end - start > LONGEST:
        raise Refused(
            f"Cover is asked for {LONGEST.days // 7} weeks at most at a time. Nothing was changed."
        )


def _slot_of(work: Work, rota_id: RotaId, person: PersonId, span: Interval) -> int:
    """The place of the rota that is theirs in all of the span."""
    serving = work.schedule.everyones_shifts(rota_id, span.start, span.end)
    for slot in dict.fromkeys(each.slot for each in serving):
        mine = [each for each in serving if each.slot == slot]
        if all(each.person == person for each in mine):
            return slot
    others = [each for each in serving if each.person != person]
    raise Refused(f"{_whose(others)} Cover is for one's own shifts. Nothing was changed.")


def _whose(others: Sequence[Shift]) -> str:
    first = others[0]
    who = first.person or "nobody"
    return f"From {first.start:%d %b %H:%M} to {first.end:%d %b %H:%M} UTC the shift is {who}'s."


def _meets(request: CoverRequest, start: datetime, end: datetime) -> bool:
    return request.start_at < end and start < request.end_at


def _within(left: Sequence[Interval], wanted: Interval) -> list[Interval]:
    cut = (Interval(max(p.start, wanted.start), min(p.end, wanted.end)) for p in left)
    return [each for each in cut if each.start < each.end]


def _tell_all(work: Work, request: CoverRequest) -> None:
    """Everything that was written about it says how it stands now."""
    correspond.post(work, "cover", about=str(request.id), request=request.id)
    rota = work.org.rotas.get(request.rota)
    for each in pool_of(work, rota, request.start_at) if rota else ():
        facts = _letter(request, each)
        correspond.rewrite(work, each, "cover_asked", about=str(request.id), **facts)


def _write(work: Work, to: PersonId, what: str, request: CoverRequest, **facts: Any) -> None:
    about = ":".join(map(str, [request.id, *facts.values()]))
    correspond.write(work, to, what, about=about, **_letter(request, to), **facts)


def _letter(request: CoverRequest, to: PersonId) -> dict[str, Any]:
    return {"request": request.id, "reader": to}


def _remind(work: Work, request: CoverRequest, due: datetime) -> None:
    correspond.remind_at(work, due, "cover", about=str(request.id), request=request.id)


def _subject(request: CoverRequest) -> str:
    return f"cover:{request.id}"


def _told(request: CoverRequest) -> dict[str, Any]:
    span = Interval(request.start_at, request.end_at)
    return {"rota": request.rota, "person": request.person, **_span(span)}


def _span(span: Interval) -> dict[str, str]:
    return {"start": span.start.isoformat(), "end": span.end.isoformat()}
