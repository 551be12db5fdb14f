"""Absences, told as they stand."""

from collections.abc import Mapping
from typing import Any

from app.calendars.absences import RULE
from app.chat.message import Message
from app.chat.words import away as words
from app.flows.leave_calendar import AHEAD, found_in
from app.flows.tell.names import who, who_if
from app.flows.work import Work
from app.rules import away
from app.rules.organisation import Leave
from storage import leave_calendars, leaves


def away_for_you(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To whoever is away, where somebody else entered it or took it back."""
    leave = leaves.get(work.tx, facts["leave"])
    if leave is None:
        return None
    return words.entered_for_you(
        who(work, facts["by"]), leave.start_at, leave.end_at, stands=leave.withdrawn_at is None
    )


def calendar_found(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To its person; nothing once they have confirmed or removed it."""
    calendar = leave_calendars.get(work.tx, facts["calendar"])
    if calendar is None or calendar.removed_at is not None or calendar.found is None:
        return None
    absences = found_in(calendar)
    after = work.schedule
    for each in absences:
        leave = Leave(person=calendar.person, start=each.start, end=each.end, made_at=work.now)
        after = away.going(after, leave)
    return words.calendar_found(
        words.Found(
            calendar=calendar.id,
            hint=calendar.hint,
            absences=[(each.start, each.end) for each in absences],
            changes=[
                words.Change(
                    rota=each.rota,
                    start=each.start,
                    end=each.end,
                    before=who_if(work, each.before),
                    after=who_if(work, each.after),
                )
                for each in away.changes(work.schedule, after, work.now, work.now + AHEAD)
            ],
        ),
        rule=RULE,
    )


def calendar_failed(work: Work, facts: Mapping[str, Any]) -> Message | None:
    """To its person; nothing where it was read in the meantime."""
    calendar = leave_calendars.get(work.tx, facts["calendar"])
    if calendar is None or calendar.removed_at is not None or calendar.problem is None:
        return None
    return words.calendar_failed(calendar.id, calendar.hint, calendar.problem)
