"""The past of an incident, from its timeline alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.rules.as_of import as_of
from app.rules.incident import Incident, State
from app.rules.organisation import Severity

OPENED = datetime(2026, 3, 6, 3, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Line:
    minute: int
    kind: str
    by: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        return OPENED + timedelta(minutes=self.minute)


NOW = Incident(
    id=12,
    trouble="service:elt",
    title="Load is late",
    severity=Severity.P1,
    reason="P1: threatens an SLA",
    state=State.CLOSED,
    source="alertmanager",
    opened_at=OPENED,
    triggered_at=OPENED,
    acknowledged_by="chi",
    acknowledged_at=OPENED + timedelta(minutes=20),
    root_cause="a disk",
    update_text="done",
)
STORY = [
    Line(minute=0, kind="opened", facts={"severity": "P3", "reason": "P3: its alarm says so"}),
    Line(minute=2, kind="acknowledged", by="ana"),
    Line(minute=5, kind="raised", facts={"was": "P3", "to": "P1", "reason": "P1: an SLA"}),
    Line(minute=10, kind="acknowledged", by="ben"),
    Line(minute=12, kind="update", by="ben", facts={"text": "looking"}),
    Line(minute=15, kind="expired", facts={"why": "no progress"}),
    Line(minute=20, kind="acknowledged", by="chi"),
    Line(minute=25, kind="note", by="chi", facts={"text": "no change of state"}),
    Line(minute=30, kind="resolved", by="chi"),
    Line(minute=35, kind="root_cause", by="chi", facts={"text": "a disk"}),
    Line(minute=40, kind="closed", by="mia"),
    Line(minute=50, kind="reopened", by="mia"),
]


@pytest.mark.parametrize(
    ("minute", "severity", "state", "holder"),
    [
        (1, "P3", "triggered", None),
        (3, "P3", "acknowledged", "ana"),
        (6, "P1", "triggered", None),
        (11, "P1", "acknowledged", "ben"),
        (16, "P1", "triggered", None),
        (26, "P1", "acknowledged", "chi"),
        (31, "P1", "resolved", "chi"),
        (41, "P1", "closed", "chi"),
        (51, "P1", "triggered", None),
    ],
)
def test_state_severity_and_holder_are_those_of_the_instant(
    minute: int, severity: str, state: str, holder: str | None
) -> None:
    then = as_of(NOW, STORY, OPENED + timedelta(minutes=minute))
    assert then is not None
    assert (then.severity, then.state, then.acknowledged_by) == (severity, state, holder)


def test_the_instant_itself_belongs_to_what_follows() -> None:
    assert as_of(NOW, STORY, OPENED) is None
    then = as_of(NOW, STORY, OPENED + timedelta(minutes=2))
    assert then is not None
    assert then.state is State.TRIGGERED


def test_update_and_cause_appear_when_they_were_told() -> None:
    early = as_of(NOW, STORY, OPENED + timedelta(minutes=11))
    late = as_of(NOW, STORY, OPENED + timedelta(minutes=36))
    assert early is not None
    assert late is not None
    assert (early.update_text, early.root_cause) == (None, None)
    assert (late.update_text, late.root_cause) == ("looking", "a disk")
    assert (late.update_by, late.resolved_by) == ("ben", "chi")
