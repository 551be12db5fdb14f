"""Overrides made by people: cover, swaps, taken shifts (product.md 24 and 37)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert, select, update

from app.rules.organisation import Anchor, Override, PersonId, RotaId
from storage import schedule_marks
from storage.tables import overrides


def add(
    tx: Connection,
    *,
    rota: RotaId,
    person: PersonId,
    start: datetime,
    end: datetime,
    why: str,
    at: datetime,
    by: PersonId,
    slot: int = 0,
    of: Anchor | None = None,
    request: int | None = None,
    swap: int | None = None,
) -> int:
    """The new override's id."""
    added: int = tx.execute(
        insert(overrides)
        .values(
            rota=rota,
            person=person,
            start_at=start,
            end_at=end,
            why=why,
            made_at=at,
            made_by=by,
            slot=slot,
            of_person=of.person if of else None,
            of_day=of.day if of else None,
            request=request,
            swap=swap,
        )
        .returning(overrides.c.id)
    ).scalar_one()
    schedule_marks.rise(tx)
    return added


def withdraw(tx: Connection, ids: Sequence[int], *, at: datetime, by: PersonId) -> int:
    """What was served stays: an override that runs ends now. How many were withdrawn."""
    change = (
        update(overrides)
        .where(overrides.c.id.in_(ids), overrides.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at, withdrawn_by=by)
    )
    withdrawn = tx.execute(change).rowcount
    if withdrawn:
        schedule_marks.rise(tx)
    return withdrawn


def call_off(tx: Connection, ids: Sequence[int], *, by: PersonId) -> None:
    """Nothing of them was served, wherever the rota has put them since: nothing is left."""
    tx.execute(
        update(overrides)
        .where(overrides.c.id.in_(ids), overrides.c.withdrawn_at.is_(None))
        .values(withdrawn_at=overrides.c.start_at, withdrawn_by=by)
    )
    schedule_marks.rise(tx)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What somebody took of a cover request."""

    id: int
    person: PersonId
    start: datetime
    end: datetime


def of_request(tx: Connection, request: int) -> list[Taken]:
    """What was taken of a cover request and stands, by its start."""
    wanted = (
        select(overrides)
        .where(overrides.c.request == request, overrides.c.withdrawn_at.is_(None))
        .order_by(overrides.c.start_at, overrides.c.id)
    )
    return [
        Taken(id=row.id, person=row.person, start=row.start_at, end=row.end_at)
        for row in tx.execute(wanted)
    ]


def of_swap(tx: Connection, swap: int) -> list[int]:
    """Those that a swap led to, and that stand."""
    wanted = select(overrides.c.id).where(
        overrides.c.swap == swap, overrides.c.withdrawn_at.is_(None)
    )
    return list(tx.execute(wanted).scalars())


def of_swap_by_turn(tx: Connection, swap: int) -> dict[Anchor, int]:
    """`of_swap`, by the turn that each follows."""
    wanted = select(overrides).where(
        overrides.c.swap == swap, overrides.c.withdrawn_at.is_(None), overrides.c.of_day.isnot(None)
    )
    return {Anchor(person=row.of_person, day=row.of_day): row.id for row in tx.execute(wanted)}


def of_person(tx: Connection, rota: RotaId, person: PersonId, *, since: datetime) -> list[int]:
    """Those that stand and begin at `since` or later."""
    wanted = select(overrides.c.id).where(
        overrides.c.rota == rota,
        overrides.c.person == person,
        overrides.c.start_at >= since,
        overrides.c.withdrawn_at.is_(None),
    )
    return list(tx.execute(wanted).scalars())


def list_all(tx: Connection) -> dict[RotaId, list[Override]]:
    """By rota, in the order in which they were made; of a withdrawn one what was served.

    One that was made after another is never told as the earlier of the two, though the clock was
    set back between them: the later wins (product.md 37).
    """
    found: dict[RotaId, list[Override]] = {}
    newest: dict[RotaId, datetime] = {}
    for row in tx.execute(select(overrides).order_by(overrides.c.id)):
        made = newest[row.rota] = max(row.made_at, newest.get(row.rota, row.made_at))
        end = min(row.end_at, row.withdrawn_at) if row.withdrawn_at else row.end_at
        if end <= row.start_at:
            continue
        found.setdefault(row.rota, []).append(
            Override(
                person=row.person,
                start=row.start_at,
                end=end,
                why=row.why,
                made_at=made,
                slot=row.slot,
                of=_anchor(row.of_person, row.of_day, row.withdrawn_at),
            )
        )
    return found


def _anchor(person: str | None, day: date | None, withdrawn: datetime | None) -> Anchor | None:
    """A withdrawn swap follows nothing any more: what was served of it stands where it was."""
    if person is None or day is None or withdrawn is not None:
        return None
    return Anchor(person=person, day=day)
