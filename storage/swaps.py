"""Swaps: two people exchange a shift each (product.md 24)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from app.rules.organisation import PersonId, RotaId
from storage.tables import swaps


class SwapState(StrEnum):
    """`passed`: nobody answered in time, or a shift became somebody else's. `undone`: it was
    made, and then both went back."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    PASSED = "passed"
    UNDONE = "undone"


@dataclass(frozen=True, kw_only=True)
class Swap:
    """`person` gives their turn that begins on `day` for the one of `with_person` on `with_day`."""

    id: int
    rota: RotaId
    person: PersonId
    day: date
    with_person: PersonId
    with_day: date
    why: str
    state: SwapState
    made_at: datetime
    made_by: PersonId
    answered_at: datetime | None
    answered_by: PersonId | None
    undo_by: PersonId | None

    @property
    def turns(self) -> frozenset[tuple[RotaId, PersonId, date]]:
        """What it is about: both turns, by whose they are and their day."""
        return frozenset(
            {(self.rota, self.person, self.day), (self.rota, self.with_person, self.with_day)}
        )

    def other(self, person: PersonId) -> PersonId:
        return self.person if person == self.with_person else self.with_person


def add(tx: Connection, **values: Any) -> Swap:
    new = insert(swaps).values(state=SwapState.PROPOSED, **values)
    return _value(tx.execute(new.returning(*swaps.c)).one())


def get(tx: Connection, swap: int, *, hold: bool = False) -> Swap | None:
    """With `hold` nobody else can hold the same swap before this transaction ends."""
    wanted = select(swaps).where(swaps.c.id == swap)
    row = tx.execute(wanted.with_for_update() if hold else wanted).one_or_none()
    return _value(row) if row else None


def answer(tx: Connection, swap: int, state: SwapState, *, at: datetime, by: PersonId) -> bool:
    """True for the one answer to a proposal that still waited."""
    change = (
        update(swaps)
        .where(swaps.c.id == swap, swaps.c.state == SwapState.PROPOSED)
        .values(state=state, answered_at=at, answered_by=by)
    )
    return tx.execute(change).rowcount == 1


def ask_undo(tx: Connection, swap: int, *, by: PersonId | None) -> bool:
    """Who wants a swap that was made undone, or (None) that nobody does any more."""
    change = (
        update(swaps)
        .where(swaps.c.id == swap, swaps.c.state == SwapState.ACCEPTED)
        .values(undo_by=by)
    )
    return tx.execute(change).rowcount == 1


def undo(tx: Connection, swap: int) -> bool:
    """True for the one act that undid it."""
    change = (
        update(swaps)
        .where(swaps.c.id == swap, swaps.c.state == SwapState.ACCEPTED)
        .values(state=SwapState.UNDONE)
    )
    return tx.execute(change).rowcount == 1


def list_proposed(tx: Connection) -> Sequence[Swap]:
    """Those that wait for an answer, oldest first."""
    wanted = select(swaps).where(swaps.c.state == SwapState.PROPOSED).order_by(swaps.c.id)
    return [_value(row) for row in tx.execute(wanted)]


def list_of(tx: Connection, rota: RotaId, person: PersonId) -> Sequence[Swap]:
    """Theirs that wait for an answer or were made, oldest first."""
    wanted = (
        select(swaps)
        .where(
            swaps.c.rota == rota,
            or_(swaps.c.person == person, swaps.c.with_person == person),
            swaps.c.state.in_([SwapState.PROPOSED, SwapState.ACCEPTED]),
        )
        .order_by(swaps.c.id)
    )
    return [_value(row) for row in tx.execute(wanted)]


def _value(row: Row[Any]) -> Swap:
    facts = dict(row._mapping)
    facts["state"] = SwapState(facts["state"])
    return Swap(**facts)
