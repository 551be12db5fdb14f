"""Where the things we keep editing stand in Slack."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select

from storage.tables import posts
from storage.upsert import add_if_new


@dataclass(frozen=True, kw_only=True)
class Post:
    key: str
    channel: str
    ts: str
    incident: int | None


_FIND = select(posts).where(posts.c.key == bindparam("given_key"))


def remember(
    tx: Connection, key: str, *, channel: str, ts: str, at: datetime, incident: int | None
) -> bool:
    """True unless this key stands somewhere already."""
    values = {"key": key, "channel": channel, "ts": ts, "at": at, "incident": incident}
    return add_if_new(tx, posts, values) is not None


def find(tx: Connection, key: str) -> Post | None:
    row = tx.execute(_FIND, {"given_key": key}).one_or_none()
    if row is None:
        return None
    return _value(row)


def newest(tx: Connection, kind: str, *, limit: int) -> list[Post]:
    """The last posts of a kind, newest first: `card`, `announcement`, …"""
    rows = tx.execute(
        select(posts)
        .where(posts.c.key.startswith(f"{kind}:", autoescape=True))
        .order_by(posts.c.at.desc())
        .limit(limit)
    )
    return [_value(row) for row in rows]


def forget(tx: Connection, key: str) -> None:
    """The post is gone from Slack (deleted by a person); the next telling posts anew."""
    tx.execute(delete(posts).where(posts.c.key == key))


def _value(row: Row[Any]) -> Post:
    return Post(key=row.key, channel=row.channel, ts=row.ts, incident=row.incident)
