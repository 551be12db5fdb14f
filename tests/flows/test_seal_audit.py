"""The audit log: it takes no changes, and its seals tell when somebody made one all the same."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.flows.seal_audit import (
    MOST,
    add_seal,
    count_unsealed,
    due_for_seal,
    next_seal,
    still_written,
    verify,
)
from app.flows.work import Work
from app.rules.chain import Seal
from storage import audit
from storage.audit import Horizon
from storage.engine import Database
from storage.tables import audit as rows
from storage.tables import audit_seals
from tests.kit import Bench


def write(bench: Bench, *acts: str, **facts: Any) -> None:
    for act in acts:
        bench.do(lambda work, act=act: work.audit(act, "INC-1", by="ana", why="é\n\t\x1b", **facts))


def due(bench: Bench) -> Horizon | None:
    found: Horizon | None = bench.do(due_for_seal)
    return found


def seal(bench: Bench) -> Seal | None:
    bench.clock.forward(minutes=2)
    horizon = due(bench)
    made: Seal | None = bench.do(next_seal, horizon) if horizon else None
    return made if made and bench.do(add_seal, made) else None


def wrong(bench: Bench) -> str | None:
    found: str | None = bench.do(lambda work: [told for _, told in verify(work)][-1])
    return found


def by_force(database: Database, *statements: str) -> None:
    """As somebody with the database's password would, the triggers out of the way first."""
    with database.write.begin() as tx:
        if database.dialect == "postgresql":
            tx.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
            tx.execute(text("ALTER TABLE audit_seals DISABLE TRIGGER USER"))
        else:
            for table in ("audit", "audit_seals"):
                for when in ("update", "delete"):
                    tx.execute(text(f"DROP TRIGGER {table}_no_{when}"))
        for statement in statements:
            tx.execute(text(statement))


@pytest.mark.parametrize("table", ["audit", "audit_seals"])
@pytest.mark.parametrize("change", ["UPDATE {} SET at = at", "DELETE FROM {}"])
def test_a_row_is_neither_changed_nor_removed(bench: Bench, table: str, change: str) -> None:
    write(bench, "one")
    seal(bench)
    with pytest.raises(DBAPIError, match="takes no changes"), bench.database.write.begin() as tx:
        tx.execute(text(change.format(table)))


def test_seals_are_numbered_and_hold_on_to_each_other(bench: Bench) -> None:
    write(bench, "one", "two")
    first = seal(bench)
    write(bench, "three", number=1.5, nested={"b": [1, None], "a": "ü"})
    second = seal(bench)
    assert first is not None
    assert second is not None
    assert (first.number, second.number) == (1, 2)
    assert second.previous == first.digest
    assert second.first_id == first.last_id + 1
    assert wrong(bench) is None
    assert bench.do(count_unsealed) == 0


def test_a_row_waits_a_minute_for_others(bench: Bench) -> None:
    seal(bench)
    write(bench, "one")
    bench.clock.forward(seconds=59)
    assert due(bench) is None
    bench.clock.forward(seconds=1)
    assert due(bench) is not None


def test_many_rows_are_sealed_at_once(bench: Bench) -> None:
    seal(bench)

    def flood(work: Work) -> None:
        for number in range(MOST):
            work.audit("one", f"INC-{number}", by="ana")

    bench.do(flood)
    horizon = due(bench)
    assert horizon is not None
    assert len(bench.do(next_seal, horizon).marks) == MOST


CHANGES = {
    "UPDATE audit SET why = 'nothing' WHERE id = 2": "Audit row 2 was changed",
    "UPDATE audit SET refused = NOT refused WHERE id = 3": "Audit row 3 was changed",
    "UPDATE audit SET facts = '{\"x\": 2}' WHERE id = 1": "Audit row 1 was changed",
    "DELETE FROM audit WHERE id = 3": "Audit row 3 is gone",
    "DELETE FROM audit": "Audit row 1 is gone",
    "DELETE FROM audit_seals WHERE number = 1": "Seal 1 is gone",
    "DELETE FROM audit_seals WHERE number = 2": "Seal 2 is gone",
    "UPDATE audit_seals SET number = 9 WHERE number = 3": "Seal 3 is gone",
    "UPDATE audit_seals SET digest = previous WHERE number = 2": "Seal 2 was changed",
    "UPDATE audit_seals SET previous = digest WHERE number = 3": "Seal 3 was changed",
    "UPDATE audit_seals SET marks = '[]' WHERE number = 2": "Seal 2 was changed",
    "UPDATE audit_seals SET last_id = last_id + 1 WHERE number = 1": "Seal 1 was changed",
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_first_wrong_row_or_seal_is_named(bench: Bench, change: str) -> None:
    for _ in range(3):
        write(bench, "one", "two", x=1)
        seal(bench)
    assert wrong(bench) is None
    by_force(bench.database, change)
    told = wrong(bench)
    assert told is not None
    assert told.startswith(CHANGES[change])


def test_a_row_that_is_slipped_in_between_is_named(bench: Bench) -> None:
    write(bench, "one")
    seal(bench)
    with bench.database.write.begin() as tx:
        row = {"by": "x", "act": "x", "subject": "x", "why": "", "refused": False, "facts": {}}
        tx.execute(rows.insert().values(id=9, at=bench.clock(), **row))
    seal(bench)
    with bench.database.write.begin() as tx:
        tx.execute(rows.insert().values(id=5, at=bench.clock(), **row))
    assert wrong(bench) == "Audit row 5 was put in after seal 2 was made."


def test_two_processes_do_not_make_the_same_seal(bench: Bench) -> None:
    write(bench, "one", "two")
    bench.clock.forward(minutes=2)
    ready = bench.do(next_seal, due(bench))
    made: list[bool] = []
    gate = threading.Barrier(4)

    def run() -> None:
        gate.wait()
        made.append(bench.do(add_seal, ready))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == 1
    with bench.database.read.begin() as tx:
        assert len(tx.execute(audit_seals.select()).all()) == 1
    assert wrong(bench) is None


def later(bench: Bench, between: Callable[[], None]) -> None:
    """A transaction that took its id first and commits last."""
    with bench.database.write.begin() as tx:
        audit.add(tx, at=bench.clock(), by="slow", act="slow", subject="INC-1")
        between()


def test_a_row_that_is_committed_late_is_not_left_out(bench: Bench) -> None:
    """On PostgreSQL ids become visible out of order; nothing is sealed past one that may come."""
    if bench.database.dialect == "sqlite":
        pytest.skip("SQLite has one writer")
    found: list[Horizon | None] = []

    def between() -> None:
        write(bench, "quick")
        bench.clock.forward(minutes=2)
        horizon = due(bench)
        found.append(horizon)
        assert horizon is not None
        assert bench.do(still_written, horizon)

    later(bench, between)
    assert bench.do(still_written, found[0]) is False
    made = bench.do(next_seal, found[0])
    assert bench.do(add_seal, made)
    with bench.database.read.begin() as tx:
        acts = [row.act for row in tx.execute(rows.select().order_by(rows.c.id))]
    assert acts[-2:] == ["slow", "quick"]
    assert len(made.marks) == len(acts)
    assert wrong(bench) is None
