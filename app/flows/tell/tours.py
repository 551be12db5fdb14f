"""Tours and what they change, told as they stand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from app.chat.message import Message
from app.chat.words import tours as words
from app.flows.extend_tour import is_extendable
from app.flows.invitations import BY_FILE
from app.flows.leave_rota import Leaving
from app.flows.own_tours import tours_of
from app.flows.serving import pool_of
from app.flows.tell.channel import announcement
from app.flows.tell.names import who, who_if
from app.flows.tour_notices import stays_on
from app.flows.volunteer import Prospect, known_tour
from app.flows.volunteers import tour_of
from app.flows.work import Work
from app.rules.organisation import PersonId, Rota, Tour
from app.rules.volunteering import between_shifts, boundary_on, first_day
from storage import shadows, tours
from storage.tours import StoredTour, TourState


def tour_facts(work: Work, found: Prospect) -> words.TourFacts:
    """What a tour means, for the words; its value is read again by whoever is pressed."""
    shadow = found.shadow
    return words.TourFacts(
        rota=words.OUT_OF_HOURS,
        value=f"{found.tour.starts} {found.tour.weeks} {found.tour.office or ''}".strip(),
        weeks=found.tour.weeks,
        start=found.start,
        end=found.end,
        first=(found.first.start, found.first.end) if found.first else None,
        people=found.people,
        every=found.between,
        outside=found.outside,
        shadow=words.Shadowed(
            who=who(work, shadow.primary), start=shadow.span.start, end=shadow.span.end
        )
        if shadow
        else None,
        wakes=found.wakes,
    )


def mine_facts(work: Work, rota: Rota, person: PersonId) -> words.MineFacts:
    """Somebody's own tours as they stand."""
    running = tours_of(work, rota, person)
    spans = [
        (boundary_on(rota, each.starts, each.office), boundary_on(rota, each.ends, each.office))
        for each in running
    ]
    until = max((end for _, end in spans), default=work.now)
    shifts = work.schedule.everyones_shifts(rota.id, work.now, until)
    crowd = len(pool_of(work, rota, work.now))
    looks_on = work.schedule.shadows.get(rota.id, ())
    last = running[-1] if running else None
    return words.MineFacts(
        rota=words.OUT_OF_HOURS,
        tours=spans,
        shifts=[(each.start, each.end) for each in shifts if each.person == person][: words.SHOWN],
        looks_on=[(s.start, s.end) for s in looks_on if s.person == person and s.end > work.now],
        people=crowd,
        every=between_shifts(rota, crowd),
        extends=str(last.ends) if last and is_extendable(work, last) else None,
        left=last is not None and last.left_on is not None,
    )


def leave_facts(work: Work, found: Leaving, *, reader: PersonId) -> words.LeaveFacts:
    return words.LeaveFacts(
        rota=words.OUT_OF_HOURS,
        value=found.person,
        who=who(work, found.person),
        yours=found.person == reader,
        since=found.since,
        running=(found.running.start, found.running.end) if found.running else None,
        given_up=[
            ((each.span.start, each.span.end), who_if(work, each.to)) for each in found.given_up
        ],
        people=found.people,
        every=found.between,
    )


def ended_for_you(work: Work, facts: Mapping[str, Any]) -> Message:
    """To a volunteer for whom a manager left."""
    since = datetime.fromisoformat(facts["since"])
    return words.ended_for_you(who(work, facts["by"]), words.OUT_OF_HOURS, since)


def invitation(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To whoever was invited, as it stands."""
    row = tours.get(work.tx, facts["tour"])
    rota = work.org.rotas.get(row.rota) if row else None
    if row is None or rota is None:
        return None
    by = who(work, row.made_by) if row.made_by != BY_FILE else None
    if tours_of(work, rota, row.person):
        return words.invitation(None, by, words.Asked.JOINED, rota=words.OUT_OF_HOURS)
    if row.state is not TourState.INVITED:
        declined = row.state is TourState.DECLINED
        state = words.Asked.DECLINED if declined else words.Asked.OVER
        return words.invitation(None, by, state, rota=words.OUT_OF_HOURS)
    found = tour_facts(work, known_tour(work, rota, _from_now(work, rota, row)))
    told = replace(found, value=str(row.id))
    return words.invitation(told, by, words.Asked.WAITS, rota=words.OUT_OF_HOURS)


def taken_up(work: Work, facts: Mapping[str, Any]) -> Message | None:
    row = tours.get(work.tx, facts["tour"])
    return words.taken_up(who(work, row.person), words.OUT_OF_HOURS) if row else None


def not_taken_up(work: Work, facts: Mapping[str, Any]) -> Message | None:
    row = tours.get(work.tx, facts["tour"])
    return words.not_taken_up(who(work, row.person), words.OUT_OF_HOURS) if row else None


def _from_now(work: Work, rota: Rota, row: StoredTour) -> Tour:
    """The tour that accepting it now would be."""
    versions, _ = work.schedule.rotas[rota.id]
    starts = max(row.starts, first_day(versions, work.now, row.office))
    return replace(tour_of(row), starts=starts)


def tour_ends(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To a volunteer whose tour ends; as it stands by now."""
    rota = work.org.rotas.get(facts["rota"])
    reader, ends = facts["reader"], date.fromisoformat(facts["ends"])
    if rota is None:
        return None
    theirs = [each for each in rota.tours if each.person == reader and each.accepted_on is not None]
    tour = next((each for each in theirs if each.ends == ends and each.left_on is None), None)
    end = boundary_on(rota, ends, tour.office if tour else None)
    shifts = work.schedule.everyones_shifts(rota.id, min(work.now, end), end)
    mine = [(each.start, each.end) for each in shifts if each.person == reader]
    return words.tour_ends(
        words.EndFacts(
            rota=words.OUT_OF_HOURS,
            value=facts["ends"],
            end=end,
            weeks=max(1, round(facts["days"] / 7)),
            last=mine[-1] if mine else None,
            state=_ending(work, rota, facts, end, stands=tour is not None),
        )
    )


def _ending(
    work: Work, rota: Rota, facts: Mapping[str, Any], end: datetime, *, stands: bool
) -> words.Ending:
    if stays_on(rota, facts["reader"], date.fromisoformat(facts["ends"])):
        return words.Ending.STAYS
    if not stands:
        return words.Ending.LEFT
    if end <= work.now:
        return words.Ending.OVER
    return words.Ending.ASKS if facts["asks"] else words.Ending.LET


def shadow_primary(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To whoever serves while somebody looks on."""
    found = shadows.get(work.tx, facts["shadow"])
    if found is None:
        return None
    span, off = (found.start_at, found.end_at), found.withdrawn_at is not None
    return words.shadow_primary(who(work, found.person), words.OUT_OF_HOURS, span, off=off)


def shadow_begins(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To whoever looks on."""
    found = shadows.get(work.tx, facts["shadow"])
    if found is None or found.withdrawn_at is not None:
        return None
    primary = work.schedule.on_duty(found.rota, max(found.start_at, work.now)).person
    span = (found.start_at, found.end_at)
    return words.shadow_begins(who_if(work, primary), words.OUT_OF_HOURS, span)


def incident_copy(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """What is announced of an incident, to whoever looks on."""
    found = announcement(work, facts["incident"])
    return words.copied(found) if found else None
