"""What happened in a shift, each figure one query over `[start, end)` (product.md 28 and 29).

The queries are values, so that whoever reads a handover can be shown them and run them again.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from storage.escalations import EscalationKind, Ringing
from storage.tables import alerts, escalations, incidents, pages

FLAPS = 3
"""So many firings of one thing in a shift are flapping."""


def paged(start: datetime, end: datetime) -> Select[Any]:
    """The incidents for which people were rung."""
    return _started(select(escalations.c.incident).distinct(), start, end).order_by(
        escalations.c.incident
    )


def out_of_hours(start: datetime, end: datetime) -> Select[Any]:
    """Those that rang somebody out of hours: what the budget counts (product.md 33)."""
    return (
        select(pages.c.incident)
        .distinct()
        .where(pages.c.at >= start, pages.c.at < end, pages.c.out_of_hours)
        .order_by(pages.c.incident)
    )


def rung(start: datetime, end: datetime) -> Select[Any]:
    """Who was rung when: whether they were asleep is a matter of each person's zone."""
    return (
        select(pages.c.incident, pages.c.person, pages.c.at, pages.c.out_of_hours)
        .where(pages.c.at >= start, pages.c.at < end)
        .order_by(pages.c.id)
    )


def answered(start: datetime, end: datetime) -> Select[Any]:
    """When each began to ring and was answered; the median is over these."""
    columns = (escalations.c.incident, escalations.c.started_at, escalations.c.ended_at)
    return _started(select(*columns), start, end).where(
        escalations.c.state == Ringing.ANSWERED.value, escalations.c.ended_at < end
    )


def escalated(start: datetime, end: datetime) -> Select[Any]:
    """Those that rang the managers."""
    rang = (
        select(escalations.c.incident)
        .distinct()
        .join(pages, pages.c.escalation == escalations.c.id)
    )
    return (
        _started(rang, start, end)
        .where(pages.c.tier == 2, pages.c.at < end)
        .order_by(escalations.c.incident)
    )


def self_cleared(start: datetime, end: datetime) -> Select[Any]:
    """Those whose alerts all went away by themselves before anybody answered."""
    told = and_(alerts.c.incident == escalations.c.incident, alerts.c.first_at < end)
    fires = or_(alerts.c.ended_at.is_(None), alerts.c.ended_at >= end)
    other = escalations.alias("answered")
    met = (
        select(other.c.id)
        .join(alerts, alerts.c.incident == other.c.incident)
        .where(
            other.c.incident == escalations.c.incident,
            other.c.state == Ringing.ANSWERED.value,
            other.c.ended_at < end,
            alerts.c.first_at < other.c.ended_at,
            alerts.c.ended_at >= other.c.ended_at,
        )
    )
    found = _started(select(escalations.c.incident).distinct(), start, end).where(
        select(alerts.c.id).where(told).exists(),
        ~select(alerts.c.id).where(told, fires).exists(),
        ~met.exists(),
    )
    return found.order_by(escalations.c.incident)


def alarms(start: datetime, end: datetime) -> Select[Any]:
    """What rang, and for how many incidents; the most first."""
    count = func.count(func.distinct(escalations.c.incident))
    rang = select(incidents.c.alarm, count.label("incidents")).join(
        escalations, escalations.c.incident == incidents.c.id
    )
    return (
        _started(rang, start, end)
        .where(incidents.c.alarm.is_not(None))
        .group_by(incidents.c.alarm)
        .order_by(count.desc(), incidents.c.alarm)
    )


def flapping(start: datetime, end: datetime) -> Select[Any]:
    """What fired again and again, among the alerts of incidents that were opened in the shift or
    not over before it."""
    about = select(incidents.c.id).where(
        incidents.c.opened_at < end,
        or_(incidents.c.opened_at >= start, _unfinished(start)),
    )
    times = func.count(alerts.c.id)
    return (
        select(alerts.c.alarm, times.label("times"))
        .where(alerts.c.incident.in_(about), alerts.c.first_at >= start, alerts.c.first_at < end)
        .group_by(alerts.c.source, alerts.c.fingerprint, alerts.c.alarm)
        .having(times >= FLAPS)
        .order_by(times.desc(), alerts.c.alarm)
    )


def not_over(at: datetime) -> Select[Any]:
    """What may have been open or resolved just before `at`; its timeline tells how it stood."""
    return (
        select(incidents.c.id)
        .where(incidents.c.opened_at < at, _unfinished(at))
        .order_by(incidents.c.id)
    )


FIGURES: Mapping[str, Callable[[datetime, datetime], Select[Any]]] = {
    "paged": paged,
    "out_of_hours": out_of_hours,
    "rung": rung,
    "answered": answered,
    "escalated": escalated,
    "self_cleared": self_cleared,
    "alarms": alarms,
    "flapping": flapping,
}


def numbers(tx: Connection, query: Select[Any]) -> list[int]:
    """The incidents that a query names."""
    return list(tx.execute(query).scalars())


def rows(tx: Connection, query: Select[Any]) -> list[Row[Any]]:
    return list(tx.execute(query).all())


def spelled(tx: Connection, query: Select[Any]) -> str:
    """As this database takes it, with every value in it."""
    return str(query.compile(dialect=tx.dialect, compile_kwargs={"literal_binds": True}))


def _started(query: Select[Any], start: datetime, end: datetime) -> Select[Any]:
    return query.where(
        escalations.c.kind == EscalationKind.INCIDENT.value,
        escalations.c.started_at >= start,
        escalations.c.started_at < end,
    )


def _unfinished(at: datetime) -> Any:
    return or_(incidents.c.ended_at.is_(None), incidents.c.ended_at >= at)
