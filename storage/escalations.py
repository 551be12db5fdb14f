"""Escalations and the pages they made: who was rung, when, why, and who answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from app.rules.incident import IncidentId
from app.rules.organisation import PersonId
from storage.tables import escalations, incidents, pages
from storage.upsert import add_if_new


class EscalationKind(StrEnum):
    INCIDENT = "incident"
    PAGE = "page"
    ESCALATE = "escalate"


class Ringing(StrEnum):
    """Of an escalation (ringing, answered, ended) and of a page (also passed)."""

    RINGING = "ringing"
    ANSWERED = "answered"
    PASSED = "passed"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class Escalation:
    id: int
    incident: IncidentId
    kind: EscalationKind
    state: Ringing
    tier: int
    round: int
    step: int
    policy: Mapping[str, Any]
    why: str
    asked_by: PersonId | None
    target: PersonId | None
    started_at: datetime
    step_at: datetime | None
    ended_at: datetime | None
    answered_by: PersonId | None


@dataclass(frozen=True, kw_only=True)
class Page:
    id: int
    escalation: int
    incident: IncidentId
    step: int
    tier: int
    round: int
    person: PersonId
    reason: str
    rota_facts: Mapping[str, Any]
    out_of_hours: bool
    reachable: bool
    state: Ringing
    at: datetime
    answered_at: datetime | None


def start(tx: Connection, **values: Any) -> Escalation | None:
    """The new escalation, or None when the incident's own one rings already."""
    found = add_if_new(tx, escalations, {"state": Ringing.RINGING, "step": 0, **values})
    return _escalation(found) if found else None


def get(tx: Connection, escalation_id: int) -> Escalation | None:
    found = tx.execute(select(escalations).where(escalations.c.id == escalation_id)).one_or_none()
    return _escalation(found) if found else None


def newest_of(tx: Connection, incident_id: IncidentId) -> Escalation | None:
    """The newest escalation of the incident's own kind."""
    found = tx.execute(
        select(escalations)
        .where(
            escalations.c.incident == incident_id,
            escalations.c.kind == EscalationKind.INCIDENT,
        )
        .order_by(escalations.c.id.desc())
        .limit(1)
    ).one_or_none()
    return _escalation(found) if found else None


def list_ringing(tx: Connection, incident_id: IncidentId) -> list[Escalation]:
    rows = tx.execute(
        select(escalations)
        .where(escalations.c.incident == incident_id, escalations.c.state == Ringing.RINGING)
        .order_by(escalations.c.id)
    )
    return [_escalation(row) for row in rows]


def list_started(tx: Connection, start: datetime, end: datetime) -> list[Escalation]:
    """Incidents' own escalations that began in `[start, end)`, oldest first."""
    rows = tx.execute(
        select(escalations)
        .where(
            escalations.c.kind == EscalationKind.INCIDENT,
            escalations.c.started_at >= start,
            escalations.c.started_at < end,
        )
        .order_by(escalations.c.id)
    )
    return [_escalation(row) for row in rows]


def advance(tx: Connection, escalation: Escalation, *, tier: int, round: int, at: datetime) -> bool:
    """Take the next step; True for the one caller that took it from where it stood."""
    change = (
        update(escalations)
        .where(
            escalations.c.id == escalation.id,
            escalations.c.state == Ringing.RINGING,
            escalations.c.step == escalation.step,
        )
        .values(tier=tier, round=round, step=escalation.step + 1, step_at=at)
    )
    return tx.execute(change).rowcount == 1


def end(
    tx: Connection, escalation_id: int, *, at: datetime, answered_by: PersonId | None = None
) -> bool:
    """Stop it: answered by a person, or ended with the incident. True for the first caller."""
    state = Ringing.ANSWERED if answered_by else Ringing.ENDED
    change = (
        update(escalations)
        .where(escalations.c.id == escalation_id, escalations.c.state == Ringing.RINGING)
        .values(state=state, ended_at=at, answered_by=answered_by)
    )
    if tx.execute(change).rowcount != 1:
        return False
    ringing = (pages.c.escalation == escalation_id) & (pages.c.state == Ringing.RINGING)
    if answered_by:
        tx.execute(
            update(pages)
            .where(ringing, pages.c.person == answered_by)
            .values(state=Ringing.ANSWERED, answered_at=at)
        )
    tx.execute(update(pages).where(ringing).values(state=Ringing.ENDED, answered_at=at))
    return True


def add_page(tx: Connection, **values: Any) -> Page | None:
    """The new page, or None when this step rings this person already."""
    found = add_if_new(tx, pages, {"state": Ringing.RINGING, **values})
    return _page(found) if found else None


def get_page(tx: Connection, page_id: int) -> Page | None:
    found = tx.execute(select(pages).where(pages.c.id == page_id)).one_or_none()
    return _page(found) if found else None


def mark_unreachable(tx: Connection, page_id: int) -> bool:
    """Nothing rings the person after all; True for the first who found that out."""
    change = (
        update(pages)
        .where(pages.c.id == page_id, pages.c.state == Ringing.RINGING, pages.c.reachable)
        .values(reachable=False)
    )
    return tx.execute(change).rowcount == 1


def pass_page(tx: Connection, page_id: int, *, at: datetime) -> bool:
    """The person cannot; True for the first press."""
    change = (
        update(pages)
        .where(pages.c.id == page_id, pages.c.state == Ringing.RINGING)
        .values(state=Ringing.PASSED, answered_at=at)
    )
    return tx.execute(change).rowcount == 1


def list_pages(tx: Connection, incident_id: IncidentId) -> list[Page]:
    """Every page of an incident, oldest first."""
    rows = tx.execute(select(pages).where(pages.c.incident == incident_id).order_by(pages.c.id))
    return [_page(row) for row in rows]


def pages_of(tx: Connection, escalation_id: int) -> list[Page]:
    rows = tx.execute(select(pages).where(pages.c.escalation == escalation_id).order_by(pages.c.id))
    return [_page(row) for row in rows]


def count_out_of_hours(tx: Connection, start: datetime, end: datetime) -> int:
    """Incidents that paged out of hours in `[start, end)`: what the budget counts (product.md 33).

    One incident counts once, however many people and rounds it took.
    """
    return tx.execute(
        select(func.count(func.distinct(pages.c.incident)))
        .join(incidents, incidents.c.id == pages.c.incident)
        .where(pages.c.at >= start, pages.c.at < end, pages.c.out_of_hours)
    ).scalar_one()


def _escalation(row: Row[Any]) -> Escalation:
    facts = dict(row._mapping)
    facts["kind"] = EscalationKind(facts["kind"])
    facts["state"] = Ringing(facts["state"])
    return Escalation(**facts)


def _page(row: Row[Any]) -> Page:
    facts = dict(row._mapping)
    facts["state"] = Ringing(facts["state"])
    return Page(**facts)
