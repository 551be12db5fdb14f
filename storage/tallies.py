"""Tallies: sums that are kept as they grow, and marks of how far something was counted."""

from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from storage.tables import tallies
from storage.upsert import add_if_new, insert_for


def read(tx: Connection) -> dict[str, int]:
    """Every sum and mark."""
    return {row.name: row.number for row in tx.execute(select(tallies))}


def add(tx: Connection, numbers: Mapping[str, int]) -> None:
    """Let sums grow. In one order, so that two who add never wait for each other in a circle."""
    for name in sorted(numbers):
        new = insert_for(tx, tallies).values(name=name, number=numbers[name])
        grown = tallies.c.number + new.excluded.number
        tx.execute(new.on_conflict_do_update(index_elements=["name"], set_={"number": grown}))


def set_mark(tx: Connection, name: str, number: int) -> None:
    """Put a mark somewhere, wherever it stood."""
    new = insert_for(tx, tallies).values(name=name, number=number)
    tx.execute(new.on_conflict_do_update(index_elements=["name"], set_={"number": number}))


def move(tx: Connection, name: str, *, was: int, to: int) -> bool:
    """Move a mark on; True for the one caller that moved it from where it stood."""
    if add_if_new(tx, tallies, {"name": name, "number": to}) is not None:
        return was == 0
    change = update(tallies).where(tallies.c.name == name, tallies.c.number == was)
    return tx.execute(change.values(number=to)).rowcount == 1
