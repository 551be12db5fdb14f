"""The past of an incident, from its timeline alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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


# ── each entry changes what it tells of, and no more ──────────────────────────────────────────
FULL = Incident(
    id=7,
    trouble="service:elt",
    title="Load is late",
    severity=Severity.P1,
    reason="P1: as it stands now",
    state=State.MERGED,
    source="alertmanager",
    opened_at=OPENED,
    triggered_at=OPENED + timedelta(minutes=99),
    acknowledged_by="late",
    acknowledged_at=OPENED + timedelta(minutes=99),
    resolved_by="late",
    resolved_at=OPENED + timedelta(minutes=99),
    ended_by="late",
    ended_at=OPENED + timedelta(minutes=99),
    end_reason="told late",
    root_cause="told late",
    update_text="told late",
    update_by="late",
    update_at=OPENED + timedelta(minutes=99),
    update_due=OPENED + timedelta(minutes=99),
    merged_into=3,
    channel_id="C1",
)
FRESH = replace(
    FULL,
    state=State.TRIGGERED,
    triggered_at=OPENED,
    acknowledged_by=None,
    acknowledged_at=None,
    resolved_by=None,
    resolved_at=None,
    ended_by=None,
    ended_at=None,
    end_reason=None,
    root_cause=None,
    update_text=None,
    update_by=None,
    update_at=None,
    update_due=None,
)
"""As it opened: nothing that was told later."""
FIFTH = OPENED + timedelta(minutes=5)
ACKNOWLEDGED = {"state": State.ACKNOWLEDGED, "acknowledged_by": "ana", "acknowledged_at": FIFTH}


def after(*entries: Line, incident: Incident = FULL) -> Incident:
    then = as_of(incident, entries, OPENED + timedelta(hours=1))
    assert then is not None
    return then


@pytest.mark.parametrize(
    ("kind", "facts", "change"),
    [
        ("opened", {"severity": "P3", "reason": "why"}, {"severity": Severity.P3, "reason": "why"}),
        ("opened", {}, {}),
        ("acknowledged", {}, ACKNOWLEDGED),
        (
            "resolved",
            {},
            {"state": State.RESOLVED, "resolved_by": "ana", "resolved_at": FIFTH},
        ),
        ("update", {"text": "t"}, {"update_text": "t", "update_by": "ana", "update_at": FIFTH}),
        ("root_cause", {"text": "t"}, {"root_cause": "t"}),
        ("expired", {}, {"triggered_at": FIFTH}),
        ("reopened", {}, {"triggered_at": FIFTH}),
        ("raised", {"to": "P0"}, {"severity": Severity.P0}),
        ("raised", {"to": "P0", "reason": "why"}, {"severity": Severity.P0, "reason": "why"}),
        ("rang", {"method": "push"}, {}),
        *(
            (
                state.value,
                {"why": "because"},
                {"state": state, "ended_by": "ana", "ended_at": FIFTH, "end_reason": "because"},
            )
            for state in (State.CLOSED, State.CANCELLED, State.MERGED)
        ),
        ("closed", {}, {"state": State.CLOSED, "ended_by": "ana", "ended_at": FIFTH}),
    ],
)
def test_an_entry_changes_what_it_tells_of(
    kind: str, facts: Mapping[str, Any], change: Mapping[str, Any]
) -> None:
    assert after(Line(minute=5, kind=kind, by="ana", facts=facts)) == replace(FRESH, **change)


@pytest.mark.parametrize(
    ("was", "to", "kept"),
    [("P3", "P1", False), ("P2", "P0", False), ("P4", "P2", True), ("P1", "P0", True)],
)
def test_only_a_raise_to_what_wakes_asks_for_a_new_acknowledgement(
    was: str, to: str, kept: bool
) -> None:
    """Whoever took what wakes nobody did not take a P1 (product.md 14)."""
    then = after(
        Line(minute=0, kind="opened", facts={"severity": was}),
        Line(minute=5, kind="acknowledged", by="ana"),
        Line(minute=9, kind="raised", facts={"to": to}),
    )
    ninth = {"triggered_at": OPENED + timedelta(minutes=9)}
    assert then == replace(FRESH, severity=Severity(to), **(ACKNOWLEDGED if kept else ninth))


def test_what_expired_or_was_reopened_is_taken_and_ended_by_nobody() -> None:
    story = [
        Line(minute=1, kind="acknowledged", by="ana"),
        Line(minute=2, kind="resolved", by="ana"),
        Line(minute=3, kind="closed", by="ana", facts={"why": "over"}),
        Line(minute=5, kind="reopened", by="ben"),
    ]
    assert after(*story) == replace(FRESH, triggered_at=FIFTH)


def test_an_incident_that_opens_later_was_not_there() -> None:
    assert as_of(FULL, [], OPENED + timedelta(microseconds=1)) == FRESH
    assert as_of(FULL, [], OPENED - timedelta(microseconds=1)) is None
