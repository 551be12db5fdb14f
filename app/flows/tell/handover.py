"""The handover, told as things were at its boundary, however late it is said or edited."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from statistics import median

import app.flows.tell.facts as read
from app.chat.message import Message
from app.chat.words import handover as words
from app.chat.words.headline import Head
from app.flows.tell.names import everyone, who_if
from app.flows.work import Work
from app.rules import calendar, routing
from app.rules.as_of import as_of
from app.rules.incident import FollowUp, Incident, State, missing_to_close
from storage import escalations, follow_ups, handovers, incidents, timeline
from storage.escalations import Escalation, Ringing
from storage.handovers import Handover

WORTH_A_WORD = timedelta(minutes=2)
"""A handover said later than this after its boundary says so."""
BEFORE_ANY = datetime(2000, 1, 1, tzinfo=UTC)
ENDED = frozenset({State.CLOSED, State.CANCELLED, State.MERGED})
MOST_OWED = 500


def handover(work: Work, handover_id: int) -> Message | None:
    """None for no such handover."""
    made = handovers.get(work.tx, handover_id)
    if made is None:
        return None
    order = routing.manager_order(work.org, work.schedule, made.boundary)
    late = (made.posted_at or work.now) - made.boundary
    used = escalations.count_out_of_hours(work.tx, _month(work, made.boundary), made.boundary)
    return words.handover(
        words.HandoverFacts(
            number=made.id,
            rota=made.rota,
            incoming=who_if(work, made.incoming),
            outgoing=who_if(work, made.outgoing),
            boundary=made.boundary,
            until=made.shift_end,
            manager=who_if(work, order[0] if order else None),
            awake=everyone(work, calendar.awake_now(work.org, made.boundary)),
            shift_start=made.shift_start,
            open=[_open(work, each, made.boundary) for each in _open_at(work, made.boundary)],
            came_back=_came_back(work, made),
            numbers=_numbers(work, made),
            budget=work.org.page_budget,
            budget_used=used,
            owed=_owed_at(work, made.boundary),
            note=made.note,
            note_by=who_if(work, made.note_by),
            accepted_by=who_if(work, made.accepted_by),
            accepted_at=made.accepted_at,
            late=late if late > WORTH_A_WORD else None,
        )
    )


def _open_at(work: Work, at: datetime) -> list[Incident]:
    """What was open or resolved just before `at`, worst and newest first, as it stood then."""
    opened = incidents.list_opened(work.tx, BEFORE_ANY, at)
    unfinished = (each for each in opened if each.ended_at is None or each.ended_at >= at)
    then = (_then(work, each, at) for each in unfinished)
    found = [each for each in then if each is not None and each.state not in ENDED]
    return sorted(found, key=lambda each: (each.severity, -each.id))


def _then(work: Work, incident: Incident, at: datetime) -> Incident | None:
    return as_of(incident, timeline.list_of(work.tx, incident.id), at)


def _open(work: Work, incident: Incident, at: datetime) -> words.Open:
    missing = None
    if incident.state is State.RESOLVED:
        noted = [each for each in follow_ups.list_of(work.tx, incident.id) if each.at < at]
        missing = missing_to_close(incident, len(noted))
    return words.Open(
        head=read.head(incident),
        standing=read.standing(work, incident),
        next_step=incident.update_text,
        missing=missing,
    )


def _owed_at(work: Work, at: datetime) -> list[words.Owed]:
    found = follow_ups.list_owed(work.tx, limit=MOST_OWED)
    return [owed_line(work, each) for each in found if each.at < at]


def owed_line(work: Work, owed: FollowUp) -> words.Owed:
    """A follow-up with the name of the team that owes it."""
    team = work.org.teams.get(owed.team) if owed.team else None
    name = team.name if team else owed.team
    return words.Owed(key=f"INC-{owed.incident}", text=owed.text, team=name)


def _came_back(work: Work, made: Handover) -> list[Head]:
    opened = incidents.list_opened(work.tx, made.shift_start, made.boundary)
    then = (_then(work, each, made.boundary) for each in opened if each.came_back_from)
    return [read.head(each) for each in then if each is not None]


def _numbers(work: Work, made: Handover) -> words.ShiftNumbers:
    started = escalations.list_started(work.tx, made.shift_start, made.boundary)
    paged = {each.incident for each in started}
    answers = [_answered_in(each, made.boundary) for each in started]
    waits = [each for each in answers if each is not None]
    alarms = Counter(
        each.alarm
        for each in (incidents.get(work.tx, number) for number in sorted(paged))
        if each is not None and each.alarm
    )
    return words.ShiftNumbers(
        paged=[f"INC-{number}" for number in sorted(paged)],
        out_of_hours=escalations.count_out_of_hours(work.tx, made.shift_start, made.boundary),
        escalated=len(
            {each.incident for each in started if _rang_managers(work, each, made.boundary)}
        ),
        acknowledged_in=timedelta(seconds=median(waits)) if waits else None,
        top_alarms=alarms.most_common(3),
    )


def _rang_managers(work: Work, escalation: Escalation, before: datetime) -> bool:
    pages = escalations.pages_of(work.tx, escalation.id)
    return any(page.tier == 2 and page.at < before for page in pages)


def _answered_in(escalation: Escalation, before: datetime) -> float | None:
    """Seconds until somebody answered; None when nobody had by then."""
    if escalation.state is not Ringing.ANSWERED or escalation.ended_at is None:
        return None
    if escalation.ended_at >= before:
        return None
    return (escalation.ended_at - escalation.started_at).total_seconds()


def _month(work: Work, at: datetime) -> datetime:
    """The first instant of the month, where the organisation is."""
    local = at.astimezone(work.org.timezone)
    midnight = datetime.min.time()
    return calendar.to_utc(local.date().replace(day=1), midnight, work.org.timezone)
