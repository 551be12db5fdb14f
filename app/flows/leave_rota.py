"""Leave the volunteers, without a reason, from the next boundary on (product.md 22)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from app.chat.words.moved import Cause
from app.flows import correspond
from app.flows.admit import Caller
from app.flows.cover import withdraw_cover
from app.flows.own_tours import ends_at, tours_of, volunteers_rota
from app.flows.serving import acting_for, pool_of
from app.flows.shadow import end_shadows
from app.flows.swap import end_swaps_of
from app.flows.tell_moved import AHEAD, telling_moved
from app.flows.watch_pool import look_at_pool
from app.flows.work import Refused, Work
from app.rules.calendar import Interval, to_utc
from app.rules.organisation import PersonId, Rota, Tour
from app.rules.rota import next_boundary
from app.rules.volunteering import between_shifts, first_day, without_person
from storage import covers, overrides, people, tours
from storage.tours import TourState


@dataclass(frozen=True, kw_only=True)
class GivenUp:
    """A coming shift of theirs, and whose it becomes; None: nobody's."""

    span: Interval
    to: PersonId | None


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """What it means: they serve until `since`, and nothing after it.

    `running` is the shift of theirs that runs, which stays theirs. `people` are in the pool
    without them, each with a shift `between` so often.
    """

    rota: Rota
    person: PersonId
    since: datetime
    running: Interval | None
    given_up: Sequence[GivenUp]
    people: int
    between: timedelta | None


def would_leave(work: Work, *, by: Caller, person: PersonId | None = None) -> Leaving:
    """What it would mean, before anything is changed; refuses what `leave_rota` would refuse."""
    rota = volunteers_rota(work)
    _, leaver = acting_for(work, by, person, subject=f"rota:{rota.id}")
    return _leaving(work, rota, leaver, _shortened(work, rota, leaver))


def leave_rota(work: Work, *, by: Caller, person: PersonId | None = None) -> Leaving:
    """Their tours end at the next boundary, those to come too; what they took of others' shifts
    after it goes back, swaps as well, and what they asked cover for is another's. Whoever's shifts
    that moves is told. A manager may do it for somebody, who is told."""
    rota = volunteers_rota(work)
    who, leaver = acting_for(work, by, person, subject=f"rota:{rota.id}")
    people.hold(work.tx, leaver)
    ended = _shortened(work, rota, leaver)
    found = _leaving(work, rota, leaver, ended)
    with telling_moved(work, cause=Cause.TOUR, by=who, but=[leaver]):
        end_swaps_of(work, rota.id, leaver, by=who)
        for each in ended:
            _end(work, rota, each, by=who)
        taken = overrides.of_person(work.tx, rota.id, leaver, since=found.since)
        overrides.withdraw(work.tx, taken, at=work.now, by=who)
    end_shadows(work, rota.id, leaver)
    for request in covers.list_open(work.tx):
        mine = (request.rota, request.person) == (rota.id, leaver)
        if mine and request.start_at >= found.since:
            withdraw_cover(work, request.id, by=by)
    look_at_pool(work, rota, about=leaver)
    since = found.since.isoformat()
    work.audit("tour_left", f"rota:{rota.id}", by=who, person=leaver, since=since)
    if who != leaver:
        correspond.write(
            work, leaver, "tour_ended_for_you", about=since, rota=rota.id, since=since, by=who
        )
    return found


def _leaving(work: Work, rota: Rota, leaver: PersonId, ended: Sequence[Tour]) -> Leaving:
    versions, _ = work.schedule.rotas[rota.id]
    since = next_boundary(versions, work.now)
    after = without_person(work.schedule, rota.id, ended, leaver, since)
    theirs = [
        each
        for each in work.schedule.everyones_shifts(rota.id, work.now, work.now + AHEAD)
        if each.person == leaver
    ]
    crowd = len(pool_of(work, after.rotas[rota.id][0][-1].rota, since))
    running = next((Interval(each.start, each.end) for each in theirs if each.start < since), None)
    return Leaving(
        rota=rota,
        person=leaver,
        since=since,
        running=running,
        given_up=[
            GivenUp(
                span=Interval(each.start, each.end),
                to=after.on_duty(rota.id, each.start, each.slot).person,
            )
            for each in theirs
            if each.start >= since
        ],
        people=crowd,
        between=between_shifts(rota, crowd),
    )


def _shortened(work: Work, rota: Rota, leaver: PersonId) -> list[Tour]:
    """Their tours as they end now; refused where nothing is left to end."""
    versions, _ = work.schedule.rotas[rota.id]
    mine = tours_of(work, rota, leaver)
    days = [first_day(versions, work.now, each.office) for each in mine]
    ended = [
        replace(tour, left_on=day) for tour, day in zip(mine, days, strict=True) if tour.ends > day
    ]
    if ended:
        return ended
    if not mine:
        raise Refused(f"{leaver} has no tour with {rota.id}, so there is nothing to leave.")
    last = max(ends_at(rota, each) for each in mine)
    raise Refused(
        f"The tour of {leaver} ends at the next boundary already, on {last:%d %b at %H:%M} UTC. "
        "Nothing was changed."
    )


def _end(work: Work, rota: Rota, tour: Tour, *, by: PersonId) -> None:
    """In its row; a tour of the file gets one."""
    assert tour.left_on is not None
    known = tours.find(work.tx, rota.id, tour.person, tour.starts)
    if known is not None and known.state is TourState.ACCEPTED:
        tours.leave(work.tx, known.id, on=tour.left_on, at=work.now)
        return
    accepted = tour.accepted_on or date.min
    tours.accept(
        work.tx,
        rota=rota.id,
        person=tour.person,
        starts=tour.starts,
        weeks=tour.weeks,
        office=tour.office,
        made_at=work.now,
        made_by=by,
        answered_at=to_utc(accepted, time(), rota.rotation.timezone),
        left_on=tour.left_on,
        left_at=work.now,
    )
