"""The audit log: who did what, when and why, refusals included. Rows are only ever added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, or_, select, text

from app.rules.chain import Record
from storage import bulk
from storage.prepared import Prepared
from storage.tables import audit

_WRITERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE relation = 'audit'::regclass"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND mode <> 'AccessShareLock' AND pid IS DISTINCT FROM pg_backend_pid()"
)
"""Every transaction that may have taken an id and not shown its row yet: an INSERT locks the
table before it takes its id, and lets go after its commit is seen."""


@dataclass(frozen=True, kw_only=True)
class Horizon:
    """Up to `newest` no further row appears once all of `writers` have ended."""

    newest: int
    writers: frozenset[str]


_ADD = Prepared(insert(audit))


def add(
    tx: Connection,
    *,
    at: datetime,
    by: str,
    act: str,
    subject: str,
    why: str = "",
    refused: bool = False,
    **facts: Any,
) -> None:
    """`subject` names the thing: `INC-12`, `rota:volunteers`, `token:3`."""
    told = {"at": at, "by": by, "act": act, "subject": subject, "why": why}
    _ADD.run(tx, {**told, "refused": refused, "facts": facts})


def add_all(
    tx: Connection,
    done: Sequence[tuple[str, str, str, str, str]],
    *,
    at: datetime,
) -> None:
    """Of each who did it, the act, its subject, why, and the facts as JSON."""
    now = bulk.instant(tx, at)
    rows = [(now, by, act, subject, why, False, facts) for by, act, subject, why, facts in done]
    bulk.add(tx, audit, ("at", "by", "act", "subject", "why", "refused", "facts"), rows)


def list_of(tx: Connection, subject: str) -> list[Record]:
    return _records(tx, select(audit).where(audit.c.subject == subject).order_by(audit.c.id))


def list_after(tx: Connection, last: int, *, upto: int, limit: int) -> list[Record]:
    """The next rows behind `last`, in the order of their ids."""
    wanted = select(audit).where(audit.c.id > last, audit.c.id <= upto)
    return _records(tx, wanted.order_by(audit.c.id).limit(limit))


def count_after(tx: Connection, last: int) -> int:
    return tx.execute(select(func.count()).where(audit.c.id > last)).scalar_one()


def list_between(tx: Connection, first: int, last: int) -> list[Record]:
    wanted = select(audit).where(audit.c.id >= first, audit.c.id <= last)
    return _records(tx, wanted.order_by(audit.c.id))


def search(
    tx: Connection,
    *,
    subject: str | None = None,
    person: str | None = None,
    act: str | None = None,
    refused: bool = False,
    since: datetime | None = None,
    limit: int = 100,
) -> list[Record]:
    """The newest rows that fit, the oldest of them first; `person` did it, or it is about them."""
    wanted = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if subject is not None:
        wanted = wanted.where(audit.c.subject == subject)
    if person is not None:
        wanted = wanted.where(or_(audit.c.by == person, audit.c.subject == person))
    if act is not None:
        wanted = wanted.where(audit.c.act == act)
    if since is not None:
        wanted = wanted.where(audit.c.at >= since)
    if refused:
        wanted = wanted.where(audit.c.refused.is_(True))
    return _records(tx, wanted)[::-1]


def horizon(tx: Connection) -> Horizon:
    """Ids may become visible out of their order on PostgreSQL, so what is newest now is complete
    only once whoever writes now has ended; SQLite has one writer."""
    newest = tx.execute(select(func.max(audit.c.id))).scalar_one() or 0
    return Horizon(newest=newest, writers=writers(tx))


def writers(tx: Connection) -> frozenset[str]:
    """Other transactions that write to the log at this instant."""
    if tx.dialect.name != "postgresql":
        return frozenset()
    return frozenset(tx.execute(_WRITERS).scalars())


def _records(tx: Connection, wanted: Select[Any]) -> list[Record]:
    return [_record(row) for row in tx.execute(wanted)]


def _record(row: Row[Any]) -> Record:
    return Record(**row._mapping)


def count_by(tx: Connection, person: str, acts: Sequence[str], *, since: datetime) -> int:
    """How often somebody did one of these; what they were refused does not count."""
    wanted = (audit.c.by == person, audit.c.at > since, audit.c.act.in_(acts))
    found = select(func.count()).where(*wanted, audit.c.refused.is_(False))
    return tx.execute(found).scalar_one()
