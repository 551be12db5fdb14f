"""The auditor asks indexes: with a filled database every plan names one, and it is quick."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from app.flows.audit_state import audit_state, settle_audit
from storage.engine import Database
from tests.kit import Bench, SetClock, open_bench
from tests.storage.filled import fill

ROWS = 6_000
"""The campaign `audit` fills a million."""


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    opened = open_bench(database, clock=SetClock())
    fill(opened, ROWS)
    yield opened
    opened.kit.close()


def settle_all(bench: Bench) -> None:
    while True:
        audit = bench.do(audit_state)
        bench.do(settle_audit, audit)
        if not audit.behind:
            return


def statements(bench: Bench) -> list[tuple[str, Any]]:
    """What one audit asks the database."""
    asked: list[tuple[str, Any]] = []

    def listen(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    engine = bench.database.write
    event.listen(engine, "before_cursor_execute", listen)
    bench.do(audit_state)
    event.remove(engine, "before_cursor_execute", listen)
    return [each for each in asked if each[0].lstrip().upper().startswith(("SELECT", "WITH"))]


BIG = ("inbox", "incidents", "alerts", "escalations", "pages", "effects")


def scanned(bench: Bench, statement: str, parameters: Any) -> list[str]:
    """The big tables of which a statement reads every row."""
    word = "EXPLAIN QUERY PLAN " if bench.database.dialect == "sqlite" else "EXPLAIN "
    rows = bench.do(lambda work: work.tx.exec_driver_sql(word + statement, parameters).all())
    plan = [str(row[-1]) for row in rows]
    marks = ("SCAN {}", "Seq Scan on {}")
    return [
        line
        for line in plan
        for table in BIG
        for mark in marks
        if mark.format(table) in line and "USING" not in line
    ]


def test_no_question_reads_a_whole_table(bench: Bench) -> None:
    settle_all(bench)
    asked = statements(bench)
    assert len(asked) > 10
    assert [found for each in asked for found in scanned(bench, *each)] == []


def test_a_full_database_is_audited_in_milliseconds(bench: Bench) -> None:
    settle_all(bench)
    took = []
    for _ in range(7):
        began = time.perf_counter()
        assert bench.do(audit_state).content
        took.append(time.perf_counter() - began)
    assert sorted(took)[3] < 0.25  # 50 ms at a million rows when the machine is not busy
