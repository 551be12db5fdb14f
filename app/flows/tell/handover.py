"""The handover, told as things were at its boundary, however late it is said or edited; and the
draft of one that is to come, told as things are now."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import app.flows.tell.facts as read
from app.chat.message import Message
from app.chat.words import handover as words
from app.chat.words.headline import Head
from app.chat.words.people import Who
from app.flows.tell.names import everyone, who, who_if
from app.flows.tell.shift import budget_used, shift_numbers
from app.flows.work import Work
from app.rules import calendar, routing
from app.rules import handover as rules
from app.rules.as_of import as_of
from app.rules.handover import Change
from app.rules.incident import FollowUp, Incident, State, missing_to_close
from app.rules.organisation import RotaKind
from app.rules.schedule import Schedule
from storage import (
    covers,
    follow_ups,
    handover_drafts,
    handovers,
    incidents,
    participants,
    shift_figures,
    timeline,
)
from storage.handovers import Handover
from storage.participants import Role

WORTH_A_WORD = timedelta(minutes=2)
"""A handover said later than this after its boundary says so."""
ENDED = frozenset({State.CLOSED, State.CANCELLED, State.MERGED})
MOST_OWED = 500
GAPS_AHEAD = timedelta(days=60)
TOURS_AHEAD = timedelta(weeks=4)


def handover(work: Work, handover_id: int) -> Message | None:
    """The post; None for no such handover."""
    made = handovers.get(work.tx, handover_id)
    return words.handover(facts_of(work, made)) if made else None


def facts_of(work: Work, made: Handover) -> words.HandoverFacts:
    """Everything that a handover says, as it was at its boundary."""
    late = (made.posted_at or work.now) - made.boundary
    return _facts(work, made, made.boundary, late=late if late > WORTH_A_WORD else None)


def until_of(work: Work, made: Handover) -> datetime:
    """Until when the incoming person has it, as was known at the boundary: the end of the turn,
    or when somebody relieves them."""
    schedule = rules.as_known(work.schedule, made.boundary)
    change = rules.change_at(schedule, made.rota, made.boundary)
    return change.until if change is not None else made.shift_end


def draft_of(work: Work, change: Change) -> words.HandoverFacts:
    """What the handover of a boundary that is to come would say by now."""
    draft = handover_drafts.get(work.tx, change.rota, change.boundary)
    coming = Handover(
        id=0,
        rota=change.rota,
        boundary=change.boundary,
        outgoing=change.outgoing,
        incoming=change.incoming,
        shift_start=change.shift_start,
        shift_end=change.turn_end,
        note=draft.note if draft else None,
        note_by=draft.note_by if draft else None,
        posted_at=None,
        accepted_by=None,
        accepted_at=None,
    )
    return _facts(work, coming, min(work.now, change.boundary), late=None)


def _facts(
    work: Work, made: Handover, at: datetime, *, late: timedelta | None
) -> words.HandoverFacts:
    schedule = rules.as_known(work.schedule, at)
    manager, before = _managers(work, schedule, made.boundary)
    change = rules.change_at(schedule, made.rota, made.boundary)
    until = change.until if change is not None else made.shift_end
    return words.HandoverFacts(
        number=made.id,
        rota=made.rota,
        incoming=who_if(work, made.incoming),
        outgoing=who_if(work, made.outgoing),
        beside=_beside(work, schedule, made),
        then=_then_serving(work, schedule, made, until),
        boundary=made.boundary,
        until=until,
        manager=who_if(work, manager),
        manager_before=who_if(work, before),
        awake=everyone(work, calendar.awake_now(work.org, made.boundary)),
        shift_start=made.shift_start,
        counted_to=at,
        open=[_open(work, each, at) for each in _open_at(work, at)],
        came_back=_came_back(work, made.shift_start, at),
        flapping=_flapping(work, made.shift_start, at),
        numbers=shift_numbers(work, made.shift_start, at),
        budget=work.org.page_budget,
        budget_used=len(budget_used(work, at)),
        owed=_owed_at(work, at),
        coming=_coming(work, schedule, made, at),
        note=made.note,
        note_by=who_if(work, made.note_by),
        accepted_by=who_if(work, made.accepted_by),
        accepted_at=made.accepted_at,
        late=late,
    )


# ── who ───────────────────────────────────────────────────────────────────────────────────────
def _managers(work: Work, schedule: Schedule, boundary: datetime) -> tuple[str | None, str | None]:
    """The manager on duty, and whom they follow where the manager rota changes hands just then:
    that change is told here and nowhere else (product.md 27)."""
    order = routing.manager_order(work.org, schedule, boundary)
    now = order[0] if order else None
    turn = rules.change_at(schedule, work.org.manager_rota, boundary)
    if turn is None or turn.outgoing in (None, now):
        return now, None
    return now, turn.outgoing


def _beside(work: Work, schedule: Schedule, made: Handover) -> tuple[Who, ...]:
    """The others, where several serve at once."""
    serving = schedule.all_on_duty(made.rota, made.boundary)
    others = filter(None, (each.person for each in serving[1:]))
    return everyone(work, (each for each in others if each != made.incoming))


def _then_serving(
    work: Work, schedule: Schedule, made: Handover, since: datetime
) -> list[words.Serving]:
    """Who has the rest of the turn, where somebody is relieved in it."""
    parts = rules.parts_of_turn(schedule, made.rota, made.boundary)
    return [
        words.Serving(who=who_if(work, each.person), start=each.start, end=each.end)
        for each in parts
        if each.start >= since
    ]


# ── what is open, and what to watch ───────────────────────────────────────────────────────────
def _open_at(work: Work, at: datetime) -> list[Incident]:
    """What was open or resolved just before `at`, worst and newest first, as it stood then."""
    numbers = shift_figures.numbers(work.tx, shift_figures.not_over(at))
    then = (_then(work, number, at) for number in numbers)
    found = [each for each in then if each is not None and each.state not in ENDED]
    return sorted(found, key=lambda each: (each.severity, -each.id))


def _then(work: Work, number: int, at: datetime) -> Incident | None:
    incident = incidents.get(work.tx, number)
    return as_of(incident, timeline.list_of(work.tx, number), at) if incident else None


def _open(work: Work, incident: Incident, at: datetime) -> words.Open:
    missing = None
    if incident.state is State.RESOLVED:
        noted = [each for each in follow_ups.list_of(work.tx, incident.id) if each.at < at]
        missing = missing_to_close(incident, len(noted))
    roles = {
        each.role: each.person
        for each in participants.list_of(work.tx, incident.id)
        if each.since < at
    }
    return words.Open(
        head=read.head(incident),
        standing=read.standing(work, incident),
        lead=who_if(work, roles.get(Role.LEAD)),
        second=who_if(work, roles.get(Role.SECOND)),
        next_step=incident.update_text,
        missing=missing,
    )


def _came_back(work: Work, start: datetime, at: datetime) -> list[Head]:
    opened = incidents.list_opened(work.tx, start, at)
    then = (_then(work, each.id, at) for each in opened if each.came_back_from)
    return [read.head(each) for each in then if each is not None]


def _flapping(work: Work, start: datetime, at: datetime) -> list[tuple[str, int]]:
    found = shift_figures.rows(work.tx, shift_figures.flapping(start, at))
    return [(row.alarm, row.times) for row in found]


# ── what is owed, and what comes ──────────────────────────────────────────────────────────────
def _owed_at(work: Work, at: datetime) -> list[words.Owed]:
    found = follow_ups.list_owed_at(work.tx, at, limit=MOST_OWED)
    return [owed_line(work, each) for each in found]


def owed_line(work: Work, owed: FollowUp) -> words.Owed:
    """A follow-up with the name of the team that owes it."""
    team = work.org.teams.get(owed.team) if owed.team else None
    name = team.name if team else owed.team
    return words.Owed(key=f"INC-{owed.incident}", text=owed.text, team=name)


def _coming(work: Work, schedule: Schedule, made: Handover, at: datetime) -> words.Coming:
    return words.Coming(
        cover=[
            words.Serving(who=who(work, each.person), start=each.start_at, end=each.end_at)
            for each in covers.list_open_at(work.tx, at)
            if each.rota == made.rota and each.end_at > made.boundary
        ],
        gaps=list(_gaps(work, schedule, made.boundary)),
        tours=[
            words.TourEnd(who=who(work, each.person), day=each.ends)
            for rota in work.org.rotas.values()
            if rota.kind is RotaKind.VOLUNTEERS
            for each in rota.tours
            if each.accepted_on is not None
            and made.boundary.date() <= each.ends <= (made.boundary + TOURS_AHEAD).date()
        ],
    )


def _gaps(work: Work, schedule: Schedule, since: datetime) -> Iterator[words.Gap]:
    """Where nobody would be rung first, or no manager after them."""
    for name in dict.fromkeys((work.org.out_of_hours_rota, work.org.manager_rota)):
        until = schedule.ahead(name, since, since + GAPS_AHEAD)
        for start, end in rules.gaps(schedule, name, since, until):
            yield words.Gap(rota=name, start=start, end=end)
