"""The database goes away in the middle of a flow: nothing is done twice, and nothing is lost."""

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.errors import CrashShutdown, DiskFull
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError, OperationalError

from app.flows import outage
from app.flows.admit import Operator
from app.flows.declare import declare
from app.flows.kit import host_clock
from app.flows.outage import Outage, StillAway
from app.flows.work import Work
from handlers.file_watch import FileWatch
from storage import incidents
from storage.engine import Database, open_engine
from storage.migrate import migrate
from storage.tables import runs
from storage.trouble import FileGone, in_words, is_away, is_damage
from tests.kit import Bench, SetClock, open_bench
from tests.postgres import Server
from tests.proxy import Cut, Proxy, proxied


@pytest.fixture
def proxy(postgres: Server) -> Iterator[Proxy]:
    with proxied(postgres) as made:
        yield made


@pytest.fixture
def distant(postgres_url: str, proxy: Proxy) -> Iterator[Bench]:
    """A bench whose database lies behind the proxy."""
    database = open_engine(proxy.url(postgres_url.split("@/")[1].split("?")[0]))
    bench = open_bench(database, clock=SetClock())
    bench.kit.clock = host_clock  # or a declaration of the same instant would meet itself
    yield bench
    bench.kit.close()
    database.dispose()


@pytest.fixture
def ashore(own_server: Server) -> Iterator[Bench]:
    """A bench on a server that a test may stop."""
    url = own_server.create_database("ashore")
    migrate(url)
    bench = open_bench(database := open_engine(url), clock=SetClock())
    yield bench
    bench.kit.close()
    database.dispose()


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Bench]:
    bench = open_bench(database := open_engine(sqlite_url), clock=SetClock())
    yield bench
    bench.kit.close()
    database.dispose()


def declared(bench: Bench) -> int:
    return len(bench.do(lambda work: incidents.list_open(work.tx)))


@pytest.mark.parametrize(
    "cuts",
    [[Cut.BEFORE], [Cut.AFTER], [Cut.LATE], [Cut.AFTER, Cut.AFTER], [Cut.LATE, Cut.BEFORE]],
    ids="-".join,
)
def test_a_commit_in_doubt_is_looked_for_and_neither_lost_nor_repeated(
    distant: Bench, proxy: Proxy, cuts: list[Cut]
) -> None:
    proxy.cuts[:] = list(cuts)
    told = distant.do(declare, "orders fail", by=Operator())
    proxy.cuts.clear()
    assert proxy.done[:1] == cuts[:1]
    assert declared(distant) == 1
    assert distant.do(lambda work: work.incident(told.incident.id)).title == "orders fail"


def test_a_flow_that_wrote_nothing_leaves_no_mark(distant: Bench) -> None:
    def marks(work: Work) -> int:
        return int(work.tx.execute(select(func.count()).select_from(runs)).scalar_one())

    before = distant.do(marks)
    distant.do(lambda work: incidents.list_open(work.tx))
    assert distant.do(marks) == before
    distant.do(declare, "orders fail", by=Operator())
    assert distant.do(marks) == before + 1


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_server_that_starts_again_costs_a_flow_only_time(
    ashore: Bench, own_server: Server, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage, "PATIENCE", 30.0)
    ashore.do(declare, "orders fail", by=Operator())
    if how == "stop":
        own_server.stop("immediate")
    else:
        own_server.kill()
    starting = threading.Timer(0.3, own_server.start)
    starting.start()
    ashore.clock.forward(seconds=1)
    try:
        assert ashore.do(declare, "orders fail again", by=Operator()).new
    finally:
        starting.join()
    assert declared(ashore) == 2


