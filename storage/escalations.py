"""Escalations and the pages they made: who was rung, when, why, and who answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, func, literal_column, select, update

from app.rules.incident import IncidentId
from app.rules.organisation import PersonId
from storage.prepared import Prepared
from storage.tables import escalations, incidents, pages
from storage.upsert import put_if_new


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
    started_at: datetime
    asked_by: PersonId | None = None
    target: PersonId | None = None
    step_at: datetime | None = None
    ended_at: datetime | None = None
    answered_by: PersonId | None = None
    boundary: datetime | None = None
    """Set for an offer: the pager passed to `target` there (product.md 2)."""


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
    answered_at: datetime | None = None


# ── the statements of the hot paths, built once ───────────────────────────────────────────────
_GET = Prepared(select(escalations).where(escalations.c.id == bindparam("given_id")), escalations.c)
_NEWEST = Prepared(
    select(escalations)
    .where(
        escalations.c.incident == bindparam("given_incident"),
        escalations.c.kind == EscalationKind.INCIDENT,
    )
    .order_by(escalations.c.id.desc())
    .limit(1),
    escalations.c,
)
_RINGING = Prepared(
    select(escalations)
    .where(
        escalations.c.incident == bindparam("given_incident"),
        escalations.c.state == Ringing.RINGING,
    )
    .order_by(escalations.c.id),
    escalations.c,
)
_ADVANCE = Prepared(
    update(escalations)
    .where(
        escalations.c.id == bindparam("given_id"),
        escalations.c.state == Ringing.RINGING,
        escalations.c.step == bindparam("given_step"),
    )
    .values(
        tier=bindparam("given_tier"),
        round=bindparam("given_round"),
        step=bindparam("given_next"),
        step_at=bindparam("given_at"),
    )
)
_END = Prepared(
    update(escalations)
    .where(escalations.c.id == bindparam("given_id"), escalations.c.state == Ringing.RINGING)
    .values(
        state=bindparam("given_state"),
        ended_at=bindparam("given_at"),
        answered_by=bindparam("given_person"),
    )
)
_PAGE = Prepared(select(pages).where(pages.c.id == bindparam("given_id")), pages.c)
_PAGES_FOR = Prepared(
    select(pages).where(pages.c.incident == bindparam("given_incident")).order_by(pages.c.id),
    pages.c,
)
_PAGES = Prepared(
    select(pages).where(pages.c.escalation == bindparam("given_escalation")).order_by(pages.c.id),
    pages.c,
)
_OF_IT = (
    update(pages)
    .where(
        pages.c.escalation == bindparam("given_escalation"),
        pages.c.state == Ringing.RINGING,
    )
    .values(state=bindparam("given_state"), answered_at=bindparam("given_at"))
)
_END_PAGES = Prepared(_OF_IT)
_END_PAGES_OF = Prepared(_OF_IT.where(pages.c.person == bindparam("given_person")))


def start(tx: Connection, **values: Any) -> Escalation | None:
    """The new escalation, or None when the incident's own one rings already."""
    told = {"state": Ringing.RINGING, "step": 0, **values}
    made = put_if_new(tx, escalations, told)
    return Escalation(id=made, **told) if made is not None else None


def get(tx: Connection, escalation_id: int) -> Escalation | None:
    found = _GET.first(tx, {"given_id": escalation_id})
    return _escalation(found) if found else None


def newest_of(tx: Connection, incident_id: IncidentId) -> Escalation | None:
    """The newest escalation of the incident's own kind."""
    found = _NEWEST.first(tx, {"given_incident": incident_id})
    return _escalation(found) if found else None


def list_ringing(tx: Connection, incident_id: IncidentId) -> list[Escalation]:
    return [_escalation(each) for each in _RINGING.all(tx, {"given_incident": incident_id})]


def list_offers(tx: Connection) -> list[Escalation]:
    """Every offer that rings, oldest first."""
    rows = tx.execute(
        select(escalations)
        .where(
            escalations.c.state == literal_column(f"'{Ringing.RINGING}'"),
            escalations.c.boundary.is_not(None),
        )
        .order_by(escalations.c.id)
    )
    return [_escalation(row._mapping) for row in rows]


def offered(tx: Connection, incident_id: IncidentId) -> frozenset[tuple[PersonId | None, datetime]]:
    """To whom an incident was ever offered, and at which boundary."""
    rows = tx.execute(
        select(escalations.c.target, escalations.c.boundary).where(
            escalations.c.incident == incident_id, escalations.c.boundary.is_not(None)
        )
    )
    return frozenset((row.target, row.boundary) for row in rows)


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
    return [_escalation(row._mapping) for row in rows]


def advance(tx: Connection, escalation: Escalation, *, tier: int, round: int, at: datetime) -> bool:
    """Take the next step; True for the one caller that took it from where it stood."""
    facts = {
        "given_id": escalation.id,
        "given_step": escalation.step,
        "given_tier": tier,
        "given_round": round,
        "given_next": escalation.step + 1,
        "given_at": at,
    }
    return _ADVANCE.run(tx, facts) == 1


def end(
    tx: Connection, escalation_id: int, *, at: datetime, answered_by: PersonId | None = None
) -> bool:
    """Stop it: answered by a person, or ended with the incident. True for the first caller."""
    state = Ringing.ANSWERED if answered_by else Ringing.ENDED
    facts = {
        "given_id": escalation_id,
        "given_state": state,
        "given_person": answered_by,
        "given_at": at,
    }
    if _END.run(tx, facts) != 1:
        return False
    of_it = {"given_escalation": escalation_id, "given_at": at}
    if answered_by:
        mine = {**of_it, "given_state": Ringing.ANSWERED, "given_person": answered_by}
        _END_PAGES_OF.run(tx, mine)
    _END_PAGES.run(tx, {**of_it, "given_state": Ringing.ENDED})
    return True


def add_page(tx: Connection, **values: Any) -> Page | None:
    """The new page, or None when this step rings this person already."""
    told = {"state": Ringing.RINGING, **values}
    made = put_if_new(tx, pages, told)
    return Page(id=made, **told) if made is not None else None


def get_page(tx: Connection, page_id: int) -> Page | None:
    found = _PAGE.first(tx, {"given_id": page_id})
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
    return [_page(each) for each in _PAGES_FOR.all(tx, {"given_incident": incident_id})]


def pages_of(tx: Connection, escalation_id: int) -> list[Page]:
    return [_page(each) for each in _PAGES.all(tx, {"given_escalation": escalation_id})]


def count_out_of_hours(tx: Connection, start: datetime, end: datetime) -> int:
    """Incidents that paged out of hours in `[start, end)`: what the budget counts (product.md 33).

    One incident counts once, however many people and rounds it took.
    """
    return tx.execute(
        select(func.count(func.distinct(pages.c.incident)))
        .join(incidents, incidents.c.id == pages.c.incident)
        .where(pages.c.at >= start, pages.c.at < end, pages.c.out_of_hours)
    ).scalar_one()


def _escalation(found: Mapping[Any, Any]) -> Escalation:
    facts = {**found, "kind": EscalationKind(found["kind"]), "state": Ringing(found["state"])}
    return Escalation(**facts)


def _page(found: Mapping[Any, Any]) -> Page:
    return Page(**{**found, "state": Ringing(found["state"])})
