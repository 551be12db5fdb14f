"""What metrics count of what stands is what a plain count finds, and costs the same at any size."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.flows.figures import count_everything
from app.flows.quarantine import quarantine
from app.flows.read_again import keep_for_later
from app.rules.alert import Delivery
from storage import tables
from storage.effects import Outcome
from storage.engine import Database
from tests.flows.test_receive_alerts import elt_late, send
from tests.kit import Bench, SetClock, open_bench

OVER = {
    "effects": ("done", "cancelled"),
    "inbox": ("done",),
    "incidents": ("closed", "cancelled", "merged"),
}


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    opened = open_bench(database, clock=SetClock())
    yield opened
    opened.kit.close()


def plainly(bench: Bench, table: Any, *columns: str) -> dict[Any, int]:
    """A count of every row; the last column tells what is over."""
    names = [table.c[name] for name in columns]
    rows = bench.do(
        lambda work: work.tx.execute(select(*names, func.count()).group_by(*names)).all()
    )
    standing = {tuple(row[:-1]): row[-1] for row in rows if row[-2] not in OVER[table.name]}
    return standing if len(columns) > 1 else {key[0]: number for key, number in standing.items()}


def spread(bench: Bench, table: Any, column: str, words: list[str]) -> None:
    """One row after the other gets the next of these words."""
    ids = bench.do(lambda work: work.tx.execute(select(table.c.id).order_by(table.c.id)).all())
    for number, row in enumerate(ids):
        change = update(table).where(table.c.id == row.id)
        told = change.values({column: words[number % len(words)]})
        bench.do(lambda work, told=told: work.tx.execute(told))


def test_the_gauges_are_what_a_plain_count_finds(bench: Bench) -> None:
    for number in range(3):
        send(bench, elt_late(f"f{number}"), elt_late(f"n{number}", alarm="Unheard"))
    bench.do(quarantine, Delivery(source="generic", body=b"?"), problem="not JSON")
    bench.do(keep_for_later, Delivery(source="generic", body=b"{}"), problem="later")
    spread(bench, tables.effects, "outcome", [*Outcome])
    figures = bench.do(count_everything)
    assert dict(figures.effects) == plainly(bench, tables.effects, "lane", "outcome")
    assert dict(figures.inbox) == plainly(bench, tables.inbox, "state")
    assert dict(figures.incidents) == plainly(bench, tables.incidents, "severity", "state")
    assert {outcome for _, outcome in figures.effects} >= {"due", "claimed", "parked", "left"}
    assert set(figures.inbox.values()) == {1}
    assert sum(figures.incidents.values()) >= 2


def test_what_is_over_is_in_the_sums_and_in_no_gauge(bench: Bench) -> None:
    send(bench, elt_late())
    spread(bench, tables.incidents, "state", ["closed"])
    spread(bench, tables.effects, "outcome", ["done"])
    figures = bench.do(count_everything)
    assert (figures.effects, figures.incidents) == ({}, {})
    assert figures.pages["sent"] == figures.pages["asked"]
    assert figures.alerts["received"] == 1