def test_a_server_that_stays_away_is_told_of_once_and_everybody_is_refused_at_once(
    ashore: Bench,
    own_server: Server,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(outage, "PATIENCE", 0.3)
    own_server.stop("immediate")
    with pytest.raises(OperationalError) as first:
        ashore.do(declare, "orders fail", by=Operator())
    assert is_away(first.value)
    began = time.monotonic()
    for _ in range(20):
        with pytest.raises(StillAway) as refusal:
            ashore.do(declare, "orders fail", by=Operator())
        assert is_away(refusal.value)
    assert time.monotonic() - began < 0.3
    assert (ashore.kit.writing.seconds or 0) > 0.3
    own_server.start()
    time.sleep(outage.REST)
    with caplog.at_level(logging.WARNING):
        assert ashore.do(declare, "orders fail", by=Operator()).new
    assert ashore.kit.writing.seconds is None
    told = [each.message for each in caplog.records if each.name == "baton.database"]
    assert len([each for each in told if "is away since" in each]) == 1
    assert len([each for each in told if "is back after" in each]) == 1


def test_a_file_that_another_program_holds_is_waited_for(sqlite: Bench, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "baton.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(1.0, lambda: other.execute("COMMIT")).start()
    assert sqlite.do(declare, "orders fail", by=Operator()).new
    other.close()


def test_a_full_disk_is_an_outage_until_something_was_written(
    sqlite: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage, "SETTLED", 0.0)
    full = "PRAGMA max_page_count = 1"
    with sqlite.database.write.connect() as connection:
        connection.exec_driver_sql(full)

    def fill(work: Work) -> None:
        work.audit("filled", "disk", by="me", facts="x" * 500_000)

    with pytest.raises(OperationalError, match="full") as refusal:
        sqlite.do(fill)
    assert is_away(refusal.value)
    assert sqlite.kit.writing.needs_a_write
    sqlite.do(lambda work: incidents.list_open(work.tx))
    assert sqlite.kit.writing.seconds is not None
    with sqlite.database.write.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    sqlite.do(fill)
    assert sqlite.kit.writing.seconds is None


def test_what_a_full_disk_has_room_for_is_written_and_does_not_show_that_it_has_room_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outage, "PATIENCE", 0.0)
    writing = Outage("writing")
    writing.failed(OperationalError("INSERT", {}, DiskFull("could not extend file")))
    writing.refuse_early()
    writing.enter()
    writing.worked()
    writing.leave()
    assert writing.needs_a_write
    monkeypatch.setattr(outage, "SETTLED", 0.0)
    writing.worked(wrote=False)
    assert writing.needs_a_write
    writing.worked()
    assert writing.seconds is None


def test_a_full_disk_whose_server_is_lost_is_an_outage_as_any_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outage, "PATIENCE", 0.0)
    writing = Outage("writing")
    for error in (DiskFull("could not extend file"), CrashShutdown("terminating")):
        writing.failed(OperationalError("INSERT", {}, error))
    with pytest.raises(StillAway):
        writing.refuse_early()
    writing.worked()
    assert writing.seconds is None


def test_the_reason_of_a_server_is_told_without_its_hint(ashore: Bench) -> None:
    order = "DO $$ BEGIN RAISE 'no room' USING ERRCODE = '53100', HINT = 'Make some'; END $$"
    with pytest.raises(OperationalError) as met:
        ashore.do(lambda work: work.tx.exec_driver_sql(order))
    assert is_away(met.value)
    assert in_words(met.value) == "no room"


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_file_that_is_gone_takes_nothing_more_in(sqlite: Bench, tmp_path: Path, how: str) -> None:
    path = tmp_path / "baton.db"
    kept = path.rename(tmp_path / "kept.db")
    if how == "replaced":
        path.write_bytes(kept.read_bytes())
    with pytest.raises(FileGone) as refusal:
        sqlite.do(declare, "orders fail", by=Operator())
    assert is_away(refusal.value)
    path.unlink(missing_ok=True)
    kept.rename(path)
    assert sqlite.do(declare, "orders fail", by=Operator()).new


def test_damage_is_an_outage_until_the_file_was_found_whole(
    sqlite: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    writing, watch = sqlite.kit.writing, FileWatch(sqlite.kit)
    asyncio.run(watch.look())
    assert not writing.is_damaged
    whole = overwrite(tmp_path / "baton.db", "held")
    sqlite.database.dispose()  # what a connection keeps in memory is not read from the file
    with pytest.raises(DatabaseError) as met:
        sqlite.kit._read_now(lambda work: work.tx.exec_driver_sql("SELECT * FROM held").all())
    assert is_damage(met.value)
    assert is_away(met.value)
    assert sqlite.do(declare, "orders fail", by=Operator()).new
    assert writing.is_damaged, "that a part of it can be written proves nothing"
    assert "put back the newest backup" in caplog.text
    asyncio.run(watch.look())
    assert writing.is_damaged
    overwrite(tmp_path / "baton.db", "held", whole)
    asyncio.run(watch.look())
    assert not writing.is_damaged
    assert writing.seconds is None


def overwrite(path: Path, table: str, content: bytes | None = None) -> bytes:
    """Damage the first page of a table, or put it back; what was there before."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as file:
        where = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        [page] = file.execute(where, (table,)).fetchone()
        [size] = file.execute("PRAGMA page_size").fetchone()
    file.close()
    with path.open("r+b") as raw:
        raw.seek((page - 1) * size)
        before = raw.read(size)
        raw.seek((page - 1) * size)
        raw.write(content or b"\xa5" * size)
    return before


def test_an_error_of_the_flow_s_own_is_no_outage(database: Database) -> None:
    bench = open_bench(database, clock=SetClock())
    with pytest.raises(Exception, match="nonesuch"):
        bench.do(lambda work: work.tx.exec_driver_sql("SELECT * FROM nonesuch"))
    assert bench.kit.writing.seconds is None
    bench.kit.close()


def test_while_one_tries_the_others_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "PATIENCE", 0.0)
    monkeypatch.setattr(outage, "REST", 0.0)
    state, refused = Outage("writing"), []
    state.failed(FileGone("baton.db"))
    state.enter()

    def other() -> None:
        try:
            state.enter()
        except StillAway:
            refused.append(True)

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert refused
    state.leave()
    state.enter()
