"""A database with as much in it as one asks for: bodies, alerts, closed P1s and their timeline,
pages, rings, posts."""

from datetime import timedelta

from sqlalchemy import text

from tests.kit import Bench

SLICE = 50_000
"""Rows of one statement: on PostgreSQL none may take longer than ten seconds."""


def fill(bench: Bench, rows: int) -> None:
    """So many rows in each table, all of them in order, two days old; then the planner is told."""
    for first in range(1, rows + 1, SLICE):
        last = min(first + SLICE - 1, rows)
        for statement in _statements(bench, first, last):
            bench.do(lambda work, told=statement: work.tx.execute(text(told)))
    with bench.database.write.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")


def _statements(bench: Bench, first: int, last: int) -> list[str]:
    lite = bench.database.dialect == "sqlite"
    then = bench.clock() - timedelta(days=2)
    at = f"'{then.isoformat(timespec='microseconds')[:26]}Z'"
    json = "'{}'" if lite else "CAST('{}' AS json)"
    body = "x'7b7d'" if lite else "'\\x7b7d'"
    no, yes = ("0", "1") if lite else ("false", "true")
    numbers = f"(SELECT generate_series({first}, {last}) AS i)"
    if lite:
        numbers = (
            f"(WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n"
            f" WHERE i < {last}) SELECT i FROM n)"
        )
    return [
        "INSERT INTO inbox (id, source, received_at, body, state, told, attached, cleared)"
        f" SELECT i, 'generic', {at}, {body}, 'done', 1, 1, 0 FROM {numbers} AS n",
        "INSERT INTO incidents (id, trouble, title, severity, reason, state, source, out_of_hours,"
        f" opened_at, triggered_at, resolved_at) SELECT i, 't' || i, 'title', 'P1', 'why',"
        f" 'closed', 'generic', {no}, {at}, {at}, {at} FROM {numbers} AS n",
        "INSERT INTO timeline (incident, at, kind, facts)"
        f" SELECT i, {at}, 'opened', {json} FROM {numbers} AS n",
        "INSERT INTO posts (key, channel, ts, incident, at)"
        f" SELECT 'card:' || i, 'C' || i, '1.1', i, {at} FROM {numbers} AS n",
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
    ]
