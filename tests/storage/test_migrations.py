"""The migrations make exactly the tables that the code believes in, on both databases."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from storage.engine import Database, open_engine
from storage.migrate import migrate, schema_of
from storage.tables import metadata


def differences(database: Database) -> list[Any]:
    with database.write.begin() as tx:
        context = MigrationContext.configure(
            tx,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "target_metadata": metadata,
            },
        )
        return list(compare_metadata(context, metadata))


def partial_indexes(database: Database) -> dict[str, str]:
    """Index → its condition, which alembic does not compare."""
    query = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index'"
        " AND sql LIKE '% WHERE %'",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE indexdef LIKE '% WHERE %'"
        " AND schemaname = current_schema()",
    }[database.dialect]
    with database.read.begin() as tx:
        return {name: sql.partition(" WHERE ")[2] for name, sql in tx.execute(text(query))}


def checks(database: Database) -> dict[str, set[str]]:
    with database.read.begin() as tx:
        look = inspect(tx)
        return {
            table: {str(each["name"]) for each in look.get_check_constraints(table)}
            for table in metadata.tables
        }


@pytest.fixture
def from_tables(database: Database, tmp_path: Path) -> Database:
    """The same kind of database, made of the tables as the code has them."""
    if database.dialect == "sqlite":
        made = open_engine(f"sqlite:///{tmp_path / 'tables.db'}")
        with made.write.begin() as tx:
            metadata.create_all(tx)
        return made
    with database.write.begin() as tx:
        tx.execute(text("DROP TABLE alembic_version"))
        metadata.drop_all(tx)
        metadata.create_all(tx)
    return database


def test_the_migrations_make_the_tables_of_the_code(database: Database) -> None:
    assert differences(database) == []


def test_their_conditions_are_the_same(database: Database, request: pytest.FixtureRequest) -> None:
    migrated = partial_indexes(database), checks(database)
    made: Database = request.getfixturevalue("from_tables")
    assert migrated == (partial_indexes(made), checks(made))
    assert len(migrated[0]) > 5


def test_a_table_that_the_migrations_lack_would_be_noticed(database: Database) -> None:
    with database.write.begin() as tx:
        tx.execute(text("DROP TABLE held"))
    assert [each[0] for each in differences(database)][:1] == ["add_table"]


def test_a_schema_that_is_up_to_date_is_left_alone(database_url: str) -> None:
    assert migrate(database_url) == []
    opened = open_engine(database_url)
    with opened.read.begin() as tx:
        current, head = schema_of(tx)
    opened.dispose()
    assert current == head


def test_a_sqlite_file_is_copied_before_it_is_changed(sqlite_url: str, tmp_path: Path) -> None:
    path = tmp_path / "baton.db"
    with sqlite3.connect(path) as file:
        file.execute("UPDATE alembic_version SET version_num = '0000'")
    file.close()
    with pytest.raises(Exception, match="0000"):
        migrate(sqlite_url)
    assert (tmp_path / "baton.db.before-0000").exists()
