"""The auditor asks indexes: with a filled database every plan names one, and it is quick."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from app.flows.audit_state import audit_state, settle_audit
from storage.engine import Database
from tests.kit import Bench, SetClock, open_bench

ROWS = 20_000
"""The campaign fills a million: `python3 -m tests.campaign audit`."""


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    opened = open_bench(database, clock=SetClock())
    fill(opened, ROWS)
    yield opened
    opened.kit.close()


def fill(bench: Bench, rows: int) -> None:
    """So many bodies, alerts, ended incidents, pages and effects, all in order."""
    dialect = bench.database.dialect
    numbers = {
        "sqlite": "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        f" WHERE i < {rows}) SELECT i FROM n)",
        "postgresql": f"(SELECT generate_series(1, {rows}) AS i)",
    }[dialect]
    then = bench.clock() - timedelta(days=2)
    at = f"'{then.isoformat(timespec='microseconds')[:26]}Z'"
    json = "'{}'" if dialect == "sqlite" else "CAST('{}' AS json)"
    body = "x'7b7d'" if dialect == "sqlite" else "'\\x7b7d'"
    no, yes = ("0", "1") if dialect == "sqlite" else ("false", "true")
    for statement in (
        "INSERT INTO inbox (id, source, received_at, body, state, told, attached, cleared)"
        f" SELECT i, 'generic', {at}, {body}, 'done', 1, 1, 0 FROM {numbers} AS n",
        "INSERT INTO incidents (id, trouble, title, severity, reason, state, source, out_of_hours,"
        f" opened_at, triggered_at, resolved_at) SELECT i, 't' || i, 'title', 'P1', 'why',"
        f" 'resolved', 'generic', {no}, {at}, {at}, {at} FROM {numbers} AS n",
        "INSERT INTO alerts (id, source, fingerprint, alarm, severity, state, title, labels,"
        " first_at, last_at, incident, inbox) SELECT i, 'generic', 'f' || i, 'A', 'P1', 'firing',"
        f" 'title', {json}, {at}, {at}, i, i FROM {numbers} AS n",
        "INSERT INTO escalations (id, incident, kind, state, tier, round, step, policy, why,"
        f" started_at, ended_at) SELECT i, i, 'incident', 'answered', 1, 0, 1, {json}, 'why', {at},"
        f" {at} FROM {numbers} AS n",
        "INSERT INTO pages (id, escalation, incident, step, tier, round, person, reason,"
        f" rota_facts, out_of_hours, reachable, state, at) SELECT i, i, i, 0, 1, 0, 'ana', 'why',"
        f" {json}, {no}, {yes}, 'answered', {at} FROM {numbers} AS n",
        "INSERT INTO effects (id, kind, lane, key, incident, escalation, page, due, facts, outcome,"
        " asked_at, first_claimed_at, ended_at) SELECT i, 'ring', 'page', 'ring:' || i, i, i, i,"
        f" {at}, {json}, 'done', {at}, {at}, {at} FROM {numbers} AS n",
    ):
        bench.do(lambda work, told=statement: work.tx.execute(text(told)))
    analyse = "ANALYZE"
    with bench.database.write.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(analyse)


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
