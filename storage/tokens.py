"""Intake tokens, kept only as hashes; two of one source may be valid at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from storage import bulk
from storage.tables import intake_tokens


@dataclass(frozen=True, kw_only=True)
class Token:
    id: int
    source: str
    name: str
    hash: str
    created_at: datetime
    created_by: str
    revoked_at: datetime | None


def add(tx: Connection, **values: Any) -> Token:
    row = tx.execute(insert(intake_tokens).values(**values).returning(*intake_tokens.c)).one()
    return _value(row)


def find(tx: Connection, hash: str) -> Token | None:
    """The token with this hash, unless it was revoked."""
    found = tx.execute(
        select(intake_tokens).where(
            intake_tokens.c.hash == hash, intake_tokens.c.revoked_at.is_(None)
        )
    ).one_or_none()
    return _value(found) if found else None


def find_valid(tx: Connection, ids: Sequence[int]) -> set[int]:
    """Those of these tokens that are not revoked."""
    which, value = bulk.among(tx, ids, "bigint")
    rest = f"FROM intake_tokens WHERE revoked_at IS NULL AND id {which}"
    return {row[0] for row in bulk.fetch(tx, "id", rest, (value,))}


def is_used(tx: Connection, source: str) -> bool:
    """Whether a token of this source is valid now, and so is to be asked for."""
    valid = select(intake_tokens.c.id).where(
        intake_tokens.c.source == source, intake_tokens.c.revoked_at.is_(None)
    )
    return tx.execute(valid.limit(1)).first() is not None


def list_all(tx: Connection) -> list[Token]:
    return [_value(row) for row in tx.execute(select(intake_tokens).order_by(intake_tokens.c.id))]


def revoke(tx: Connection, token_id: int, *, at: datetime) -> bool:
    change = (
        update(intake_tokens)
        .where(intake_tokens.c.id == token_id, intake_tokens.c.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    return tx.execute(change).rowcount == 1


def _value(row: Row[Any]) -> Token:
    return Token(**row._mapping)
