"""The inbox: raw bytes of everything accepted, and what became of them."""

import functools
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Connection,
    Text,
    delete,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from app.rules.alert import Delivery
from storage import bulk
from storage.tables import alerts, inbox

IN_PARTS = -1
"""The attempts of a body that somebody takes in just now, part by part."""
LEFT_AFTER = timedelta(minutes=1)
"""A body that is still taken in after this long was left, by a process that ended."""


class InboxState(StrEnum):
    DONE = "done"
    WAITING = "waiting"
    QUARANTINED = "quarantined"


COUNTS = ("told", "attached", "cleared")
UNKNOWN: Mapping[str, int | None] = dict.fromkeys(COUNTS)
"""Of a body that nobody has understood yet."""

_STANDING = union_all(
    *(
        # The words stand in the statement, or no index that holds only these would fit.
        select(literal_column(f"'{state}'", Text), func.count()).where(
            inbox.c.state == literal_column(f"'{state}'", Text)
        )
        for state in (InboxState.WAITING, InboxState.QUARANTINED)
    )
)


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
    attempts: int = 0,
    counts: Mapping[str, int] | None = None,
) -> int | None:
    """The new row's id, or None when the sender's own delivery id was accepted before.

    `counts`: how many alerts it told, and how many of them are `attached` and `cleared`.
    """
    values = {
        "source": delivery.source,
        "token": delivery.token,
        "delivery_id": _own_id(delivery),
        "received_at": at,
        "body": delivery.body,
        "state": state,
        "problem": problem,
        "attempts": attempts,
        **(counts or UNKNOWN),
    }
    return tx.execute(_keeping(tx.dialect.name), values).scalar_one_or_none()


def keep_all(
    tx: Connection,
    deliveries: Sequence[Delivery],
    *,
    at: datetime,
    counts: Sequence[Mapping[str, int]],
) -> Sequence[int]:
    """Keep bodies that are being taken in; the ids of their rows, in order. `counts`: of each, as
    in `keep`."""
    ids, now = bulk.next_ids(tx, inbox, len(deliveries)), bulk.instant(tx, at)
    rows = [
        (row, each.source, each.token, _own_id(each), now, each.body, "done", *_counted(told))
        for row, each, told in zip(ids, deliveries, counts, strict=True)
    ]
    columns = ("id", "source", "token", "delivery_id", "received_at", "body", "state", *COUNTS)
    bulk.add(tx, inbox, columns, rows)
    return ids


def _counted(told: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(told[name] for name in COUNTS)


def find_accepted(tx: Connection, deliveries: Sequence[Delivery]) -> set[tuple[str, str | None]]:
    """The marks (see `mark`) of those whose delivery id was accepted before."""
    found: set[tuple[str, str | None]] = set()
    for source in {each.source for each in deliveries if each.delivery_id is not None}:
        own = [_own_id(each) for each in deliveries if each.source == source and each.delivery_id]
        which, value = bulk.among(tx, own)
        rest = f"FROM inbox WHERE source = ? AND delivery_id IS NOT NULL AND delivery_id {which}"
        found |= {(source, row[0]) for row in bulk.fetch(tx, "delivery_id", rest, (source, value))}
    return found


def mark(delivery: Delivery) -> tuple[str, str | None]:
    """What tells two deliveries of one sender apart, where it gives an id."""
    return delivery.source, _own_id(delivery)


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


def list_waiting(tx: Connection, *, at: datetime, limit: int = 50) -> list[Kept]:
    """What waits to be read again, without those that somebody takes in just now."""
    left = or_(inbox.c.attempts >= 0, inbox.c.received_at < at - LEFT_AFTER)
    rows = tx.execute(
        select(inbox)
        .where(inbox.c.state == InboxState.WAITING, left)
        .order_by(inbox.c.id)
        .limit(limit)
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


def settle(
    tx: Connection,
    inbox_id: int,
    state: InboxState,
    *,
    problem: str | None = None,
    counts: Mapping[str, int] | None = None,
) -> bool:
    """Move a waiting body to its end; True for the one caller that did. `counts` as in `keep`."""
    change = (
        update(inbox)
        .where(inbox.c.id == inbox_id, inbox.c.state == InboxState.WAITING)
        .values(state=state, problem=problem, **(counts or UNKNOWN))
    )
    return tx.execute(change).rowcount == 1


def leave(tx: Connection, inbox_id: int, *, problem: str) -> None:
    """Whoever took it in part by part could not end it: it waits to be read again."""
    change = update(inbox).where(inbox.c.id == inbox_id, inbox.c.state == InboxState.WAITING)
    tx.execute(change.values(attempts=0, problem=problem))


def release_all(tx: Connection) -> int:
    """What a process that is certainly gone took in part by part waits to be read again, at once;
    on a SQLite file that this process alone holds. Returns how many there were."""
    left = update(inbox).where(inbox.c.state == InboxState.WAITING, inbox.c.attempts == IN_PARTS)
    return tx.execute(left.values(attempts=0)).rowcount


def failed(tx: Connection, inbox_id: int, *, problem: str) -> int:
    """Count a failed reading; returns how many there were."""
    failures: int = tx.execute(
        update(inbox)
        .where(inbox.c.id == inbox_id)
        .values(attempts=inbox.c.attempts + 1, problem=problem)
        .returning(inbox.c.attempts)
    ).scalar_one()
    return failures


def next_old(
    tx: Connection, *, since: int, counted: int, before: datetime, limit: int
) -> list[int]:
    """Bodies that were read and counted and came before then: the next ones after the row `since`,
    up to the first that is younger. However many are stored, no more are looked at."""
    ahead = tx.execute(
        select(inbox.c.id, inbox.c.received_at)
        .where(inbox.c.id > since, inbox.c.id <= counted)
        .order_by(inbox.c.id)
        .limit(limit)
    )
    return [row.id for row in itertools.takewhile(lambda row: row.received_at < before, ahead)]


def forget(tx: Connection, ids: Sequence[int]) -> int:
    """Let rows go; of one that an alert came from only the body. Returns how many went."""
    named = exists().where(alerts.c.inbox == inbox.c.id)
    tx.execute(update(inbox).where(inbox.c.id.in_(ids), named).values(body=b""))
    return tx.execute(delete(inbox).where(inbox.c.id.in_(ids), not_(named))).rowcount


def count(tx: Connection) -> dict[str, int]:
    """How many bodies wait to be read, and how many could not be."""
    return {state: number for state, number in tx.execute(_STANDING)}
