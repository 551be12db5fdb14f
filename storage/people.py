"""Who Slack says is who: account, standing, name and zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, select

from app.rules.organisation import PersonId
from storage.prepared import Prepared
from storage.tables import people
from storage.upsert import insert_for


class Standing(StrEnum):
    """What kind of account somebody has in our workspace (product.md 36)."""

    MEMBER = "member"
    GUEST = "guest"
    EXTERNAL = "external"
    BOT = "bot"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, kw_only=True)
class Account:
    id: PersonId
    slack_id: str | None
    email: str | None
    name: str | None
    timezone: str | None
    standing: Standing
    seen_at: datetime


_GET = Prepared(select(people).where(people.c.id == bindparam("given_id")), people.c)
_BY_SLACK = Prepared(select(people).where(people.c.slack_id == bindparam("given_id")), people.c)


def remember(tx: Connection, **values: Any) -> None:
    """Store an account as it is told now, under its person; one Slack account has one person."""
    slack_id = values.get("slack_id")
    if slack_id is not None:
        known = by_slack(tx, slack_id)
        if known is not None and known.id != values["id"]:
            tx.execute(people.delete().where(people.c.id == known.id))
    new = insert_for(tx, people).values(**values)
    changed = {name: new.excluded[name] for name in values if name != "id"}
    tx.execute(new.on_conflict_do_update(index_elements=["id"], set_=changed))


def get(tx: Connection, person: PersonId) -> Account | None:
    found = _GET.first(tx, {"given_id": person})
    return _value(found) if found else None


def by_slack(tx: Connection, slack_id: str) -> Account | None:
    found = _BY_SLACK.first(tx, {"given_id": slack_id})
    return _value(found) if found else None


def hold(tx: Connection, person: PersonId) -> None:
    """Let nobody else who holds the same person go on before this transaction ends."""
    tx.execute(select(people.c.id).where(people.c.id == person).with_for_update())


def list_all(tx: Connection) -> list[Account]:
    return [_value(row._mapping) for row in tx.execute(select(people).order_by(people.c.id))]


def _value(found: Mapping[Any, Any]) -> Account:
    return Account(**{**found, "standing": Standing(found["standing"])})
