"""An incident as it stood at an earlier instant, as its timeline tells (product.md 29)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from app.rules.incident import Incident, State
from app.rules.organisation import PersonId, Severity


class Entry(Protocol):
    """A line of the timeline."""

    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def by(self) -> PersonId | None: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...


def as_of(incident: Incident, entries: Iterable[Entry], at: datetime) -> Incident | None:
    """Its state, people, update and root cause just before `at`; None if it was not open yet.

    Half-open like a shift: what happened at the boundary itself belongs to what follows.
    """
    if incident.opened_at >= at:
        return None
    then = _triggered(
        replace(incident, update_text=None, update_by=None, update_at=None, root_cause=None),
        incident.opened_at,
    )
    for entry in entries:
        change = _CHANGES.get(entry.kind)
        if change is not None and entry.at < at:
            then = change(then, entry)
    return then


def _triggered(then: Incident, at: datetime) -> Incident:
    return replace(
        then,
        state=State.TRIGGERED,
        triggered_at=at,
        acknowledged_by=None,
        acknowledged_at=None,
        resolved_by=None,
        resolved_at=None,
        ended_by=None,
        ended_at=None,
        end_reason=None,
        update_due=None,
    )


def _opened(then: Incident, entry: Entry) -> Incident:
    severity = Severity(entry.facts.get("severity", then.severity))
    return replace(then, severity=severity, reason=entry.facts.get("reason", then.reason))


def _raised(then: Incident, entry: Entry) -> Incident:
    was, to = then.severity, Severity(entry.facts["to"])
    worse = replace(then, severity=to, reason=entry.facts.get("reason", then.reason))
    # Whoever took what wakes nobody did not take a P1 (product.md 14).
    return _triggered(worse, entry.at) if to.wakes and not was.wakes else worse


def _again(then: Incident, entry: Entry) -> Incident:
    return _triggered(then, entry.at)


def _acknowledged(then: Incident, entry: Entry) -> Incident:
    return replace(
        then, state=State.ACKNOWLEDGED, acknowledged_by=entry.by, acknowledged_at=entry.at
    )


def _resolved(then: Incident, entry: Entry) -> Incident:
    return replace(then, state=State.RESOLVED, resolved_by=entry.by, resolved_at=entry.at)


def _ended(state: State) -> Callable[[Incident, Entry], Incident]:
    return lambda then, entry: replace(
        then,
        state=state,
        ended_by=entry.by,
        ended_at=entry.at,
        end_reason=entry.facts.get("why"),
    )


def _updated(then: Incident, entry: Entry) -> Incident:
    return replace(then, update_text=entry.facts["text"], update_by=entry.by, update_at=entry.at)


def _explained(then: Incident, entry: Entry) -> Incident:
    return replace(then, root_cause=entry.facts["text"])


_CHANGES: Mapping[str, Callable[[Incident, Entry], Incident]] = {
    "opened": _opened,
    "raised": _raised,
    "expired": _again,
    "reopened": _again,
    "acknowledged": _acknowledged,
    "took_over": _acknowledged,
    "resolved": _resolved,
    "closed": _ended(State.CLOSED),
    "cancelled": _ended(State.CANCELLED),
    "merged": _ended(State.MERGED),
    "update": _updated,
    "root_cause": _explained,
}
"""By kind of entry; the others change nothing that is told of an incident."""
