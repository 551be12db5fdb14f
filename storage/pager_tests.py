"""Test pages, and whether their person said that it came (product.md 25)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from app.rules.organisation import PersonId
from storage.tables import pager_tests


@dataclass(frozen=True, kw_only=True)
class PagerTest:
    id: int
    person: PersonId
    asked_at: datetime
    asked_by: PersonId
    answered_at: datetime | None


def add(tx: Connection, *, person: PersonId, at: datetime, by: PersonId) -> PagerTest:
    new = insert(pager_tests).values(person=person, asked_at=at, asked_by=by)
    return _value(tx.execute(new.returning(*pager_tests.c)).one())


def newest(tx: Connection, person: PersonId) -> PagerTest | None:
    wanted = (
        select(pager_tests)
        .where(pager_tests.c.person == person)
        .order_by(pager_tests.c.id.desc())
        .limit(1)
    )
    row = tx.execute(wanted).one_or_none()
    return _value(row) if row else None


def answer(tx: Connection, test: int, *, at: datetime) -> bool:
    """False when it was answered before; the first answer counts."""
    change = update(pager_tests).where(
        pager_tests.c.id == test, pager_tests.c.answered_at.is_(None)
    )
    return tx.execute(change.values(answered_at=at)).rowcount == 1


def last_answered(tx: Connection, person: PersonId) -> datetime | None:
    """When they last said that a test page had come."""
    wanted = (
        select(pager_tests.c.answered_at)
        .where(pager_tests.c.person == person, pager_tests.c.answered_at.is_not(None))
        .order_by(pager_tests.c.answered_at.desc())
        .limit(1)
    )
    return tx.execute(wanted).scalar_one_or_none()


def _value(row: Row[Any]) -> PagerTest:
    return PagerTest(**row._mapping)
