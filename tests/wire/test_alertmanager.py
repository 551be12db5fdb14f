"""Prometheus Alertmanager itself, and Baton behind it: firing, repeating, resolving, cut short."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.flows.intake_token import new_token
from app.rules.incident import Incident, State
from storage import incidents, timeline
from storage.inbox import InboxState
from storage.tables import alerts, inbox
from tests.kit import OUT_OF_HOURS, SetClock
from tests.wire.alertmanager import Alertmanager, alertmanager
from tests.wire.stage import Stage, staged

pytestmark = pytest.mark.anyio
LATE = {"alertname": "EltLate", "service": "nightly-elt"}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A Baton, and an Alertmanager that knows its address and its token."""

    stage: Stage
    sender: Alertmanager
    clock: SetClock

    async def received(self) -> int:
        """How many of Alertmanager's notifications are on disk."""
        return int(await self.read(select(func.count()).select_from(inbox)))

    async def alerts(self, state: str) -> int:
        wanted = select(func.count()).select_from(alerts).where(alerts.c.state == state)
        return int(await self.read(wanted))

    async def read(self, query: Any) -> Any:
        return await self.stage.baton.parts.kit.read(lambda w: w.tx.execute(query).scalar_one())

    async def open(self) -> Sequence[Incident]:
        return await self.stage.baton.parts.kit.read(lambda work: incidents.list_open(work.tx))

    async def incident(self, number: int = 1) -> Incident:
        return await self.stage.baton.parts.kit.read(lambda work: work.incident(number))

    async def happened(self, kind: str, number: int = 1) -> int:
        """How often the timeline tells it."""
        lines = await self.stage.baton.parts.kit.read(lambda w: timeline.list_of(w.tx, number))
        return sum(each.kind == kind for each in lines)

    async def rung(self) -> int:
        return len(await self.stage.phone("chi"))

    async def another_round(self) -> None:
        """Until Alertmanager has told the same once more."""
        before = await self.received()
        await self.stage.until(lambda: self._more_than(before))

    async def _more_than(self, before: int) -> bool:
        return await self.received() > before


@contextlib.asynccontextmanager
async def scene(database_url: str, folder: Path, **more: Any) -> AsyncIterator[Scene]:
    clock = SetClock(now=OUT_OF_HOURS)
    async with staged(database_url, folder, clock=clock) as stage:
        token = await stage.baton.parts.kit.do(new_token, "alertmanager")
        hook = f"{stage.intake}/v1/alerts/alertmanager"
        async with alertmanager(stage.http, folder, hook=hook, token=token, **more) as sender:
            yield Scene(stage=stage, sender=sender, clock=clock)


async def test_it_fires_repeats_resolves_and_fires_again(database_url: str, tmp_path: Path) -> None:
    async with scene(database_url, tmp_path) as it:
        await it.sender.fire(LATE)
        [page] = await it.stage.until(lambda: it.stage.phone("chi"))
        assert page["title"].startswith("P1 INC-1 It is late")

        # Repeats attach; nobody is paged for them.
        await it.another_round()
        await it.another_round()
        assert (await it.rung(), await it.alerts("firing")) == (1, 1)

        # A resolve is told, and closes nothing: only people do that.
        await it.sender.resolve(LATE)
        await it.stage.until(lambda: it.happened("cleared"))
        assert (await it.incident()).state is State.TRIGGERED
        assert await it.alerts("resolved") == 1

        # Firing again while it is open attaches to it.
        await it.sender.fire(LATE)
        await it.stage.until(lambda: it.alerts("firing"))
        assert [each.id for each in await it.open()] == [1]
        assert await it.rung() == 1

        # Firing on after a person resolved it opens it again, and pages.
        [direct] = await it.stage.until(lambda: it.stage.rung_in_slack("chi"))
        await it.stage.press("chi", direct, "acknowledge")
        name = "inc-1-it-is-late"
        await it.stage.until(lambda: it.stage.channel(name))
        await it.stage.command("chi", name, "/inc resolve")
        await it.stage.until(lambda: it.happened("reopened"))
        await it.stage.until(lambda: _rang_again(it))
        assert (await it.incident()).state is State.TRIGGERED
        unread = select(func.count()).select_from(inbox).where(inbox.c.state != InboxState.DONE)
        assert await it.read(unread) == 0


async def test_a_group_of_several_alerts_is_one_incident_and_one_page(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with scene(sqlite_url, tmp_path, group_by=("service",)) as it:
        await it.sender.fire(
            {**LATE, "table": "orders"},
            {**LATE, "table": "people"},
            {"alertname": "EltRowsMissing", "service": "nightly-elt"},
        )
        await it.stage.until(lambda: it.stage.phone("chi"))
        assert await it.alerts("firing") == 3
        await it.another_round()
        assert [each.id for each in await it.open()] == [1]
        assert await it.rung() == 1
        # One of them clears while the others go on.
        await it.sender.resolve({**LATE, "table": "orders"})
        await it.stage.until(lambda: it.happened("cleared"))
        assert (await it.alerts("firing"), await it.happened("cleared")) == (2, 1)


async def test_a_group_that_was_cut_short_says_how_many_were_left_out(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with scene(sqlite_url, tmp_path, max_alerts=2) as it:
        await it.sender.fire(*({**LATE, "table": f"table {n}"} for n in range(5)))
        await it.stage.until(lambda: it.stage.phone("chi"))
        titles = await it.stage.baton.parts.kit.read(
            lambda work: [row.title for row in work.tx.execute(select(alerts.c.title))]
        )
        assert sorted(titles) == [
            "EltLate: Alertmanager left 3 more alerts of this group out",
            "It is late",
            "It is late",
        ]
        assert [each.id for each in await it.open()] == [1]


async def test_what_we_answer_with_503_is_sent_again_and_nothing_is_lost(
    sqlite_url: str, tmp_path: Path
) -> None:
    """The database refuses every change for a while, as on a file system gone read-only."""
    async with scene(sqlite_url, tmp_path) as it:
        await let_it_write(it.stage, allowed=False)
        await it.sender.fire(LATE)
        await it.stage.until(lambda: _failed(it.sender), within=20)
        assert (await it.received(), await it.rung()) == (0, 0)
        await let_it_write(it.stage, allowed=True)
        await it.stage.until(lambda: it.stage.phone("chi"), within=20)
        assert [each.id for each in await it.open()] == [1]


async def let_it_write(stage: Stage, *, allowed: bool) -> None:
    """On SQLite there is one connection that writes, and it keeps what it is told here."""

    def tell() -> None:
        with contextlib.closing(stage.baton.parts.database.write.raw_connection()) as connection:
            connection.cursor().execute(f"PRAGMA query_only = {'OFF' if allowed else 'ON'}")

    await asyncio.to_thread(tell)


async def _failed(sender: Alertmanager) -> bool:
    return await sender.failures() > 0


async def _rang_again(it: Scene) -> bool:
    return await it.rung() == 2
