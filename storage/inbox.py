"""The inbox: raw bytes of everything accepted, and what became of them."""

import functools
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.rules.alert import Delivery
from storage.tables import inbox


class InboxState(StrEnum):
    DONE = "done"
    WAITING = "waiting"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A body that waits to be read again."""

    id: int
    delivery: Delivery
    attempts: int


def keep(
    tx: Connection,
    delivery: Delivery,
    *,
    at: datetime,
    state: InboxState,
    problem: str | None = None,
) -> int | None:
    """The new row's id, or None when the sender's own delivery id was accepted before."""
    values = {
        "source": delivery.source,
        "token": delivery.token,
        "delivery_id": _own_id(delivery),
        "received_at": at,
        "body": delivery.body,
        "state": state,
        "problem": problem,
    }
    return tx.execute(_keeping(tx.dialect.name), values).scalar_one_or_none()


@functools.cache
def _keeping(dialect: str) -> Any:
    """Only the id comes back: a body may be large."""
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return make(inbox).on_conflict_do_nothing().returning(inbox.c.id)


def _own_id(delivery: Delivery) -> str | None:
    """A delivery id is its sender's own: two senders of one kind may both count from one."""
    if delivery.delivery_id is None:
        return None
    return f"{delivery.token or 0}:{delivery.delivery_id}"


def _given_id(kept: str | None) -> str | None:
    return kept.partition(":")[2] if kept is not None else None


def list_waiting(tx: Connection, *, limit: int = 50) -> list[Kept]:
    rows = tx.execute(
        select(inbox).where(inbox.c.state == InboxState.WAITING).order_by(inbox.c.id).limit(limit)
    )
    return [
        Kept(
            id=row.id,
            delivery=Delivery(
                source=row.source,
                body=row.body,
                delivery_id=_given_id(row.delivery_id),
                token=row.token,
            ),
            attempts=row.attempts,
        )
        for row in rows
    ]


def get_waiting(tx: Connection, inbox_id: int) -> Kept | None:
    row = tx.execute(
        select(inbox).where(inbox.c.id == inbox_id, inbox.c.state == InboxState.WAITING)
    ).one_or_none()
    if row is None:
        return None
    delivery = Delivery(
        source=row.source, body=row.body, delivery_id=_given_id(row.delivery_id), token=row.token
    )
    return Kept(id=row.id, delivery=delivery, attempts=row.attempts)


def settle(tx: Connection, inbox_id: int, state: InboxState, *, problem: str | None = None) -> bool:
    """Move a waiting body to its end; True for the one caller that did."""
    change = (
        update(inbox)
        .where(inbox.c.id == inbox_id, inbox.c.state == InboxState.WAITING)
        .values(state=state, problem=problem)
    )
    return tx.execute(change).rowcount == 1


def failed(tx: Connection, inbox_id: int, *, problem: str) -> int:
    """Count a failed reading; returns how many there were."""
    failures: int = tx.execute(
        update(inbox)
        .where(inbox.c.id == inbox_id)
        .values(attempts=inbox.c.attempts + 1, problem=problem)
        .returning(inbox.c.attempts)
    ).scalar_one()
    return failures


def count(tx: Connection) -> dict[str, int]:
    rows = tx.execute(select(inbox.c.state, func.count()).group_by(inbox.c.state))
    return {state: number for state, number in rows}
