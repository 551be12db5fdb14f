"""Volunteers' tours as they came about in Slack (product.md 22)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, case, select, update

from app.rules.organisation import PersonId, RotaId
from storage import schedule_marks
from storage.tables import tours
from storage.upsert import insert_for

_KEY = ("rota", "person", "starts")
_KEPT = (*_KEY, "made_at", "made_by")
"""Of a tour that is accepted after all."""


class TourState(StrEnum):
    """Only an accepted one puts anybody on the rota."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class StoredTour:
    id: int
    rota: RotaId
    person: PersonId
    starts: date
    weeks: int
    office: str | None
    state: TourState
    made_at: datetime
    made_by: PersonId
    answered_at: datetime | None
    left_on: date | None
    left_at: datetime | None


def add(tx: Connection, **values: Any) -> StoredTour | None:
    """The new row; None when this person has a tour of this rota from this day on already."""
    new = insert_for(tx, tours).values(**values)
    row = tx.execute(new.on_conflict_do_nothing().returning(*tours.c)).one_or_none()
    schedule_marks.rise(tx)
    return _value(row) if row else None


def accept(tx: Connection, **values: Any) -> StoredTour | None:
    """The tour by its person's own act, whatever was there of this day and not accepted; None when
    it is accepted already."""
    new = insert_for(tx, tours).values(**values, state=TourState.ACCEPTED)
    change = {name: new.excluded[name] for name in (*values, "state") if name not in _KEPT}
    again = new.on_conflict_do_update(
        index_elements=_KEY,
        set_=change,
        where=tours.c.state != TourState.ACCEPTED,
    )
    row = tx.execute(again.returning(*tours.c)).one_or_none()
    schedule_marks.rise(tx)
    return _value(row) if row else None


def invite(tx: Connection, **values: Any) -> StoredTour:
    """The invitation, anew where one from this day on was not taken up; whoever declined that one
    has declined this one. Not for a tour that is accepted."""
    new = insert_for(tx, tours).values(**values)
    declined = tours.c.state == TourState.DECLINED
    again = new.on_conflict_do_update(
        index_elements=_KEY,
        set_={
            "weeks": new.excluded.weeks,
            "made_at": new.excluded.made_at,
            "made_by": new.excluded.made_by,
            "state": case((declined, tours.c.state), else_=new.excluded.state),
            "answered_at": case((declined, tours.c.answered_at), else_=new.excluded.answered_at),
        },
    )
    row = tx.execute(again.returning(*tours.c)).one()
    schedule_marks.rise(tx)
    return _value(row)


def withdraw(tx: Connection, tour_id: int, *, at: datetime) -> None:
    """An invitation that is over, whatever was answered."""
    change = (
        update(tours)
        .where(tours.c.id == tour_id, tours.c.state != TourState.ACCEPTED)
        .values(state=TourState.WITHDRAWN, answered_at=at)
    )
    tx.execute(change)


def get(tx: Connection, tour_id: int) -> StoredTour | None:
    row = tx.execute(select(tours).where(tours.c.id == tour_id)).one_or_none()
    return _value(row) if row else None


def find(tx: Connection, rota: RotaId, person: PersonId, starts: date) -> StoredTour | None:
    wanted = select(tours).where(
        tours.c.rota == rota, tours.c.person == person, tours.c.starts == starts
    )
    row = tx.execute(wanted).one_or_none()
    return _value(row) if row else None


def answer(tx: Connection, tour_id: int, state: TourState, *, at: datetime) -> bool:
    """True for the one answer to an invitation that still waited."""
    change = (
        update(tours)
        .where(tours.c.id == tour_id, tours.c.state == TourState.INVITED)
        .values(state=state, answered_at=at)
    )
    schedule_marks.rise(tx)
    return tx.execute(change).rowcount == 1


def leave(tx: Connection, tour_id: int, *, on: date, at: datetime) -> bool:
    """From `on` they take no new shift; True for the one act that said so."""
    change = (
        update(tours)
        .where(
            tours.c.id == tour_id,
            tours.c.state == TourState.ACCEPTED,
            tours.c.left_on.is_(None),
        )
        .values(left_on=on, left_at=at)
    )
    schedule_marks.rise(tx)
    return tx.execute(change).rowcount == 1


def list_all(tx: Connection) -> Sequence[StoredTour]:
    """In the order in which they were made, whatever became of them."""
    return [_value(row) for row in tx.execute(select(tours).order_by(tours.c.id))]


def list_of(tx: Connection, person: PersonId) -> Sequence[StoredTour]:
    wanted = select(tours).where(tours.c.person == person).order_by(tours.c.id)
    return [_value(row) for row in tx.execute(wanted)]


def _value(row: Row[Any]) -> StoredTour:
    facts = dict(row._mapping)
    facts["state"] = TourState(facts["state"])
    return StoredTour(**facts)
