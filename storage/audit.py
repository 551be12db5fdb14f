"""The audit log: who did what, when and why, refusals included. Rows are only ever added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from storage import bulk
from storage.tables import audit


@dataclass(frozen=True, kw_only=True)
class Record:
    id: int
    at: datetime
    by: str
    act: str
    subject: str
    why: str
    refused: bool
    facts: Mapping[str, Any]


_ADD = insert(audit)


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
    tx.execute(_ADD, {**told, "refused": refused, "facts": facts})


def add_all(tx: Connection, done: Sequence[tuple[str, str, str]], *, at: datetime, by: str) -> None:
    """Several acts of one: act, subject, and the facts as JSON."""
    now = bulk.instant(tx, at)
    rows = [(now, by, act, subject, "", False, facts) for act, subject, facts in done]
    bulk.add(tx, audit, ("at", "by", "act", "subject", "why", "refused", "facts"), rows)


def list_of(tx: Connection, subject: str) -> list[Record]:
    rows = tx.execute(select(audit).where(audit.c.subject == subject).order_by(audit.c.id))
    return [Record(**row._mapping) for row in rows]


def count_by(tx: Connection, person: str, acts: Sequence[str], *, since: datetime) -> int:
    """How often somebody did one of these; what they were refused does not count."""
    wanted = (audit.c.by == person, audit.c.at > since, audit.c.act.in_(acts))
    found = select(func.count()).where(*wanted, audit.c.refused.is_(False))
    return tx.execute(found).scalar_one()
