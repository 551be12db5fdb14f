"""Baton's own JSON, for senders that speak none of the known formats.

One alert, a list of them, or `{"alerts": [...]}`. Of each:
`alarm` (required) the key in the catalogue · `status` "firing" (default) or "resolved" · `title` ·
`service` where the alarm is not in the catalogue · `fingerprint` equal for the same trouble
(default: alarm and labels) · `details` · `url` · `labels` · `started_at`, `ended_at` (RFC 3339).
"""

from collections.abc import Mapping
from typing import Any

from app.rules.alert import Alert, AlertState
from handlers.web.intake import readers
from handlers.web.intake.readers import Unreadable

STATES = {"firing": AlertState.FIRING, "resolved": AlertState.RESOLVED}


def read(body: bytes) -> list[Alert]:
    """Every alert of the body. Raises Unreadable with a short reason."""
    value = readers.decode(body)
    if isinstance(value, dict) and "alerts" in value:
        value = value["alerts"]
    several = readers.as_list(value, "alerts") if isinstance(value, list) else [value]
    if not several:
        raise Unreadable("it holds no alert")
    return [_alert(readers.as_object(each, "an alert")) for each in several]


def _alert(alert: Mapping[str, Any]) -> Alert:
    name = readers.as_text(alert.get("alarm"), readers.LABEL)
    if not name:
        raise Unreadable("an alert has no alarm")
    state = STATES.get(readers.as_text(alert.get("status", "firing"), 20).lower())
    if state is None:
        raise Unreadable("an alert's status is neither firing nor resolved")
    labels = readers.as_labels(alert.get("labels"))
    given = readers.as_text(alert.get("fingerprint"), 128)
    pairs = (f"{key}={value}" for key, value in sorted(labels.items()))
    return Alert(
        alarm=name,
        fingerprint=given or readers.digest(name, *pairs),
        state=state,
        title=readers.as_text(alert.get("title"), readers.TITLE) or name,
        service=readers.as_text(alert.get("service"), readers.LABEL) or None,
        details=readers.as_text(alert.get("details"), lines=True) or None,
        url=readers.as_link(alert.get("url")),
        labels=labels,
        started_at=readers.as_time(alert.get("started_at")),
        ended_at=readers.as_time(alert.get("ended_at")),
    )
