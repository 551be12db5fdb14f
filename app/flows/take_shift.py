"""Take a shift: somebody has the pager from now on, and whoever had it is told (product.md 24)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.flows import correspond
from app.flows.admit import Caller
from app.flows.serving import acting_for, expect_able, expect_free, rota_of
from app.flows.work import Refused, Work
from app.rules.calendar import Interval
from app.rules.organisation import PersonId, RotaId
from storage import overrides

LONGEST = timedelta(weeks=12)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """`before` had it, or nobody."""

    rota: RotaId
    person: PersonId
    span: Interval
    before: PersonId | None


def take_shift(
    work: Work,
    rota_id: RotaId,
    *,
    by: Caller,
    person: PersonId | None = None,
    at: datetime | None = None,
    end: datetime | None = None,
    slot: int = 0,
) -> Taken:
    """Take what is left of the shift that runs at `at` (now) or, with `end`, that part of it and
    of what follows. Until then the pager is theirs. Pressed twice it is theirs once."""
    subject = f"rota:{rota_id}"
    who, taker = acting_for(work, by, person, subject=subject)
    rota = rota_of(work, rota_id, by=who)
    at = max(at or work.now, work.now)
    shift = work.schedule.on_duty(rota_id, at, slot)
    span = Interval(at, end) if end else Interval(max(shift.start, work.now), shift.end)
    _refuse_odd(span, part=end is not None)
    had = _had(work, rota_id, span, slot)
    if had == {taker}:
        raise Refused(f"{taker} has this shift already. Nothing was changed.")
    if shift.turn is None:
        raise Refused("No shift runs then: the rota has not started. Nothing was changed.")
    expect_able(work, rota, taker, span.start)
    expect_free(work, rota, taker, span, slot=slot)
    made = overrides.add(
        work.tx,
        rota=rota_id,
        slot=slot,
        person=taker,
        start=span.start,
        end=span.end,
        why="took the shift",
        at=work.now,
        by=who,
    )
    taken = Taken(rota=rota_id, person=taker, span=span, before=shift.person)
    work.audit(
        "shift_taken",
        subject,
        by=who,
        person=taker,
        before=shift.person,
        start=span.start.isoformat(),
        end=span.end.isoformat(),
    )
    touched = (had - {taker}) | ({taker} if who != taker else set())
    for each in sorted(filter(None, touched)):
        correspond.write(
            work,
            each,
            "shift_taken",
            about=str(made),
            rota=rota_id,
            person=taker,
            before=shift.person,
            start=span.start.isoformat(),
            end=span.end.isoformat(),
            by=who,
        )
    return taken


def _refuse_odd(span: Interval, *, part: bool) -> None:
    if span.end <= span.start:
        raise Refused("The end is not after the start, or it has passed. Nothing was changed.")
    if part and span.end - span.start > LONGEST:
        raise Refused(
            f"A shift is taken for {LONGEST.days // 7} weeks at most at once. Nothing was changed."
        )


def _had(work: Work, rota: RotaId, span: Interval, slot: int) -> set[PersonId | None]:
    """Whoever was to serve in that time, None for nobody."""
    return {each.person for each in work.schedule.shifts(rota, span.start, span.end, slot)}
