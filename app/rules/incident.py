"""What an incident is, and the only moves it may make (product.md 14)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from app.rules.organisation import AlarmKey, PersonId, ServiceId, Severity, SlaId

IncidentId: TypeAlias = int

REOPEN_WITHIN = timedelta(minutes=30)
"""A firing this soon after a resolve reopens; later it is a new incident (product.md 14)."""
CAME_BACK_WITHIN = timedelta(days=30)


class State(StrEnum):
    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"

    @property
    def is_open(self) -> bool:
        return self in OPEN


OPEN = frozenset({State.TRIGGERED, State.ACKNOWLEDGED})
EDGES: dict[State, frozenset[State]] = {
    State.TRIGGERED: frozenset({State.ACKNOWLEDGED, State.CANCELLED, State.MERGED}),
    State.ACKNOWLEDGED: frozenset({State.TRIGGERED, State.RESOLVED, State.CANCELLED, State.MERGED}),
    State.RESOLVED: frozenset({State.CLOSED, State.TRIGGERED}),
    State.CLOSED: frozenset({State.TRIGGERED}),
    State.CANCELLED: frozenset(),
    State.MERGED: frozenset(),
}


def may_move(here: State, there: State) -> bool:
    """Whether the state machine has this edge; nothing else moves."""
    return there in EDGES[here]


@dataclass(frozen=True, kw_only=True)
class Incident:
    """One trouble, as people work on it. All times are aware UTC.

    `trouble` is what alerts attach by: the service, or without one the alarm or the source.
    `reason` is the card's line that says why the severity is what it is.
    """

    id: IncidentId
    trouble: str
    title: str
    severity: Severity
    reason: str
    state: State
    source: str
    triggered_at: datetime
    opened_at: datetime
    service: ServiceId | None = None
    sla: SlaId | None = None
    alarm: AlarmKey | None = None
    runbook: str | None = None
    dashboard: str | None = None
    declared_by: PersonId | None = None
    acknowledged_by: PersonId | None = None
    acknowledged_at: datetime | None = None
    progress_at: datetime | None = None
    resolved_by: PersonId | None = None
    resolved_at: datetime | None = None
    ended_by: PersonId | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    root_cause: str | None = None
    merged_into: IncidentId | None = None
    came_back_from: IncidentId | None = None
    out_of_hours: bool = False
    channel_id: str | None = None
    channel_name: str | None = None
    update_text: str | None = None
    update_by: PersonId | None = None
    update_at: datetime | None = None
    update_due: datetime | None = None

    @property
    def key(self) -> str:
        """How people name it: INC-12."""
        return f"INC-{self.id}"


class FollowUpKind(StrEnum):
    WORK = "work"
    NONE_BECAUSE = "none"


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """What is still owed after the incident, or the explicit "none, because" (product.md 18)."""

    id: int
    incident: IncidentId
    kind: FollowUpKind
    text: str
    by: PersonId
    at: datetime
    team: str | None = None
    due: datetime | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Missing:
    """What still stands between an incident and its close."""

    root_cause: bool
    follow_up: bool

    def __bool__(self) -> bool:
        return self.root_cause or self.follow_up


def missing_to_close(incident: Incident, follow_ups: int) -> Missing:
    """Close needs a root cause and at least one follow-up or "none, because" (product.md 18)."""
    return Missing(root_cause=not incident.root_cause, follow_up=follow_ups == 0)
