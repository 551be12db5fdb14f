"""Severity is computed, not chosen (product.md 5 and 31)."""

from dataclasses import dataclass

from app.rules.organisation import Alarm, AlarmKey, Organisation, Service, Severity, Sla, SlaId


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """The severity and the one line that says why. `review` puts the alarm on the review list."""

    severity: Severity
    reason: str
    sla: SlaId | None = None
    review: str | None = None


def assess_alert(
    org: Organisation,
    *,
    alarm: Alarm | None,
    key: str,
    working: bool,
    shown_met: str | None,
) -> Assessment:
    """The severity of an alert called `key`.

    `working` says whether the owning team is in working hours now. `shown_met` names a live
    heartbeat that shows the threatened SLA met, if there is one; only that can hold an
    unaccepted alarm on a core SLA back out of hours, so a wrong gate fails towards a page.
    """
    if alarm is None:
        return Assessment(
            severity=Severity.P2,
            reason=f"P2: alarm {key} is not in the catalogue; it is on the review list",
            review="unknown",
        )
    service = org.services.get(alarm.service)
    sla = service.sla(alarm.threatens) if service and alarm.threatens else None
    review = None if alarm.accepted else "unaccepted"
    if sla is None:
        return _without_sla(alarm, review)
    if sla.core and review and not working and shown_met:
        return Assessment(
            severity=Severity.P2,
            reason=f"P2: alarm {key} is not accepted yet, and heartbeat {shown_met} shows SLA "
            f'"{sla.text}" met',
            sla=sla.id,
            review=review,
        )
    return _threatens(sla, review)


def assess_many(source: str, number: int) -> Assessment:
    """What so many unknown alarms from one source amount to: no more than each of them."""
    return Assessment(
        severity=Severity.P2,
        reason=f"P2: {number} incidents of unknown alarms from {source} are open; further ones "
        "stand here together",
    )


def alarms_on_core_slas(org: Organisation) -> frozenset[AlarmKey]:
    """The alarms that may be a P1."""
    return frozenset(
        alarm.key
        for alarm in org.alarms.values()
        if (service := org.services.get(alarm.service)) is not None
        and alarm.threatens is not None
        and (sla := service.sla(alarm.threatens)) is not None
        and sla.core
    )


def assess_declared(service: Service | None, sla: Sla | None) -> Assessment:
    """The severity of what a person declares: when unsure, higher (product.md 5)."""
    if sla is not None:
        return _threatens(sla, None)
    core = next((each for each in service.slas if each.core), None) if service else None
    if core is not None:
        return Assessment(
            severity=Severity.P1,
            reason=f'P1: may threaten SLA "{core.text}" (declared without naming an SLA)',
            sla=core.id,
        )
    if service is not None:
        return Assessment(severity=Severity.P2, reason=f"P2: {service.name} has no core SLA")
    return Assessment(
        severity=Severity.P1, reason="P1: declared without a service; unsure, so higher"
    )


def _threatens(sla: Sla, review: str | None) -> Assessment:
    severity = Severity.P1 if sla.core else Severity.P2
    return Assessment(
        severity=severity,
        reason=f'{severity}: threatens SLA "{sla.text}"',
        sla=sla.id,
        review=review,
    )


def _without_sla(alarm: Alarm, review: str | None) -> Assessment:
    severity = alarm.severity or Severity.P2
    return Assessment(
        severity=severity,
        reason=f"{severity}: alarm {alarm.key} threatens no SLA",
        review=review,
    )
