"""The auditor over a full database: a million rows in each table, a hundred P1s that ring and a
hundred that somebody has; what one audit takes, on SQLite and on PostgreSQL."""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from app.flows.acknowledge import acknowledge
from app.flows.admit import Operator
from app.flows.audit_state import audit_state, settle_audit
from app.flows.receive_alerts import receive_alerts
from app.flows.work import Work
from app.organisation.example import example_text
from app.rules.alert import Alert, AlertState, Delivery
from storage.engine import Database, open_engine
from storage.migrate import migrate
from tests.campaign.report import Finding, at_most, exactly, told
from tests.kit import Bench, SetClock, open_bench
from tests.postgres import NoPostgres, Server
from tests.storage.filled import fill
from tests.wire.trouble import service

QUICK = 50.0
"""Milliseconds that one audit may take."""
P1S = 200
AUDITS = 15


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=1_000_000, help="in each table (1,000,000)")


def run(options: argparse.Namespace) -> Sequence[Finding]:
    """Both databases; PostgreSQL where it is installed."""
    rows = 2_000 if options.short else options.rows
    found: list[Finding] = [told("rows in each table", rows)]
    with tempfile.TemporaryDirectory(prefix="baton-audit-") as folder:
        with _sqlite(Path(folder)) as database:
            found += _measure(database, rows, short=options.short)
        try:
            with _postgresql() as database:
                found += _measure(database, rows, short=options.short)
        except NoPostgres as reason:
            print(reason)
    return found


def _measure(database: Database, rows: int, *, short: bool) -> Iterator[Finding]:
    name = database.dialect
    organisation = example_text() + "\n".join(map(service, range(P1S)))
    bench = open_bench(database, clock=SetClock(), organisation=organisation)
    began = time.perf_counter()
    fill(bench, rows)
    if name == "postgresql":
        for table in ("inbox", "incidents", "alerts", "escalations", "pages", "effects"):
            bench.do(_set_sequence, table)
    _open(bench)
    yield told(f"{name}: filled in", time.perf_counter() - began, "s")
    counting, parts = time.perf_counter(), 0
    while True:
        audit = bench.do(audit_state)
        bench.do(settle_audit, audit)
        parts += 1
        if not audit.behind:
            break
    yield told(f"{name}: all of it counted once, in parts", parts)
    each = 1000 * (time.perf_counter() - counting) / parts
    yield told(f"{name}: one part", each, "ms")
    yield from _audits(bench, name, short=short)
    bench.kit.close()


def _audits(bench: Bench, name: str, *, short: bool) -> Iterator[Finding]:
    took, findings = [], 0
    for _ in range(AUDITS):
        began = time.perf_counter()
        findings = len(bench.do(audit_state).findings)
        took.append(1000 * (time.perf_counter() - began))
    yield exactly(f"{name}: findings", findings, 0)
    # A suite that shares its processors measures nothing.
    middle = f"{name}: one audit, median of {AUDITS}"
    yield told(middle, median(took), "ms") if short else at_most(middle, median(took), QUICK, "ms")
    yield told(f"{name}: the slowest", max(took), "ms")


def _open(bench: Bench) -> None:
    """P1s that ring, and P1s that somebody has."""
    for number in range(P1S):
        alert = Alert(
            alarm=f"Late{number}",
            fingerprint=f"late-{number}",
            state=AlertState.FIRING,
            title=f"Loader {number} is late",
        )
        delivery = Delivery(source="generic", body=b"{}")
        received = bench.do(receive_alerts, delivery, [alert])
        if number % 2:
            bench.do(acknowledge, received.attached[0], by=Operator())


def _set_sequence(work: Work, table: str) -> None:
    sequence = f"pg_get_serial_sequence('{table}', 'id')"
    told = f"SELECT setval({sequence}, (SELECT max(id) FROM {table}))"
    work.tx.exec_driver_sql(told)


@contextmanager
def _sqlite(folder: Path) -> Iterator[Database]:
    url = f"sqlite:///{folder / 'baton.db'}"
    migrate(url)
    database = open_engine(url)
    yield database
    database.dispose()


@contextmanager
def _postgresql() -> Iterator[Database]:
    # A folder of its own: the server is another account's and has to get at it.
    server = Server(Path(tempfile.mkdtemp(prefix="baton-pg-")))
    server.create()
    server.start()
    try:
        url = server.create_database("audit")
        migrate(url)
        database = open_engine(url)
        yield database
        database.dispose()
    finally:
        server.remove()
