"""Waits that end at one instant, and kill -9 while they are answered: none is lost or doubled."""

import asyncio
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from tests.bench.waits import let_end_together, steps_taken, until_taken
from tests.bench.world import world

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]
WAITS = 20


async def test_a_kill_among_them_loses_and_doubles_none(tmp_path: Path) -> None:
    database = tmp_path / "place" / "baton.db"
    async with world(tmp_path / "place", services=WAITS + 1) as here:
        await let_end_together(here, database, WAITS)
        await until_taken(database, 1)
        assert here.process is not None
        here.process.kill()
        await here.process.wait()
        before = len(steps_taken(database))
        await here.start()
        await until_taken(database, WAITS)
        await asyncio.sleep(1)
        await here.stop()
    assert 0 < before < WAITS, "the kill came too early or too late to show anything"
    with sqlite3.connect(database) as tx:
        pages = Counter(row[0] for row in tx.execute("SELECT escalation FROM pages WHERE step = 1"))
        due = tx.execute(
            "SELECT count(*) FROM effects WHERE kind = 'step' AND outcome = 'due'"
        ).fetchone()[0]
    assert set(pages.values()) == {1}
    assert len(pages) == due == WAITS
