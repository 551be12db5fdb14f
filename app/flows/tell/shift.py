"""A shift in figures, each from one query that anybody can run again (product.md 28 and 29)."""

from datetime import datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.chat.words import handover as words
from app.flows.work import Work
from app.rules import calendar
from app.rules.organisation import PersonId
from storage import people, shift_figures

ASLEEP_FROM, ASLEEP_TO = time(23), time(7)
"""On the clock of whoever was rung."""
MOST_ALARMS = 3


def shift_numbers(work: Work, start: datetime, end: datetime) -> words.ShiftNumbers:
    """Of `[start, end)`."""
    tx, figures = work.tx, shift_figures
    answers = figures.rows(tx, figures.answered(start, end))
    waits = [(row.ended_at - row.started_at).total_seconds() for row in answers]
    alarms = figures.rows(tx, figures.alarms(start, end))
    return words.ShiftNumbers(
        paged=figures.numbers(tx, figures.paged(start, end)),
        out_of_hours=figures.numbers(tx, figures.out_of_hours(start, end)),
        asleep=_asleep(work, start, end),
        escalated=figures.numbers(tx, figures.escalated(start, end)),
        self_cleared=figures.numbers(tx, figures.self_cleared(start, end)),
        acknowledged_in=timedelta(seconds=median(waits)) if waits else None,
        top_alarms=[(row.alarm, row.incidents) for row in alarms[:MOST_ALARMS]],
    )


def budget_used(work: Work, at: datetime) -> list[int]:
    """The incidents that rang somebody out of hours in the month of `at`, until then."""
    return shift_figures.numbers(work.tx, shift_figures.out_of_hours(month_of(work, at), at))


def month_of(work: Work, at: datetime) -> datetime:
    """The first instant of the month, where the organisation is."""
    local = at.astimezone(work.org.timezone)
    return calendar.to_utc(local.date().replace(day=1), time(0), work.org.timezone)


def is_asleep(work: Work, person: PersonId, at: datetime) -> bool:
    """Between 23:00 and 07:00 on the person's own clock."""
    clock = at.astimezone(zone_of(work, person)).time()
    return clock >= ASLEEP_FROM or clock < ASLEEP_TO


def zone_of(work: Work, person: PersonId) -> ZoneInfo:
    """As the file says, else as Slack does; of somebody neither knows, the organisation's."""
    listed = work.org.people.get(person)
    if listed is not None:
        return listed.timezone
    account = people.get(work.tx, person)
    try:
        return ZoneInfo(account.timezone) if account and account.timezone else work.org.timezone
    except (ZoneInfoNotFoundError, ValueError):
        return work.org.timezone


def _asleep(work: Work, start: datetime, end: datetime) -> list[int]:
    found = shift_figures.rows(work.tx, shift_figures.rung(start, end))
    woken = (row.incident for row in found if is_asleep(work, row.person, row.at))
    return sorted(dict.fromkeys(woken))
