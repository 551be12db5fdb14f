"""Volunteer: join the out-of-hours rota by one's own act, for one tour (product.md 22)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.chat.words.moved import Cause
from app.flows.admit import Act, Caller, Operator, admit
from app.flows.contact import rungs_of
from app.flows.invitations import settle_invitations
from app.flows.own_tours import has_served, tours_of, volunteers_rota
from app.flows.serving import pool_of
from app.flows.shadow import shadow
from app.flows.tell_moved import telling_moved
from app.flows.watch_pool import look_at_pool
from app.flows.work import Refused, Work
from app.rules.ladder import is_reachable
from app.rules.organisation import PersonId, Rota, Tour
from app.rules.rota import Shift
from app.rules.volunteering import (
    TOUR_WEEKS,
    USUAL_POOL,
    Shadowing,
    between_shifts,
    boundary_on,
    first_day,
    first_shift,
    rotation_of,
    shadow_before,
    with_tours,
)
from storage import people, tours

MOST_WEEKS = 52
FARTHEST = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody asked for; `starts` left out is the next boundary."""

    starts: date | None = None
    weeks: int = TOUR_WEEKS
    office: str | None = None


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """What a tour would mean: `people` in the pool with it, and how far their shifts are apart.

    `shadow` is the shift before a new volunteer's first own one; `wakes` is False where nothing
    verified could wake them yet.
    """

    rota: Rota
    tour: Tour
    start: datetime
    end: datetime
    first: Shift | None
    people: int
    between: timedelta | None
    outside: bool
    shadow: Shadowing | None
    wakes: bool


@dataclass(frozen=True, kw_only=True)
class Joined:
    """`new` is False where the same was pressed before."""

    prospect: Prospect
    new: bool


def volunteer(work: Work, wish: Wish, *, by: Caller, shadowing: bool = False) -> Joined:
    """Put oneself on the rota, from the next boundary or the day that was wished for; with the
    shift before one's first to look on. Pressed twice it is one tour."""
    rota = volunteers_rota(work)
    who = _themselves(work, by, rota)
    people.hold(work.tx, who)
    known = _same_tour(work, rota, who, wish)
    if known is not None:
        return Joined(prospect=known_tour(work, rota, known), new=False)
    return Joined(prospect=join(work, rota, who, wish, shadowing=shadowing), new=True)


def would_volunteer(work: Work, wish: Wish, *, by: Caller) -> Prospect:
    """What it would mean, before anything is changed; refuses what `volunteer` would refuse."""
    rota = volunteers_rota(work)
    who = _themselves(work, by, rota)
    return known_tour(work, rota, wanted_tour(work, rota, who, wish))


def join(work: Work, rota: Rota, who: PersonId, wish: Wish, *, shadowing: bool = False) -> Prospect:
    """The tour is theirs, with the shift before their first to look on; whoever's shifts it moves
    is told."""
    tour = wanted_tour(work, rota, who, wish)
    found = known_tour(work, rota, tour)
    settle_invitations(work, rota, who)
    with telling_moved(work, cause=Cause.TOUR, by=who):
        made = tours.accept(
            work.tx,
            rota=rota.id,
            person=who,
            starts=tour.starts,
            weeks=tour.weeks,
            office=tour.office,
            made_at=work.now,
            made_by=who,
            answered_at=work.now,
        )
    assert made is not None, "an overlap with an accepted tour was refused before"
    subject = f"tour:{made.id}"
    work.audit("tour_joined", subject, by=who, starts=tour.starts.isoformat(), weeks=tour.weeks)
    look_at_pool(work, rota, about=subject)
    if shadowing and found.shadow is not None:
        shadow(work, rota.id, who, found.shadow.span)
    return found


def wanted_tour(work: Work, rota: Rota, who: PersonId, wish: Wish) -> Tour:
    """The tour that a wish comes to, or why there cannot be one."""
    office = _office(work, rota, who, wish.office)
    if not 1 <= wish.weeks <= MOST_WEEKS:
        raise Refused(
            f"A tour is 1 to {MOST_WEEKS} weeks, usually {TOUR_WEEKS}. Nothing was changed."
        )
    versions, _ = work.schedule.rotas[rota.id]
    today = work.now.astimezone(rotation_of(rota, office).timezone).date()
    starts = wish.starts or today
    if starts < today:
        raise Refused(f"{starts} has passed. Name a day to come, or none. Nothing was changed.")
    if starts - today > FARTHEST:
        raise Refused(f"{starts} is more than a year ahead. Nothing was changed.")
    tour = Tour(
        person=who,
        starts=max(starts, first_day(versions, work.now, office)),
        weeks=wish.weeks,
        accepted_on=today,
        office=office,
    )
    for each in tours_of(work, rota, who):
        if each.starts < tour.ends and tour.starts < each.ends:
            raise Refused(
                f"You have a tour from {each.starts} to {each.ends} already, and this one would "
                "overlap it. `/oncall tour` shows it and can extend it. Nothing was changed."
            )
    return tour


def known_tour(work: Work, rota: Rota, tour: Tour) -> Prospect:
    """What a tour means, whether or not it is theirs yet."""
    after = with_tours(work.schedule, rota.id, [tour])
    start = boundary_on(rota, tour.starts, tour.office)
    end = boundary_on(rota, tour.ends, tour.office)
    first = first_shift(after, rota.id, tour.person, start, end)
    looks_on = first is not None and not has_served(rota, tour.person, work.now)
    then = after.rotas[rota.id][0][-1].rota
    crowd = len(pool_of(work, then, first.start if first else start))
    size = rota.pool or USUAL_POOL
    return Prospect(
        rota=rota,
        tour=tour,
        start=start,
        end=end,
        first=first,
        people=crowd,
        between=between_shifts(rota, crowd),
        outside=not size.min <= crowd <= size.max,
        shadow=shadow_before(after, rota.id, first, work.now) if first and looks_on else None,
        wakes=is_reachable(rungs_of(work, tour.person), out_of_hours=True),
    )


def _themselves(work: Work, by: Caller, rota: Rota) -> PersonId:
    who = admit(work, by, Act.ROTA, subject=f"rota:{rota.id}")
    if isinstance(by, Operator):
        raise Refused("Nobody is put on the rota but by their own act, in Slack.")
    return who


def _same_tour(work: Work, rota: Rota, who: PersonId, wish: Wish) -> Tour | None:
    """The tour that this very wish has led to before."""
    return next(
        (
            each
            for each in tours_of(work, rota, who)
            if (each.starts, each.weeks) == (wish.starts, wish.weeks) and each.left_on is None
        ),
        None,
    )


def _office(work: Work, rota: Rota, who: PersonId, wanted: str | None) -> str | None:
    """The office that was named, or the one whose clocks are theirs."""
    if not rota.offices:
        if wanted is not None:
            raise Refused(f"{rota.id} has no offices to choose from. Nothing was changed.")
        return None
    named = {each.name.lower(): each.name for each in rota.offices}
    if wanted is not None and wanted.lower() in named:
        return named[wanted.lower()]
    listed = work.org.people.get(who)
    near = [each for each in rota.offices if listed and each.rotation.timezone == listed.timezone]
    if wanted is None and len(near) == 1:
        return near[0].name
    raise Refused(
        f"Say in which office: one of {', '.join(named.values())}, as in `/oncall volunteer in "
        f"{rota.offices[0].name}`. Nothing was changed."
    )
