"""Steps of the clock that were followed: rows are only added, and their sum is what counts."""

from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, select, text

from storage.tables import clock_steps


def hold(tx: Connection) -> None:
    """One at a time, until this transaction ends; on SQLite a writer is alone anyway."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("LOCK TABLE clock_steps IN SHARE ROW EXCLUSIVE MODE"))


def total(tx: Connection) -> int:
    """The sum of all steps, in microseconds."""
    return int(
        tx.execute(select(func.coalesce(func.sum(clock_steps.c.microseconds), 0))).scalar_one()
    )


def add(tx: Connection, *, at: datetime, microseconds: int) -> None:
    tx.execute(insert(clock_steps).values(at=at, microseconds=microseconds))


def server_time(tx: Connection) -> datetime:
    """What PostgreSQL's clock shows at this moment, and not at the transaction's beginning."""
    told: datetime = tx.execute(text("SELECT clock_timestamp()")).scalar_one()
    return told.astimezone(UTC)
