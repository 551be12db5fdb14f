"""The main job on a real wire, from an alert over HTTP to the closed incident."""

from pathlib import Path

import pytest
from sqlalchemy import select

from app.flows.work import Work
from app.rules.incident import Incident, State
from storage import incidents, timeline
from storage.tables import effects
from tests.kit import OUT_OF_HOURS, SetClock
from tests.wire.stage import Stage, staged

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock() -> SetClock:
    return SetClock(now=OUT_OF_HOURS)


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_from_the_alert_to_the_closed_incident(
    database_url: str, tmp_path: Path, clock: SetClock, mode: str
) -> None:
    async with staged(database_url, tmp_path, clock=clock, mode=mode) as stage:
        told = await stage.alert()
        assert told["incidents"] == ["INC-1"]

        # The person on the rota is paged on their phone and in Slack.
        [page] = await stage.until(lambda: stage.phone("chi"))
        assert page["title"].startswith("P1 INC-1 Nightly load is late")
        [direct] = await stage.until(lambda: stage.rung_in_slack("chi"))
        assert "INC-1" in direct["text"]

        # The channel, the card in it, the announcement.
        name = "inc-1-nightly-load-is-late"
        channel = await stage.until(lambda: stage.channel(name))
        assert not channel["is_private"]
        await stage.until(lambda: stage.messages(name))
        await stage.until(lambda: stage.messages("engineering"))

        # Nobody answers: the managers are paged, and everybody can read that nobody answered.
        await stage.until(lambda: nothing_is_claimed(stage))
        clock.forward(minutes=5, seconds=1)
        await stage.until(lambda: stage.phone("mia"))
        await stage.until(lambda: nothing_is_claimed(stage))
        clock.forward(minutes=5, seconds=1)
        await stage.until(lambda: stage.phone("noor"))
        # The phones are quicker than the post that says so.
        await stage.until(lambda: stage.said(name, "answered"))

        # A button stops it.
        direct = (await stage.direct("mia"))[-1]
        await stage.press("mia", direct, "acknowledge")
        taken = await seen(stage)
        assert (taken.state, taken.acknowledged_by) == (State.ACKNOWLEDGED, "mia@acme.test")
        rang = len(await stage.phone("noor"))
        await stage.until(lambda: nothing_is_claimed(stage))
        clock.forward(minutes=30)
        assert len(await stage.phone("noor")) == rang

        # Resolved; close wants a root cause and a follow-up; then closed.
        await stage.command("mia", name, "/inc resolve")
        refused = await stage.command("mia", name, "/inc close")
        assert "root cause" in refused
        await stage.command("mia", name, "/inc rootcause the disk of the loader was full")
        await stage.command("mia", name, "/inc followup alert on the disk at 80 %")
        await stage.command("mia", name, "/inc close")
        assert (await seen(stage)).state is State.CLOSED
        kinds = [
            each.kind
            for each in await stage.baton.parts.kit.read(lambda w: timeline.list_of(w.tx, 1))
        ]
        for wanted in ("opened", "paged", "channel", "nobody_answered", "acknowledged", "closed"):
            assert wanted in kinds


async def nothing_is_claimed(stage: Stage) -> bool:
    """Whoever sets a clock forward by minutes ends every lease; so nothing is being said then."""

    def look(work: Work) -> bool:
        claimed = select(effects.c.id).where(effects.c.outcome == "claimed")
        return work.tx.execute(claimed).first() is None

    return await stage.baton.parts.kit.read(look)


async def seen(stage: Stage) -> Incident:
    found = await stage.baton.parts.kit.read(lambda work: incidents.get(work.tx, 1))
    assert found is not None
    return found
