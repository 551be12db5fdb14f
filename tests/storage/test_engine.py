"""The engine's promises, on both databases where they are shared."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select, update
from sqlalchemy.exc import DBAPIError, StatementError

from storage.columns import Json, UtcDateTime
from storage.engine import CannotOpen, Database, open_engine
from tests.postgres import Server

NOTES = Table(
    "engine_notes",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime),
    Column("facts", Json),
)
NOON = datetime(2026, 3, 29, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def notes(database: Database) -> Database:
    NOTES.metadata.create_all(database.write)
    return database


def stored(database: Database, **values: object) -> tuple[object, object]:
    with database.write.begin() as tx:
        made = tx.execute(insert(NOTES).values(**values).returning(NOTES.c.id)).scalar_one()
    with database.read.begin() as tx:
        row = tx.execute(select(NOTES.c.at, NOTES.c.facts).where(NOTES.c.id == made)).one()
    return row.at, row.facts


def test_an_instant_comes_back_in_utc_to_the_microsecond(notes: Database) -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    at, _ = stored(notes, at=NOON.astimezone(kathmandu))
    assert at == NOON
    assert isinstance(at, datetime)
    assert at.tzinfo is UTC


def test_a_naive_time_is_refused(notes: Database) -> None:
    with pytest.raises(StatementError, match="only aware times"), notes.write.begin() as tx:
        tx.execute(insert(NOTES).values(at=NOON.replace(tzinfo=None)))


def test_instants_sort_and_compare_as_time_does(notes: Database) -> None:
    instants = [
        datetime(999, 12, 31, tzinfo=UTC),
        NOON.replace(microsecond=0),
        NOON,
        NOON + timedelta(microseconds=1),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ]
    with notes.write.begin() as tx:
        tx.execute(insert(NOTES), [{"at": at} for at in reversed(instants)])
    with notes.read.begin() as tx:
        assert list(tx.execute(select(NOTES.c.at).order_by(NOTES.c.at)).scalars()) == instants
        later = select(func.count()).where(NOTES.c.at > NOON)
        assert tx.execute(later).scalar_one() == 2


@pytest.mark.parametrize(
    "facts",
    [
        {"text": "NUL \0 and a lone surrogate \ud800", "zero": None},
        {"big": 2**64, "nested": [[], {}, "", False]},
        {"emoji": "🔥", "quote": "\"'\\"},
        [],
        "",
        0,
        None,
    ],
)
def test_json_comes_back_equal(notes: Database, facts: object) -> None:
    assert stored(notes, facts=facts)[1] == facts


def test_what_is_not_json_is_refused(notes: Database) -> None:
    with pytest.raises((StatementError, ValueError), match="JSON"):
        stored(notes, facts={"load": float("nan")})


def test_a_reader_cannot_write(notes: Database) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"), notes.read.begin() as tx:
        tx.execute(insert(NOTES).values(at=NOON))


def test_a_reader_sees_one_moment(notes: Database) -> None:
    count = select(func.count()).select_from(NOTES)
    with notes.read.begin() as tx:
        before = tx.execute(count).scalar_one()
        stored(notes, at=NOON)
        assert tx.execute(count).scalar_one() == before
    with notes.read.begin() as tx:
        assert tx.execute(count).scalar_one() == before + 1


def test_a_failed_transaction_leaves_nothing(notes: Database) -> None:
    def flow() -> None:
        with notes.write.begin() as tx:
            tx.execute(insert(NOTES).values(at=NOON))
            raise LookupError

    with pytest.raises(LookupError):
        flow()
    with notes.read.begin() as tx:
        assert tx.execute(select(func.count()).select_from(NOTES)).scalar_one() == 0


def test_a_savepoint_can_fail_alone(notes: Database) -> None:
    """Intake requests share a transaction and must not share their failures."""
    with notes.write.begin() as tx:
        for number in (1, 2, 3):
            savepoint = tx.begin_nested()
            tx.execute(insert(NOTES).values(id=number))
            if number == 2:
                savepoint.rollback()
            else:
                savepoint.commit()
    with notes.read.begin() as tx:
        assert list(tx.execute(select(NOTES.c.id).order_by(NOTES.c.id)).scalars()) == [1, 3]


def test_a_conditional_update_has_one_winner(notes: Database) -> None:
    at, _ = stored(notes, at=NOON)
    take = update(NOTES).where(NOTES.c.at == at).values(at=None)
    won: list[int] = []

    def claim() -> None:
        with notes.write.begin() as tx:
            won.append(tx.execute(take).rowcount)

    claims = [threading.Thread(target=claim) for _ in range(8)]
    for thread in claims:
        thread.start()
    for thread in claims:
        thread.join()
    assert sorted(won) == [0] * 7 + [1]


# SQLite alone


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    opened = open_engine(sqlite_url, check=True)
    NOTES.metadata.create_all(opened.write)
    yield opened
    opened.dispose()


def test_sqlite_answers_are_durable_and_keys_hold(sqlite: Database) -> None:
    with sqlite.write.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    full = 2
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }


def test_a_writer_waits_for_another_process_instead_of_failing(sqlite: Database) -> None:
    assert sqlite.path
    other = sqlite3.connect(sqlite.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.5, other.execute, ["COMMIT"])
    started = time.monotonic()
    release.start()
    stored(sqlite, at=NOON)
    waited = time.monotonic() - started
    release.join()
    other.close()
    assert waited >= 0.5


def test_what_a_writer_read_stays_true_until_it_writes(sqlite: Database) -> None:
    """BEGIN IMMEDIATE: another process cannot slip in between reading and writing."""
    assert sqlite.path
    other = sqlite3.connect(sqlite.path, timeout=0.05, isolation_level=None)
    with sqlite.write.begin() as tx:
        tx.execute(select(NOTES))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("INSERT INTO engine_notes DEFAULT VALUES")
        tx.execute(insert(NOTES).values(at=NOON))
    other.close()


def test_a_person_can_read_the_times_with_sqlite_itself(sqlite: Database) -> None:
    stored(sqlite, at=NOON)
    assert sqlite.path
    other = sqlite3.connect(sqlite.path)
    told = other.execute("SELECT at, datetime(at, '+1 hour') FROM engine_notes").fetchone()
    other.close()
    assert told == ("2026-03-29T12:00:00.123456Z", "2026-03-29 13:00:00")


def test_a_full_disk_is_an_error_and_then_it_recovers(sqlite: Database) -> None:
    with sqlite.write.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")  # SQLite keeps what is in use
    with pytest.raises(DBAPIError, match="full"):
        stored(sqlite, facts="x" * 2_000_000)
    with sqlite.write.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert stored(sqlite, facts="x" * 2_000_000)[1] == "x" * 2_000_000


def test_a_damaged_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "baton.db"
    whole = sqlite3.connect(path)
    whole.execute("CREATE TABLE t (x)")
    whole.executemany("INSERT INTO t VALUES (?)", [("y" * 500,) for _ in range(200)])
    whole.commit()
    whole.close()
    bytes_ = bytearray(path.read_bytes())
    bytes_[8192:40960] = b"\xff" * (40960 - 8192)
    path.write_bytes(bytes_)
    with pytest.raises(CannotOpen, match=r"damaged .* Nothing was changed"):
        open_engine(f"sqlite:///{path}", check=True)
    assert len(path.read_bytes()) == len(bytes_)
    assert path.read_bytes()[8192:40960] == bytes_[8192:40960]


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "baton.db"
    path.write_text("these are notes about something else, and rather long ones " * 30)
    with pytest.raises(CannotOpen, match="damaged"):
        open_engine(f"sqlite:///{path}")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("sqlite:////nowhere/at/all/baton.db", "does not exist"),
        ("mysql://host/name", "not in mysql"),
        ("baton.db", "cannot be read"),
        ("postgresql://baton@127.0.0.1:1/baton", "cannot be used"),
    ],
)
def test_an_unusable_url_is_explained(url: str, sentence: str) -> None:
    with pytest.raises(CannotOpen, match=sentence):
        open_engine(url)


# PostgreSQL alone


def test_a_refusal_by_postgresql_hides_the_password(postgres: Server) -> None:
    url = f"postgresql://baton:sesame@/nobody?host={postgres.folder}"
    with pytest.raises(CannotOpen, match="does not exist") as refusal:
        open_engine(url)
    assert "sesame" not in str(refusal.value)


def test_postgresql_sessions_are_bounded_and_durable(postgres_url: str) -> None:
    """The server of these tests commits asynchronously, and every session corrects that."""
    database = open_engine(postgres_url)
    with database.write.begin() as tx:
        told = {
            name: tx.exec_driver_sql(f"SHOW {name}").scalar_one()
            for name in ("synchronous_commit", "statement_timeout", "lock_timeout", "timezone")
        }
    database.dispose()
    assert told == {
        "synchronous_commit": "on",
        "statement_timeout": "10s",
        "lock_timeout": "5s",
        "timezone": "UTC",
    }


def test_postgresql_may_crash_between_two_transactions(own_server: Server) -> None:
    database = open_engine(own_server.create_database("crash"))
    NOTES.metadata.create_all(database.write)
    assert stored(database, at=NOON)[0] == NOON
    own_server.kill()
    with pytest.raises(DBAPIError):
        stored(database, at=NOON)
    own_server.start()
    assert stored(database, at=NOON)[0] == NOON
    with database.read.begin() as tx:
        assert tx.execute(select(func.count()).select_from(NOTES)).scalar_one() == 2
    database.dispose()
