"""From every released schema, with rows in every table, to this version's: nothing is lost."""

import os
import signal
import subprocess
import sys

import pytest
from sqlalchemy import Connection, inspect

from storage import (
    alerts,
    contacts,
    effects,
    escalations,
    handovers,
    heartbeats,
    inbox,
    incidents,
    participants,
    people,
    posts,
    tables,
    timeline,
    tokens,
)
from storage.effects import Lane
from storage.engine import open_engine
from storage.migrate import migrate, newest_schema, schema_of
from tests.storage.rows import AT, contents, counts, fill
from tests.storage.schemas import REVISIONS, make_schema


def make_old(url: str, revision: str) -> dict[str, set[str]]:
    """The schema of `revision` with rows in it, as an earlier version left it; its columns."""
    database = open_engine(make_schema(url, revision))
    with database.write.begin() as tx:
        fill(tx)
        columns = _columns(tx)
    database.dispose()
    return columns


def _columns(tx: Connection) -> dict[str, set[str]]:
    look = inspect(tx)
    return {
        name: {each["name"] for each in look.get_columns(name)}
        for name in look.get_table_names()
        if name in tables.metadata.tables
    }


def read_through_storage(tx: Connection) -> None:
    """What the flows read; every one of them must understand the old rows."""
    incident = incidents.get(tx, 1)
    assert incident is not None
    assert incident.opened_at == AT
    assert alerts.count_of(tx, 1)[0] == 1
    escalation = escalations.get(tx, 1)
    assert escalation is not None
    assert [page.person for page in escalations.pages_of(tx, 1)] == ["person 1"]
    assert contacts.get(tx, 2) is not None
    assert handovers.get(tx, 1) is not None
    assert heartbeats.last(tx)
    assert len(inbox.list_waiting(tx, at=AT)) == 2
    assert len(participants.list_of(tx, 1)) == 1
    assert len(people.list_all(tx)) == 2
    assert posts.find(tx, "key 1") is not None
    assert len(timeline.list_of(tx, 1)) == 1
    assert len(tokens.list_all(tx)) == 2
    assert set(effects.next_due(tx, [Lane.PAGE])) == {Lane.PAGE}


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_row_of_every_table_is_there_after_the_upgrade(empty_url: str, revision: str) -> None:
    columns = make_old(empty_url, revision)
    before = open_engine(empty_url)
    with before.read.begin() as tx:
        kept, rows = counts(tx, set(columns)), contents(tx, columns)
    before.dispose()
    assert migrate(empty_url) == REVISIONS[REVISIONS.index(revision) + 1 :]
    after = open_engine(empty_url)
    with after.read.begin() as tx:
        assert counts(tx, set(columns)) == kept
        assert contents(tx, columns) == rows
        read_through_storage(tx)
    after.dispose()
    assert set(kept.values()) == {2}


@pytest.mark.parametrize("statement", [4, 8, 999])
def test_a_kill_in_the_middle_of_a_migration_leaves_the_old_schema_whole(
    empty_url: str, statement: int
) -> None:
    columns = make_old(empty_url, REVISIONS[0])
    killed = subprocess.run(
        [sys.executable, "-m", "tests.storage.dying_migration", empty_url, str(statement)],
        env=os.environ,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    database = open_engine(empty_url)
    with database.read.begin() as tx:
        assert schema_of(tx)[0] == REVISIONS[0]
        assert set(counts(tx, set(columns)).values()) == {2}
    database.dispose()
    assert migrate(empty_url) == REVISIONS[1:]
    with (again := open_engine(empty_url)).read.begin() as tx:
        assert schema_of(tx)[0] == newest_schema()
        assert set(counts(tx, set(columns)).values()) == {2}
    again.dispose()


def test_a_version_that_was_rolled_back_goes_on_with_the_newer_schema(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.migrate._revisions", lambda: REVISIONS[:1])
    assert migrate(database_url) == []
