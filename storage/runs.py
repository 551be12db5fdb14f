"""Marks of runs whose commit could be in doubt: each stands in the transaction that it tells of."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, literal, select

from storage.columns import UtcDateTime
from storage.tables import runs

_MARKED = select(runs.c.key).where(runs.c.key == bindparam("given_key"))
_MARK = (
    insert(runs)
    .from_select(
        ["key", "at"],
        # A transaction without a number has written and locked nothing: nothing to be in doubt of.
        select(bindparam("given_key"), bindparam("given_at", type_=UtcDateTime)).where(
            func.pg_current_xact_id_if_assigned().is_not(None)
        ),
    )
    .returning(literal(1))
)


def is_marked(tx: Connection, key: str) -> bool:
    """Whether the run of this key was committed."""
    return tx.execute(_MARKED, {"given_key": key}).first() is not None


def mark(tx: Connection, key: str, *, at: datetime) -> bool:
    """The last statement of a run, on PostgreSQL; False when there was nothing to commit."""
    return tx.execute(_MARK, {"given_key": key, "given_at": at}).first() is not None


def forget(tx: Connection, *, before: datetime) -> None:
    """Doubt is settled within seconds, or never."""
    tx.execute(delete(runs).where(runs.c.at < before))
