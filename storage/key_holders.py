"""Which secret keys each running process can open, by names that say nothing of the keys."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select

from storage.tables import key_holders
from storage.upsert import insert_for


def remember(tx: Connection, process: str, marks: Sequence[str], *, at: datetime) -> None:
    new = insert_for(tx, key_holders).values(process=process, marks=list(marks), seen_at=at)
    changed = {"marks": new.excluded.marks, "seen_at": new.excluded.seen_at}
    tx.execute(new.on_conflict_do_update(index_elements=["process"], set_=changed))


def forget(tx: Connection, process: str) -> None:
    tx.execute(delete(key_holders).where(key_holders.c.process == process))


def forget_old(tx: Connection, *, before: datetime) -> None:
    tx.execute(delete(key_holders).where(key_holders.c.seen_at < before))


def without(tx: Connection, mark: str, *, since: datetime) -> list[str]:
    """The processes seen since then that cannot open what this key closes."""
    rows = tx.execute(
        select(key_holders).where(key_holders.c.seen_at > since).order_by(key_holders.c.process)
    )
    return [row.process for row in rows if mark not in row.marks]
