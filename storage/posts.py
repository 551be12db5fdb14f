"""Where the things we keep editing stand in Slack."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from storage.prepared import Prepared
from storage.tables import posts
from storage.upsert import add_if_new


@dataclass(frozen=True, kw_only=True)
class Post:
    key: str
    channel: str
    ts: str
    incident: int | None


_FIND = Prepared(select(posts).where(posts.c.key == bindparam("given_key")), posts.c)


def remember(
    tx: Connection, key: str, *, channel: str, ts: str, at: datetime, incident: int | None
) -> bool:
    """True unless this key stands somewhere already."""
    told = {"key": key, "channel": channel, "ts": ts, "at": at, "incident": incident}
    return add_if_new(tx, posts, told) is not None


def find(tx: Connection, key: str) -> Post | None:
    found = _FIND.first(tx, {"given_key": key})
    return _value(found) if found else None


def newest(tx: Connection, kind: str, *, limit: int) -> list[Post]:
    """The last posts of a kind, newest first: `card`, `announcement`, …"""
    rows = tx.execute(
        select(posts)
        .where(posts.c.key.startswith(f"{kind}:", autoescape=True))
        .order_by(posts.c.at.desc())
        .limit(limit)
    )
    return [_value(row._mapping) for row in rows]


def forget(tx: Connection, key: str) -> None:
    """The post is gone from Slack (deleted by a person); the next telling posts anew."""
    tx.execute(delete(posts).where(posts.c.key == key))


def _value(found: Mapping[Any, Any]) -> Post:
    return Post(**{name: found[name] for name in ("key", "channel", "ts", "incident")})
