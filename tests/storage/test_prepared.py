"""What goes to the driver as text says and tells the same as it would through SQLAlchemy."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from storage.engine import Database
from storage.prepared import Prepared
from storage.tables import effects, seen_requests

NOW = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
ADD = Prepared(insert(effects))
FIND = Prepared(
    select(effects).where(
        effects.c.key == bindparam("given_key"), effects.c.outcome.in_(["due", "unknown"])
    ),
    effects.c,
)
PUT_OFF = Prepared(
    update(effects).where(effects.c.key == bindparam("given_key")).values(due=bindparam("given_at"))
)


def _effect(key: str, **more: Any) -> dict[str, Any]:
    facts = {"kind": "say", "lane": "chat", "key": key, "due": NOW, "asked_at": NOW}
    return facts | {"outcome": "due", "facts": {"a": ["100 %", "ä", None]}} | more


def test_a_row_comes_back_as_sqlalchemy_tells_it(database: Database) -> None:
    with database.write.begin() as tx:
        ADD.run(tx, _effect("one", problem="a % and a ? and a :name"))
        told = tx.execute(select(effects).where(effects.c.key == "one")).one()
        assert FIND.first(tx, {"given_key": "one"}) == dict(told._mapping)


def test_the_same_statement_takes_other_columns_another_time(database: Database) -> None:
    with database.write.begin() as tx:
        ADD.run(tx, _effect("one"))
        ADD.run(tx, _effect("two", attempts=3))
        assert [each["attempts"] for each in FIND.all(tx, {"given_key": "two"})] == [3]


def test_a_change_tells_how_many_rows_it_met(database: Database) -> None:
    with database.write.begin() as tx:
        ADD.run(tx, _effect("one"))
        assert PUT_OFF.run(tx, {"given_key": "one", "given_at": NOW}) == 1
        assert PUT_OFF.run(tx, {"given_key": "two", "given_at": NOW}) == 0
        assert FIND.first(tx, {"given_key": "two"}) is None


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    with database.write.begin() as tx, pytest.raises(ValueError, match="has no zone"):
        ADD.run(tx, _effect("one", due=NOW.replace(tzinfo=None)))


def test_errors_are_sqlalchemys_and_show_no_values(database: Database) -> None:
    mark, told = Prepared(insert(seen_requests)), {"key": "a secret", "at": NOW}
    with database.write.begin() as tx:
        mark.run(tx, told)
    with database.write.begin() as tx, pytest.raises(IntegrityError) as caught:
        mark.run(tx, told)
    assert "a secret" not in str(caught.value).partition("DETAIL")[0]
