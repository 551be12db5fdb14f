"""Alerts: one row per firing, found by fingerprint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from app.rules.alert import AlertState
from app.rules.incident import IncidentId
from app.rules.organisation import AlarmKey, Severity
from storage import bulk
from storage.columns import dump_json
from storage.prepared import Prepared
from storage.tables import alerts
from storage.upsert import put_if_new


@dataclass(frozen=True, kw_only=True)
class Firing:
    """One stored firing and the incident it belongs to (None: cleared before it was seen)."""

    id: int
    source: str
    fingerprint: str
    alarm: AlarmKey
    service: str | None
    severity: Severity
    state: AlertState
    title: str
    details: str | None
    url: str | None
    labels: Mapping[str, str]
    first_at: datetime
    last_at: datetime
    ended_at: datetime | None
    count: int
    incident: IncidentId | None
    inbox: int


@dataclass(frozen=True, kw_only=True)
class Known:
    """A firing that is stored already."""

    id: int
    fingerprint: str
    incident: IncidentId | None


@dataclass(frozen=True, kw_only=True)
class New:
    """A firing to be stored; `ended`: its sender said in the same breath that it is over."""

    source: str
    fingerprint: str
    alarm: AlarmKey
    service: str | None
    severity: str
    title: str
    details: str | None
    url: str | None
    labels: Mapping[str, str]
    count: int
    incident: IncidentId | None
    inbox: int
    ended: bool


_NEW = (
    "source", "fingerprint", "alarm", "service", "severity", "title", "details", "url", "labels",
    "count", "incident", "inbox", "state", "first_at", "last_at", "ended_at",
)  # fmt: skip

_FIND_FIRING = Prepared(
    select(alerts).where(
        alerts.c.source == bindparam("given_source"),
        alerts.c.fingerprint == bindparam("given_fingerprint"),
        alerts.c.state == AlertState.FIRING,
    ),
    alerts.c,
)


def add(tx: Connection, **values: Any) -> bool:
    """False when this fingerprint is firing already (a lost race)."""
    return put_if_new(tx, alerts, values) is not None


def find_firing(tx: Connection, source: str, fingerprint: str) -> Firing | None:
    asked = {"given_source": source, "given_fingerprint": fingerprint}
    found = _FIND_FIRING.first(tx, asked)
    return _value(found) if found else None


def repeat(tx: Connection, alert_id: int, *, at: datetime) -> None:
    """The same firing was told once more."""
    tx.execute(
        update(alerts).where(alerts.c.id == alert_id).values(count=alerts.c.count + 1, last_at=at)
    )


def add_all(tx: Connection, found: Sequence[New], *, at: datetime) -> None:
    """Store new firings; none of their fingerprints may be firing."""
    now = bulk.instant(tx, at)
    bulk.add(tx, alerts, _NEW, [_new_row(each, now) for each in found])


def _new_row(new: New, now: Any) -> tuple[Any, ...]:
    state, ended = ("resolved", now) if new.ended else ("firing", None)
    return (
        *(new.source, new.fingerprint, new.alarm, new.service, new.severity, new.title),
        *(new.details, new.url, dump_json(dict(new.labels)), new.count, new.incident, new.inbox),
        *(state, now, now, ended),
    )


def find_firings(tx: Connection, source: str, fingerprints: Sequence[str]) -> list[Known]:
    """Those of a source that are firing now."""
    which, value = bulk.among(tx, fingerprints)
    rows = bulk.fetch(
        tx,
        "id, fingerprint, incident",
        f"FROM alerts WHERE source = ? AND state = 'firing' AND fingerprint {which}",
        (source, value),
    )
    return [Known(id=row[0], fingerprint=row[1], incident=row[2]) for row in rows]


def repeat_all(tx: Connection, times: Mapping[int, int], *, at: datetime) -> None:
    """Each of these firings was told so many times more."""
    told = {
        "sqlite": "SELECT CAST(key AS integer) AS id, value AS times FROM json_each(?)",
        "postgresql": "SELECT CAST(key AS bigint) AS id, CAST(value AS integer) AS times"
        " FROM json_each_text(CAST(? AS json))",
    }[tx.dialect.name]
    bulk.run(
        tx,
        "UPDATE alerts SET last_at = ?, count = alerts.count + told.times"
        f" FROM ({told}) AS told WHERE alerts.id = told.id",
        (bulk.instant(tx, at), dump_json(times)),
    )


def end_all(tx: Connection, firings: Sequence[int], *, at: datetime) -> None:
    """The sender says that these are over."""
    which, value = bulk.among(tx, firings, "bigint")
    now = bulk.instant(tx, at)
    bulk.run(
        tx,
        "UPDATE alerts SET state = 'resolved', ended_at = ?, last_at = ?"
        f" WHERE state = 'firing' AND id {which}",
        (now, now, value),
    )


def end(tx: Connection, alert_id: int, *, at: datetime) -> bool:
    """The sender says it is over; True for the first time it says so."""
    change = (
        update(alerts)
        .where(alerts.c.id == alert_id, alerts.c.state == AlertState.FIRING)
        .values(state=AlertState.RESOLVED, ended_at=at, last_at=at)
    )
    return tx.execute(change).rowcount == 1


def move_to(tx: Connection, alert_id: int, incident_id: IncidentId) -> None:
    """The firing belongs to another incident from now on."""
    tx.execute(update(alerts).where(alerts.c.id == alert_id).values(incident=incident_id))


def list_of(tx: Connection, incident_id: IncidentId, *, limit: int = 100) -> list[Firing]:
    rows = tx.execute(
        select(alerts)
        .where(alerts.c.incident == incident_id)
        .order_by(alerts.c.id.desc())
        .limit(limit)
    )
    return [_value(row._mapping) for row in rows]


_ALL = func.count().label("all")
_STILL = func.count().filter(alerts.c.state == AlertState.FIRING).label("still")
_COUNT = Prepared(
    select(_ALL, _STILL).where(alerts.c.incident == bindparam("given_incident")), [_ALL, _STILL]
)


def was_told(tx: Connection, alarm: str) -> bool:
    """Whether anything ever fired under this name."""
    wanted = select(alerts.c.id).where(alerts.c.alarm == alarm).limit(1)
    return tx.execute(wanted).first() is not None


def count_of(tx: Connection, incident_id: IncidentId) -> tuple[int, int]:
    """How many firings the incident has, and how many of them still fire."""
    (found,) = _COUNT.all(tx, {"given_incident": incident_id})
    return found["all"], found["still"]


def _value(found: Mapping[Any, Any]) -> Firing:
    facts = {**found, "state": AlertState(found["state"]), "severity": Severity(found["severity"])}
    return Firing(**facts)
