"""The handover, told as things stand; every number is from one query over the shift."""

from collections import Counter
from datetime import datetime, timedelta
from statistics import median

from app.chat.message import Message
from app.chat.words import handover as words
from app.chat.words.headline import Head
from app.flows.tell import facts as read
from app.flows.tell.names import everyone, who_if
from app.flows.work import Work
from app.rules import calendar, routing
from app.rules.incident import Incident, State
from storage import escalations, follow_ups, handovers, incidents
from storage.escalations import Escalation, Ringing
from storage.handovers import Handover

WORTH_A_WORD = timedelta(minutes=2)
"""A handover said later than this after its boundary says so."""


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
            open=[_open(work, each) for each in incidents.list_not_closed(work.tx)],
            came_back=_came_back(work, made),
            numbers=_numbers(work, made),
            budget=work.org.page_budget,
            budget_used=used,
            owed=[
                words.Owed(key=f"INC-{each.incident}", text=each.text, team=each.team)
                for each in follow_ups.list_owed(work.tx)
            ],
            note=made.note,
            note_by=who_if(work, made.note_by),
            accepted_by=who_if(work, made.accepted_by),
            accepted_at=made.accepted_at,
            late=late if late > WORTH_A_WORD else None,
        )
    )


def _open(work: Work, incident: Incident) -> words.Open:
    step = incident.update_text
    if incident.state is State.RESOLVED:
        step = "resolved; its root cause or follow-up is still owed"
    return words.Open(
        head=read.head(incident), standing=read.standing(work, incident), next_step=step
    )


def _came_back(work: Work, made: Handover) -> list[Head]:
    opened = incidents.list_opened(work.tx, made.shift_start, made.boundary)
    return [read.head(each) for each in opened if each.came_back_from]


def _numbers(work: Work, made: Handover) -> words.ShiftNumbers:
    started = escalations.list_started(work.tx, made.shift_start, made.boundary)
    paged = {each.incident for each in started}
    answers = [each for each in map(_answered_in, started) if each is not None]
    alarms = Counter(
        each.alarm
        for each in (incidents.get(work.tx, number) for number in sorted(paged))
        if each is not None and each.alarm
    )
    return words.ShiftNumbers(
        paged=len(paged),
        out_of_hours=escalations.count_out_of_hours(work.tx, made.shift_start, made.boundary),
        escalated=len({each.incident for each in started if each.tier == 2}),
        acknowledged_in=timedelta(seconds=median(answers)) if answers else None,
        top_alarms=alarms.most_common(3),
    )


def _answered_in(escalation: Escalation) -> float | None:
    if escalation.state is not Ringing.ANSWERED or escalation.ended_at is None:
        return None
    return (escalation.ended_at - escalation.started_at).total_seconds()


def _month(work: Work, at: datetime) -> datetime:
    """The first instant of the month, where the organisation is."""
    local = at.astimezone(work.org.timezone)
    midnight = datetime.min.time()
    return calendar.to_utc(local.date().replace(day=1), midnight, work.org.timezone)
