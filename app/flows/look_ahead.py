"""Look ahead: once a morning, at what the volunteers' rota will need."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from app.flows import correspond
from app.flows.invite import invite_the_files
from app.flows.tour_notices import plan_notices
from app.flows.watch_pool import watch_pool
from app.flows.work import Work
from app.rules.calendar import DAY, to_utc

MORNING = time(9)
"""On the clocks of the organisation."""
LOOKS: Sequence[Callable[[Work], object]] = (invite_the_files, plan_notices, watch_pool)


def plan_look(work: Work) -> datetime:
    """Make sure that the next morning has its look. It waits in a row, so a Baton that was down
    then looks when it is back, and of several replicas one does."""
    morning = _next_morning(work)
    correspond.remind_at(work, morning, "look_ahead", about="volunteers")
    return morning


def is_look_planned(work: Work) -> bool:
    """Only reads, so that it may be asked every second."""
    return correspond.is_reminded(work, _next_morning(work), "look_ahead", about="volunteers")


def look_ahead(work: Work, facts: Mapping[str, Any]) -> None:
    """The morning has come."""
    plan_look(work)
    for look in LOOKS:
        look(work)


def _next_morning(work: Work) -> datetime:
    today = work.now.astimezone(work.org.timezone).date()
    morning = to_utc(today, MORNING, work.org.timezone)
    return morning if work.now < morning else to_utc(today + DAY, MORNING, work.org.timezone)
