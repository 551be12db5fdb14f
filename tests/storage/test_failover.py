"""Two PostgreSQL servers, one following the other: whichever takes writes is the one used."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import insert, select

from app.flows import outage
from app.flows.admit import Operator
from app.flows.declare import declare
from storage import incidents
from storage.address import read_address
from storage.engine import CannotOpen, open_engine
from storage.migrate import migrate
from storage.tables import seen_requests
from tests.kit import SetClock, open_bench
from tests.postgres import PORT, Server


@pytest.fixture
def standby(own_server: Server) -> Iterator[Server]:
    """Follows `own_server`, which has the database `baton` with the schema in it."""
    migrate(own_server.create_database("baton"))
    made = own_server.make_standby(Path(tempfile.mkdtemp(prefix="baton-pg-")))
    made.start()
    yield made
    made.remove()


def caught_up(primary: Server, standby: Server) -> bool:
    with (
        psycopg.connect(primary.url("baton")) as here,
        psycopg.connect(standby.url("baton")) as there,
    ):
        [written] = here.execute("SELECT pg_current_wal_lsn()").fetchone() or [None]
        query = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"
        return (there.execute(query, [written]).fetchone() or [False])[0]


def test_the_server_that_takes_writes_is_used_also_after_a_failover(
    own_server: Server, standby: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage, "PATIENCE", 30.0)
    with pytest.raises(CannotOpen, match="read-only"):
        open_engine(standby.url("baton"))
    folders = f"{standby.folder},{own_server.folder}"
    database = open_engine(f"postgresql://baton@/baton?host={folders}&port={PORT},{PORT}")
    bench = open_bench(database, clock=SetClock())
    bench.do(declare, "before the failover", by=Operator())
    end = time.monotonic() + 20
    while not caught_up(own_server, standby):
        assert time.monotonic() < end
        time.sleep(0.05)
    own_server.kill()
    standby.promote()
    bench.clock.forward(seconds=1)
    assert bench.do(declare, "after the failover", by=Operator()).new
    titles = {each.title for each in bench.do(lambda work: incidents.list_open(work.tx))}
    assert titles == {"before the failover", "after the failover"}
    own_server.start()  # for its removal
    bench.kit.close()
    database.dispose()


def test_a_server_that_turns_read_only_is_left_for_one_that_does_not(
    postgres_url: str, postgres: Server
) -> None:
    database = open_engine(postgres_url)
    name = postgres_url.split("@/")[1].split("?")[0]
    bench = open_bench(database, clock=SetClock())
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        with database.write.connect() as connection:
            connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
            connection.commit()
            with pytest.raises(Exception, match="read-only") as refusal:
                connection.execute(insert(seen_requests).values(key="x", at=bench.clock()))
            assert refusal.value.connection_invalidated  # type: ignore[attr-defined]
        admin.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    assert bench.do(declare, "orders fail", by=Operator()).new
    with database.read.begin() as tx:
        assert tx.execute(select(seen_requests.c.key)).all() == []
    bench.kit.close()
    database.dispose()


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("postgresql://me:pw@one:5432,two:5433/baton", ("one:5432", "two:5433")),
        ("postgresql://one,two/baton?target_session_attrs=any", ("one", "two")),
    ],
)
def test_an_address_may_name_several_hosts(text: str, hosts: tuple[str, ...]) -> None:
    read = read_address(text)
    assert read.query["host"] == hosts
    assert read.database == "baton"
    assert read.get_backend_name() == "postgresql"


def test_an_address_with_one_host_is_read_as_ever() -> None:
    assert read_address("postgresql://me:p%2Cw@one:5432/baton").password == "p,w"
    assert read_address("sqlite:////data/a,b.db").database == "/data/a,b.db"
