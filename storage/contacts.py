"""Contact methods: how to reach a person. Targets are stored as given, which is encrypted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from app.rules.organisation import PersonId
from storage.prepared import Prepared
from storage.tables import contact_methods


@dataclass(frozen=True, kw_only=True)
class Contact:
    """`target` is cipher text; `hint` may be shown; `trusted` came from the operator."""

    id: int
    person: PersonId
    method: str
    target: bytes
    hint: str
    delay_seconds: int
    trusted: bool
    added_by: str
    added_at: datetime
    verified_at: datetime | None
    code_hash: str | None
    code_expires: datetime | None
    removed_at: datetime | None


_GET = Prepared(
    select(contact_methods).where(
        contact_methods.c.id == bindparam("given_id"), contact_methods.c.removed_at.is_(None)
    ),
    contact_methods.c,
)
_LIST_OF = Prepared(
    select(contact_methods)
    .where(
        contact_methods.c.person == bindparam("given_person"),
        contact_methods.c.removed_at.is_(None),
    )
    .order_by(contact_methods.c.id),
    contact_methods.c,
)


def add(tx: Connection, **values: Any) -> Contact:
    row = tx.execute(insert(contact_methods).values(**values).returning(*contact_methods.c)).one()
    return _value(row._mapping)


def get(tx: Connection, contact_id: int) -> Contact | None:
    found = _GET.first(tx, {"given_id": contact_id})
    return _value(found) if found else None


def list_of(tx: Connection, person: PersonId) -> list[Contact]:
    """A person's contact methods in the order they were added."""
    return [_value(each) for each in _LIST_OF.all(tx, {"given_person": person})]


def list_all(tx: Connection) -> list[Contact]:
    rows = tx.execute(
        select(contact_methods)
        .where(contact_methods.c.removed_at.is_(None))
        .order_by(contact_methods.c.person, contact_methods.c.id)
    )
    return [_value(row._mapping) for row in rows]


def list_after(tx: Connection, contact_id: int, *, limit: int) -> list[Contact]:
    """The next ones behind this number, everybody's."""
    wanted = select(contact_methods).where(
        contact_methods.c.id > contact_id, contact_methods.c.removed_at.is_(None)
    )
    return [
        _value(row._mapping)
        for row in tx.execute(wanted.order_by(contact_methods.c.id).limit(limit))
    ]


def reseal(tx: Connection, contact: Contact, target: bytes) -> bool:
    """False when it was changed or removed since it was read."""
    changed = tx.execute(
        update(contact_methods)
        .where(
            contact_methods.c.id == contact.id,
            contact_methods.c.target == contact.target,
            contact_methods.c.removed_at.is_(None),
        )
        .values(target=target)
    )
    return changed.rowcount == 1


def change(tx: Connection, contact_id: int, **values: Any) -> bool:
    changed = tx.execute(
        update(contact_methods)
        .where(contact_methods.c.id == contact_id, contact_methods.c.removed_at.is_(None))
        .values(**values)
    )
    return changed.rowcount == 1


def _value(found: Mapping[Any, Any]) -> Contact:
    return Contact(**found)
