"""The pager moves on a real wire: an incident goes with it at the boundary, a swap by a press."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.flows.admit import Operator
from app.flows.swap import propose_swap
from app.flows.work import Work
from app.rules.incident import State
from app.rules.organisation import Anchor
from tests.kit import SetClock
from tests.wire.stage import Stage, staged
from tests.wire.test_p1 import nothing_is_claimed, seen

pytestmark = pytest.mark.anyio
FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
"""Chi's week of the volunteers ends and Ana's begins."""


async def told(stage: Stage, name: str, part: str) -> Any:
    """The newest direct message to somebody that says so, once there is one."""

    async def look() -> Any:
        found = [each for each in await stage.direct(name) if part in each["text"]]
        return found[-1] if found else None

    return await stage.until(look)


async def test_at_the_boundary_the_incoming_person_is_paged_and_takes_it_over(
    database_url: str, tmp_path: Path
) -> None:
    clock = SetClock(now=FRIDAY - timedelta(minutes=10))
    async with staged(database_url, tmp_path, clock=clock) as stage:
        await stage.command("ben", "engineering", "/inc new orders fail")
        await stage.until(lambda: stage.phone("chi"))
        await stage.press("chi", await told(stage, "chi", "INC-1"), "acknowledge")
        assert (await seen(stage)).acknowledged_by == "chi@acme.test"
        assert await stage.phone("ana") == []
        await stage.until(lambda: nothing_is_claimed(stage))
        clock.now = FRIDAY
        [page] = await stage.until(lambda: stage.phone("ana"))
        assert "Baton asks: the pager has passed on" in page["message"]
        found = await seen(stage)
        assert (found.state, found.acknowledged_by) == (State.ACKNOWLEDGED, "chi@acme.test")
        offer = await told(stage, "ana", "Baton asked for you")
        await stage.press("ana", offer, "acknowledge")
        assert (await seen(stage)).acknowledged_by == "ana@acme.test"
        await told(stage, "chi", "has taken over *INC-1*")
        assert len(await stage.phone("ana")) == 1


async def test_a_swap_is_asked_accepted_and_told(database_url: str, tmp_path: Path) -> None:
    clock = SetClock(now=FRIDAY - timedelta(days=2))
    async with staged(database_url, tmp_path, clock=clock) as stage:
        kit = stage.baton.parts.kit
        theirs = Anchor(person="chi@acme.test", day=date(2026, 12, 4))
        await kit.do(
            propose_swap, "volunteers", date(2026, 11, 27), theirs, by=Operator(),
            person="ana@acme.test",
        )  # fmt: skip
        asked = await told(stage, "chi", "asks you to swap shifts")
        await stage.press("chi", asked, "accept_swap")
        await told(stage, "ana", "have swapped.*")
        await stage.until(lambda: stage.said("on-call", "have swapped shifts"))

        def serving(work: Work) -> str | None:
            return work.schedule.on_duty("volunteers", FRIDAY).person

        assert await kit.read(serving) == "chi@acme.test"
