"""The databases that tests use one after another: each finds its own as good as new."""

from collections.abc import Iterator

import psycopg
import pytest

from app.flows.admit import Operator
from app.flows.declare import declare
from storage.engine import open_engine
from tests.conftest import TEMPLATE
from tests.kit import SetClock, open_bench
from tests.postgres import Databases, Server

NEXT = "SELECT nextval(pg_get_serial_sequence('incidents', 'id'))"


@pytest.fixture
def databases(postgres: Server) -> Iterator[Databases]:
    """A few of its own."""
    made = Databases(postgres, TEMPLATE)
    yield made
    postgres.drop_database(made.take())


def test_what_a_test_wrote_is_gone_and_numbers_begin_anew(
    postgres: Server, databases: Databases
) -> None:
    name = databases.take()
    database = open_engine(postgres.url(name))
    bench = open_bench(database, clock=SetClock())
    bench.do(declare, "orders fail", by=Operator())
    bench.kit.close()
    database.dispose()
    databases.give_back(name)
    assert databases.take() == name
    with psycopg.connect(postgres.url(name)) as connection:
        number = connection.execute(NEXT).fetchone()
        assert number == (1,)
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        for (table,) in connection.execute(tables).fetchall():
            if table != "alembic_version":
                assert connection.execute(f"SELECT 1 FROM {table}").fetchall() == []
    databases.give_back(name)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE alerts ADD CHECK (title <> 'poison')",
        "CREATE TABLE more (id int)",
        "DROP INDEX ix_incidents_state",
        "ANALYZE people",
    ],
)
def test_one_that_was_changed_otherwise_is_not_used_again(
    postgres: Server, databases: Databases, change: str
) -> None:
    name = databases.take()
    with psycopg.connect(postgres.url(name)) as connection:
        connection.execute(change)
    databases.give_back(name)
    assert databases.take() != name
