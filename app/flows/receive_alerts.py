"""Take alerts in: attach each to its trouble's open incident, reopen, or open a new one."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.flows import speak
from app.flows.open_incident import (
    is_out_of_hours,
    may_reopen,
    open_incident,
    raise_severity,
    trigger_again,
)
from app.flows.work import Work
from app.rules import heartbeat, severity
from app.rules.alert import Alert, AlertState, Delivery
from app.rules.incident import Incident
from app.rules.organisation import Alarm, Service
from app.rules.severity import Assessment
from storage import alerts, heartbeats, inbox, incidents, reviews, tallies
from storage.inbox import InboxState

RACES = 3
"""How often a lost race for the same trouble is looked at again; one is what happens."""
MANY = 20
"""So many incidents of unknown alarms without a known service may one source have open; what comes
beyond them stands in one more (reliability.md 2.7). Nobody reads a hundred thousand of them."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """What became of a delivery. `duplicate`: its own delivery id was accepted before. `revoked`:
    its token was, so nothing was kept."""

    attached: tuple[int, ...] = ()
    cleared: int = 0
    duplicate: bool = False
    revoked: bool = False


def receive_alerts(work: Work, delivery: Delivery, found: Sequence[Alert]) -> Received:
    """Keep the raw body and everything it tells, in one transaction; 2xx only after its commit."""
    row = inbox.keep(work.tx, delivery, at=work.now, state=InboxState.DONE, counts=counts_of(found))
    if row is None:
        tallies.add(work.tx, {"suppressed": len(found)})
        return Received(duplicate=True)
    return take_in(work, delivery.source, row, found)


def counts_of(found: Sequence[Alert]) -> dict[str, int]:
    """What is going to become of a body's alerts: there is no third way (invariant I2)."""
    cleared = sum(alert.state is AlertState.RESOLVED for alert in found)
    return {"told": len(found), "attached": len(found) - cleared, "cleared": cleared}


def take_in(work: Work, source: str, row: int, found: Sequence[Alert]) -> Received:
    """The alerts of a body that is in the inbox as `row`."""
    attached, cleared = [], 0
    # One order for everybody, so that two bodies never wait for each other's incidents.
    for alert in sorted(found, key=lambda each: _trouble_key(work, source, each)):
        if alert.state is AlertState.RESOLVED:
            _clear(work, source, row, alert)
            cleared += 1
        else:
            attached.append(_fire(work, source, row, alert).id)
    return Received(attached=tuple(attached), cleared=cleared)


