"""Cover requests, and who answered what (product.md 24)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from app.rules.organisation import PersonId, RotaId
from storage.tables import cover_answers, cover_requests
from storage.upsert import insert_for


class CoverState(StrEnum):
    """`passed`: the time came and nobody had taken it all."""

    OPEN = "open"
    COVERED = "covered"
    WITHDRAWN = "withdrawn"
    PASSED = "passed"


class Answer(StrEnum):
    TOOK = "took"
    TOOK_PART = "took_part"
    CANNOT = "cannot"


@dataclass(frozen=True, kw_only=True)
class CoverRequest:
    """`person` asks for somebody else in `[start_at, end_at)` of their place on `rota`."""

    id: int
    rota: RotaId
    slot: int
    person: PersonId
    start_at: datetime
    end_at: datetime
    why: str
    state: CoverState
    made_at: datetime
    made_by: PersonId
    ended_at: datetime | None


def add(tx: Connection, **values: Any) -> CoverRequest:
    new = insert(cover_requests).values(state=CoverState.OPEN, **values)
    return _value(tx.execute(new.returning(*cover_requests.c)).one())


def get(tx: Connection, request: int, *, hold: bool = False) -> CoverRequest | None:
    """With `hold` nobody else can hold the same request before this transaction ends."""
    wanted = select(cover_requests).where(cover_requests.c.id == request)
    row = tx.execute(wanted.with_for_update() if hold else wanted).one_or_none()
    return _value(row) if row else None


def end(tx: Connection, request: int, state: CoverState, *, at: datetime) -> bool:
    """True for the one act that ended it."""
    change = (
        update(cover_requests)
        .where(cover_requests.c.id == request, cover_requests.c.state == CoverState.OPEN)
        .values(state=state, ended_at=at)
    )
    return tx.execute(change).rowcount == 1


def list_open(tx: Connection) -> Sequence[CoverRequest]:
    """Those that wait for somebody, by when they begin."""
    wanted = (
        select(cover_requests)
        .where(cover_requests.c.state == CoverState.OPEN)
        .order_by(cover_requests.c.start_at, cover_requests.c.id)
    )
    return [_value(row) for row in tx.execute(wanted)]


def list_open_at(tx: Connection, at: datetime) -> Sequence[CoverRequest]:
    """Those that waited for somebody just before `at`, by when they begin."""
    wanted = (
        select(cover_requests)
        .where(
            cover_requests.c.made_at < at,
            or_(cover_requests.c.ended_at.is_(None), cover_requests.c.ended_at >= at),
        )
        .order_by(cover_requests.c.start_at, cover_requests.c.id)
    )
    return [_value(row) for row in tx.execute(wanted)]


def answer(tx: Connection, request: int, person: PersonId, said: Answer, *, at: datetime) -> None:
    """The last answer of a person counts."""
    new = insert_for(tx, cover_answers).values(request=request, person=person, answer=said, at=at)
    tx.execute(
        new.on_conflict_do_update(
            index_elements=["request", "person"], set_={"answer": said, "at": at}
        )
    )


def answers_of(tx: Connection, request: int) -> dict[PersonId, Answer]:
    wanted = select(cover_answers).where(cover_answers.c.request == request)
    return {row.person: Answer(row.answer) for row in tx.execute(wanted)}


def _value(row: Row[Any]) -> CoverRequest:
    facts = dict(row._mapping)
    facts["state"] = CoverState(facts["state"])
    return CoverRequest(**facts)
