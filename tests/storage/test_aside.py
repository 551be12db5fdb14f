"""A part that fails leaves the rest of its transaction as it was."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from storage import tallies
from storage.aside import aside
from storage.engine import Database
from storage.tables import tallies as table


def _names(database: Database) -> list[str]:
    with database.read.begin() as tx:
        return list(tx.execute(select(table.c.name).order_by(table.c.name)).scalars())


def test_what_raises_is_undone_and_the_rest_is_kept(database: Database) -> None:
    with database.write.begin() as tx:
        tallies.add(tx, {"before": 1})
        for name in ("a", "b", "c"):
            try:
                with aside(tx):
                    tallies.add(tx, {name: 1})
                    if name == "b":
                        raise LookupError
            except LookupError:
                continue
    assert _names(database) == ["a", "before", "c"]


def _twice_the_same(database: Database) -> None:
    with database.write.begin() as tx, aside(tx):
        for _ in range(2):
            tx.execute(table.insert().values(name="a", number=1))


def test_an_error_of_the_database_is_handed_on(database: Database) -> None:
    with pytest.raises(IntegrityError):
        _twice_the_same(database)
    assert _names(database) == []