def _fire(work: Work, source: str, row: int, alert: Alert) -> Incident:
    trouble = Trouble.of(work, source, alert)
    incident = attach_or_open(work, source, alert, trouble)
    # Only now, for the incident is held: another telling of this firing waits for us, or is seen.
    known = alerts.find_firing(work.tx, source, alert.fingerprint)
    if known is None:
        _store(work, source, row, alert, trouble, incident)
        return incident
    alerts.repeat(work.tx, known.id, at=work.now)
    if known.incident != incident.id:
        alerts.move_to(work.tx, known.id, incident.id)
    return incident


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What an alert is about, seen with the catalogue of this instant. `title`: many alerts are
    about this one."""

    key: str
    alarm: Alarm | None
    service: Service | None
    assessment: Assessment
    title: str | None = None

    @classmethod
    def of_many(cls, source: str) -> "Trouble":
        return cls(
            key=f"many:{source}",
            alarm=None,
            service=None,
            assessment=severity.assess_many(source, MANY),
            title=f"Many unknown alarms from {source}",
        )

    @classmethod
    def of(cls, work: Work, source: str, alert: Alert) -> "Trouble":
        alarm = work.org.alarms.get(alert.alarm)
        service = _service(work, alert)
        working = not is_out_of_hours(work, service)
        assessment = severity.assess_alert(
            work.org,
            alarm=alarm,
            key=alert.alarm,
            working=working,
            shown_met=_shown_met(work, alarm),
        )
        return cls(
            key=_trouble_key(work, source, alert),
            alarm=alarm,
            service=service,
            assessment=assessment,
        )


def _service(work: Work, alert: Alert) -> Service | None:
    alarm = work.org.alarms.get(alert.alarm)
    named = alarm.service if alarm else alert.service
    return work.org.services.get(named) if named else None


def _trouble_key(work: Work, source: str, alert: Alert) -> str:
    service = _service(work, alert)
    return f"service:{service.id}" if service else _trouble_of_alarm(source, alert.alarm)


def _trouble_of_alarm(source: str, alarm: str) -> str:
    return f"alarm:{source}:{alarm}"


def _shown_met(work: Work, alarm: Alarm | None) -> str | None:
    if alarm is None or alarm.accepted or alarm.threatens is None:
        return None
    return heartbeat.shows_met(
        work.org, alarm.service, alarm.threatens, heartbeats.last(work.tx), work.now
    )


def attach_or_open(
    work: Work, source: str, alert: Alert, trouble: Trouble, *, none_open: bool = False
) -> Incident:
    """The incident that an alert belongs to now. `none_open`: there was none a moment ago."""
    for _ in range(RACES):
        here = None if none_open else incidents.find_open(work.tx, trouble.key, hold=True)
        none_open = False
        if here is not None:
            _attach(work, here, trouble)
            return work.incident(here.id)
        latest = incidents.find_latest(work.tx, trouble.key)
        if latest is not None and may_reopen(latest, work):
            why = f"{alert.alarm} fired again within 30 minutes of the resolve"
            if trigger_again(work, latest, latest.state, why=why, kind="reopened"):
                raise_severity(work, work.incident(latest.id), trouble.assessment)
            return work.incident(latest.id)
        if _is_beyond(work, source, trouble):
            if incidents.find_open(work.tx, trouble.key) is not None:
                continue  # it came about meanwhile, and is perhaps the last before the cap
            return _among_many(work, source, alert)
        opened = open_incident(
            work,
            trouble=trouble.key,
            before=latest,
            title=trouble.title or alert.title,
            assessment=trouble.assessment,
            source=source,
            service=trouble.service,
            alarm=trouble.alarm,
            alarm_key=None if trouble.title else alert.alarm,
        )
        if opened is not None:
            return opened
    raise RuntimeError(f"the open incident of {trouble.key} appears and disappears")


def _is_beyond(work: Work, source: str, trouble: Trouble) -> bool:
    alone = trouble.service is None and trouble.title is None
    return alone and incidents.are_so_many(work.tx, _trouble_of_alarm(source, ""), MANY)


def _among_many(work: Work, source: str, alert: Alert) -> Incident:
    """The alarm is on the review list all the same."""
    shared = attach_or_open(work, source, alert, Trouble.of_many(source))
    reviews.enter_once(
        work.tx, alert.alarm, source=source, why="unknown", at=work.now, incident=shared.id
    )
    return shared


def _attach(work: Work, incident: Incident, trouble: Trouble) -> None:
    """At equal severity nothing is paged; at a higher one the incident is raised."""
    if not raise_severity(work, incident, trouble.assessment):
        speak.refresh_card(work, incident)


def _store(
    work: Work, source: str, row: int, alert: Alert, trouble: Trouble, incident: Incident
) -> None:
    alerts.add(
        work.tx,
        source=source,
        fingerprint=alert.fingerprint,
        alarm=alert.alarm,
        service=trouble.service.id if trouble.service else None,
        severity=trouble.assessment.severity,
        state=AlertState.FIRING,
        title=alert.title,
        details=alert.details,
        url=alert.url,
        labels=dict(alert.labels),
        first_at=work.now,
        last_at=work.now,
        incident=incident.id,
        inbox=row,
    )
    work.note(incident.id, "alert", alarm=alert.alarm, title=alert.title, source=source)


def _clear(work: Work, source: str, row: int, alert: Alert) -> None:
    """A cleared alert is told and never closes an incident (product.md 9)."""
    known = alerts.find_firing(work.tx, source, alert.fingerprint)
    if known is None:
        alerts.add(
            work.tx,
            source=source,
            fingerprint=alert.fingerprint,
            alarm=alert.alarm,
            service=alert.service,
            severity="P4",
            state=AlertState.RESOLVED,
            title=alert.title,
            details=alert.details,
            url=alert.url,
            labels=dict(alert.labels),
            first_at=work.now,
            last_at=work.now,
            ended_at=work.now,
            incident=None,
            inbox=row,
        )
        return
    if known.incident is not None:
        work.incident(known.incident)  # held before its firing is changed
    if alerts.end(work.tx, known.id, at=work.now) and known.incident is not None:
        work.note(known.incident, "cleared", alarm=alert.alarm, title=alert.title, source=source)
        speak.refresh_card(work, work.incident(known.incident))
