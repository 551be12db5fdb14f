"""What an alert costs does not grow with what is stored: no statement of its path walks a table."""

import sqlite3
from collections.abc import Iterator

import pytest

from app.flows.receive_together import receive_together
from app.rules.alert import AlertState
from storage import incidents
from storage.engine import Database, open_engine
from tests.flows.test_receive_alerts import elt_late, report_slow
from tests.flows.test_receive_together import told
from tests.kit import Bench, SetClock, open_bench

GROWING = ("inbox", "alerts", "incidents", "timeline", "audit", "effects")
"""The tables that grow with every alert or incident."""


@pytest.fixture
def bench(sqlite_url: str) -> Iterator[Bench]:
    database: Database = open_engine(sqlite_url)
    opened = open_bench(database, clock=SetClock())
    yield opened
    opened.kit.close()
    database.dispose()


def plans(bench: Bench, statements: list[str]) -> list[str]:
    """How SQLite goes about each of these statements."""
    assert bench.database.path is not None
    with sqlite3.connect(bench.database.path) as connection:
        found = []
        for statement in statements:
            rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
            found += [f"{row[3]} in {statement[:200]}" for row in rows]
    return found


def test_no_statement_of_an_alerts_path_walks_a_table_that_grows(bench: Bench) -> None:
    bench.do(receive_together, [told(elt_late("a")), told(report_slow())])
    bench.do(lambda work: incidents.adopt_channel(work.tx, 1, channel_id="C1", name="inc-1"))
    statements: list[str] = []
    driver = bench.database.write.raw_connection().driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.set_trace_callback(statements.append)
    crowd = [
        told(elt_late("b")),
        told(elt_late("a"), delivery_id="one"),
        told(elt_late("c"), elt_late("d")),
        told(elt_late("b", state=AlertState.RESOLVED)),
        told(elt_late("n", alarm="Unheard")),
        told(report_slow(state=AlertState.RESOLVED)),
    ]
    bench.do(receive_together, crowd)
    driver.set_trace_callback(None)
    asked = [each for each in statements if each.split(" ")[0] in ("SELECT", "UPDATE", "INSERT")]
    assert len(asked) > 10
    walks = [
        plan
        for plan in plans(bench, asked)
        for table in GROWING
        # By its state alone one finds all that are open, which in a storm are many.
        if plan.startswith((f"SCAN {table}", f"SEARCH {table} USING INDEX ix_{table}_state"))
    ]
    # The newest row's number is the end of its index, not a walk.
    assert [each for each in walks if "max(id)" not in each] == []
