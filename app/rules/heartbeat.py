"""Heartbeats: when one is late, and whether one shows that an SLA is met (product.md 5)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.rules import calendar
from app.rules.organisation import Heartbeat, Organisation, ServiceId, SlaId


def expected_since(heartbeat: Heartbeat, now: datetime) -> datetime:
    """The latest instant at which a beat was due: nothing older than this shows anything."""
    due = heartbeat.due
    if due.at is None or due.timezone is None:
        return now - due.every
    today = now.astimezone(due.timezone).date()
    at = calendar.to_utc(today, due.at, due.timezone)
    if at > now:
        at = calendar.to_utc(today - timedelta(days=1), due.at, due.timezone)
    return at


def is_late(heartbeat: Heartbeat, last: datetime | None, now: datetime) -> bool:
    """Late: the beat that was due, plus its grace, has not come.

    A daily beat counts for a due time when it came within the period that ends with its grace.
    """
    due = expected_since(heartbeat, now - heartbeat.grace)
    if heartbeat.due.at is None:
        return last is None or last < now - heartbeat.due.every - heartbeat.grace
    return last is None or last <= due - heartbeat.due.every + heartbeat.grace


def shows_met(
    org: Organisation,
    service: ServiceId,
    sla: SlaId,
    last: Mapping[str, datetime],
    now: datetime,
) -> str | None:
    """The key of a live heartbeat that shows the SLA met; None when nothing can tell."""
    for heartbeat in org.heartbeats.values():
        if heartbeat.service == service and heartbeat.threatens == sla:
            seen = last.get(heartbeat.key)
            if seen is not None and not is_late(heartbeat, seen, now):
                return heartbeat.key
    return None


def is_breached(
    org: Organisation,
    service: ServiceId,
    sla: SlaId,
    last: Mapping[str, datetime],
    now: datetime,
) -> bool:
    """Breached when its heartbeat is late, or when nothing could tell (product.md 5)."""
    return shows_met(org, service, sla, last, now) is None
