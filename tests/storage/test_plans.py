"""What is asked again and again walks through no table that grows, on either database."""

import functools
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from app.delivery import outcome
from app.delivery.lanes import claim_due
from app.delivery.outcome import Spoken
from app.delivery.rings import claim_rings
from app.delivery.understood import is_anything_left
from app.delivery.waits import answer_next
from app.flows import tell
from app.flows.admit import SlackCaller
from app.flows.audit_state import audit_state, settle_audit
from app.flows.figures import count_everything
from app.flows.forget import forget
from app.flows.hand_over import is_planned
from app.flows.look_ahead import is_look_planned
from app.flows.read_again import list_waiting
from app.flows.receive_together import receive_together
from app.flows.record import channel_made, invited, post_stands
from app.flows.seal_audit import due_for_seal
from app.flows.work import Work
from app.rules.alert import AlertState
from handlers.slack.ask import Ask
from handlers.slack.home import home_of
from handlers.slack.inc import run_inc
from handlers.slack.parse import INC, PANEL, read_line
from storage import effects, requests
from storage.effects import Lane
from storage.engine import Database
from tests.flows.test_receive_alerts import elt_late, report_slow
from tests.flows.test_receive_together import told
from tests.kit import Bench, SetClock, open_bench
from tests.storage.filled import fill

ROWS = 20_000
GROWING = (
    "inbox", "alerts", "incidents", "timeline", "escalations", "pages", "effects", "posts"
)  # fmt: skip
SHORT = (
    "ix_effects_due", "ix_effects_claimed", "ix_effects_parked", "ix_effects_left",
    "ix_inbox_waiting", "ix_inbox_quarantined", "ix_incidents_waking", "ix_escalations_ringing",
    "ix_alerts_adrift",
)  # fmt: skip
"""These indexes hold only what stands or is amiss, so to walk through one is no matter."""
ASKED = ("SELECT", "WITH", "UPDATE", "DELETE")
Asked = list[tuple[str, Any]]


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    opened = open_bench(database, clock=SetClock())
    fill(opened, ROWS)
    if database.dialect == "postgresql":
        for table in ("inbox", "incidents", "alerts", "escalations", "pages", "effects"):
            opened.do(_count_on, table)
    opened.do(receive_together, [told(elt_late("a")), told(report_slow())])
    opened.do(channel_made, ROWS + 1, channel_id="CNEW", name="inc-new")
    opened.do(post_stands, f"card:{ROWS + 1}", channel="CNEW", ts="9.9", incident=ROWS + 1)
    yield opened
    opened.kit.close()


def _count_on(work: Work, table: str) -> None:
    sequence = f"pg_get_serial_sequence('{table}', 'id')"
    work.tx.exec_driver_sql(f"SELECT setval({sequence}, (SELECT max(id) FROM {table}))")


def overhear(bench: Bench, deed: Callable[[], object]) -> Asked:
    """What the database was asked meanwhile."""
    asked: Asked = []

    def listen(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    if bench.database.dialect == "postgresql":
        event.listen(bench.database.write, "before_cursor_execute", listen)
        deed()
        event.remove(bench.database.write, "before_cursor_execute", listen)
        return asked
    # Hot statements go to SQLite's driver as they are, so the driver tells, values and all.
    drivers = []
    for engine in (bench.database.write, bench.database.swift, bench.database.read):
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.set_trace_callback(lambda statement: asked.append((statement, ())))
            drivers.append(driver)
    deed()
    for driver in drivers:
        driver.set_trace_callback(None)
    return asked


def walks(bench: Bench, asked: Asked) -> list[str]:
    """The statements that read a growing table from end to end, and how."""
    word = "EXPLAIN QUERY PLAN " if bench.database.dialect == "sqlite" else "EXPLAIN "
    found = []
    for statement, parameters in asked:
        if not statement.lstrip().upper().startswith(ASKED):
            continue
        plan = bench.do(
            lambda work, s=statement, p=parameters: work.tx.exec_driver_sql(word + s, p or None)
            .all()
        )  # fmt: skip
        found += [f"{row[-1]} in {statement[:300]}" for row in plan if _walks(str(row[-1]))]
    # The newest row's number is the end of its index, not a walk.
    return [each for each in found if "max(id)" not in each]


def _walks(line: str) -> bool:
    if any(f"INDEX {index}" in line for index in SHORT):
        return False
    return any(f"SCAN {table}" in line or f"Seq Scan on {table}" in line for table in GROWING)


def alerts(bench: Bench) -> None:
    bench.do(receive_together, [told(elt_late("b")), told(elt_late("a"), delivery_id="one")])
    bench.do(receive_together, [told(elt_late("b", state=AlertState.RESOLVED))])
    bench.do(receive_together, [told(elt_late("n", alarm="Unheard"))])


def waits(bench: Bench) -> None:
    bench.clock.now += timedelta(minutes=6)
    while bench.do(answer_next):
        pass
    bench.do(lambda work: effects.next_due(work.tx, list(Lane)))


def lanes(bench: Bench) -> None:
    for lane in Lane:
        claim = claim_rings(lane) if lane in (Lane.PAGE, Lane.DIRECT) else claim_due(lane)
        for effect in bench.do(claim, 8, [1]):
            bench.do(outcome.ended, effect, Spoken())


def tellings(bench: Bench) -> None:
    newest = ROWS + 1
    for telling in (tell.card, tell.announcement, tell.topic, tell.notice, invited):
        bench.kit._read_now(telling, newest)
    bench.kit._read_now(tell.page_message, newest)


def commands(bench: Bench) -> None:
    ask = Ask(by=SlackCaller(slack_id="UCHI", team="T1"), channel="CNEW")
    reads = ("list", "help", "status", "timeline", "")
    writes = ("ack", "join", "note a", "update b", "resolve", "rootcause c", "followup d", "close")
    for text in reads + writes:
        deed = functools.partial(run_inc, ask=ask, line=read_line(text, INC, blank=PANEL))
        run: Callable[..., Any] = bench.kit._read_now if text in reads else bench.do
        run(deed)
    bench.do(lambda work: requests.first_time(work.tx, "a press", at=work.now))
    bench.kit._read_now(home_of, ask.by)


def ticks(bench: Bench) -> None:
    for look in (is_anything_left, list_waiting, is_planned, is_look_planned, due_for_seal):
        bench.kit._read_now(look)
    bench.do(forget, keep=timedelta(days=90))


def count_all(bench: Bench) -> None:
    """As the auditor does, every fifteen seconds."""
    bench.clock.forward(hours=1)
    while (audit := bench.do(audit_state)).behind:
        bench.do(settle_audit, audit)
    bench.do(settle_audit, audit)


def metrics(bench: Bench) -> None:
    bench.kit._read_now(count_everything)


DEEDS = (alerts, waits, lanes, tellings, commands, ticks, metrics)


def test_no_statement_walks_through_a_table_that_grows(bench: Bench) -> None:
    """One test for all, because to fill the tables takes the time."""
    count_all(bench)
    found = {}
    for deed in DEEDS:
        asked = overhear(bench, functools.partial(deed, bench))
        assert len(asked) > 3
        found[deed.__name__] = walks(bench, asked)
    assert {name: each for name, each in found.items() if each} == {}
