"""Prometheus Alertmanager's webhook, version 4."""

from collections.abc import Mapping
from typing import Any

from app.rules.alert import Alert, AlertState
from handlers.web.intake import readers
from handlers.web.intake.readers import Unreadable


def read(body: bytes) -> list[Alert]:
    """Every alert of the group. Raises Unreadable when the body is no webhook of version 4.

    A group cut short by `max_alerts` adds one alert that says so, because those left out would
    otherwise be lost.
    """
    group = readers.as_object(readers.decode(body), "the body")
    if group.get("version") != "4":
        raise Unreadable("it is not version 4 of Alertmanager's webhook")
    found = [
        _alert(readers.as_object(each, "an alert"), group)
        for each in readers.as_list(group.get("alerts"), "alerts")
    ]
    left_out = group.get("truncatedAlerts") or 0
    if isinstance(left_out, int) and left_out > 0:
        found.append(_left_out(group, left_out))
    if not found:
        raise Unreadable("it holds no alert")
    return found


def _alert(alert: Mapping[str, Any], group: Mapping[str, Any]) -> Alert:
    labels = readers.as_labels(alert.get("labels"))
    notes = readers.as_labels(alert.get("annotations"))
    name = labels.get("alertname") or readers.as_labels(group.get("groupLabels")).get("alertname")
    if not name:
        raise Unreadable("an alert has no label alertname")
    state = AlertState.RESOLVED if alert.get("status") == "resolved" else AlertState.FIRING
    fingerprint = readers.as_text(alert.get("fingerprint"), 128)
    raw = alert.get("annotations")
    described = raw.get("description") if isinstance(raw, dict) else None
    return Alert(
        alarm=name,
        fingerprint=fingerprint or readers.digest(*(f"{k}={v}" for k, v in sorted(labels.items()))),
        state=state,
        title=(notes.get("summary") or notes.get("title") or name)[: readers.TITLE],
        service=labels.get("service") or None,
        details=readers.as_text(described, lines=True) or None,
        url=readers.as_link(alert.get("generatorURL")),
        labels=labels,
        started_at=readers.as_time(alert.get("startsAt")),
        ended_at=readers.as_time(alert.get("endsAt")) if state is AlertState.RESOLVED else None,
    )


def _left_out(group: Mapping[str, Any], number: int) -> Alert:
    labels = readers.as_labels(group.get("commonLabels"))
    name = labels.get("alertname", "truncated")
    resolved = group.get("status") == "resolved"
    return Alert(
        alarm=name,
        fingerprint="left-out:" + readers.digest(readers.as_text(group.get("groupKey"))),
        state=AlertState.RESOLVED if resolved else AlertState.FIRING,
        title=f"{name}: Alertmanager left {number} more alerts of this group out",
        service=labels.get("service") or None,
        url=readers.as_link(group.get("externalURL")),
        labels=labels,
    )
