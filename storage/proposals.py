"""Proposals of who might serve, until a person accepts or dismisses one (product.md 23)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from app.rules.organisation import PersonId, RotaId
from storage.tables import proposals


class ProposalState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


@dataclass(frozen=True, kw_only=True)
class Proposal:
    id: int
    rota: RotaId
    facts: Mapping[str, Any]
    state: ProposalState
    made_at: datetime
    made_by: PersonId
    answered_at: datetime | None
    answered_by: PersonId | None


def add(tx: Connection, **values: Any) -> Proposal:
    new = insert(proposals).values(state=ProposalState.OPEN, **values)
    return _value(tx.execute(new.returning(*proposals.c)).one())


def get(tx: Connection, proposal: int) -> Proposal | None:
    row = tx.execute(select(proposals).where(proposals.c.id == proposal)).one_or_none()
    return _value(row) if row else None


def answer(
    tx: Connection, proposal: int, state: ProposalState, *, at: datetime, by: PersonId
) -> bool:
    """True for the one act that ended it."""
    change = update(proposals).where(
        proposals.c.id == proposal, proposals.c.state == ProposalState.OPEN
    )
    return tx.execute(change.values(state=state, answered_at=at, answered_by=by)).rowcount == 1


def _value(row: Row[Any]) -> Proposal:
    facts = dict(row._mapping)
    facts["state"] = ProposalState(facts["state"])
    return Proposal(**facts)
