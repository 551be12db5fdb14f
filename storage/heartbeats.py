"""Heartbeats: the last sign of life under each key."""

from datetime import datetime

from sqlalchemy import Connection, select

from storage.tables import heartbeats
from storage.upsert import insert_for


def beat(tx: Connection, key: str, *, at: datetime) -> None:
    new = insert_for(tx, heartbeats).values(key=key, last_at=at, late_since=None)
    tx.execute(
        new.on_conflict_do_update(
            index_elements=["key"], set_={"last_at": new.excluded.last_at, "late_since": None}
        )
    )


def last(tx: Connection) -> dict[str, datetime]:
    """The last beat of every key that ever beat."""
    return {row.key: row.last_at for row in tx.execute(select(heartbeats))}
