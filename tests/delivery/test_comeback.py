"""Slack's return is noticed by one probe, and then nothing waits for its next try."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp
import pytest
from sqlalchemy import select

from app.chat.client import Chat
from app.chat.errors import ChatError
from app.chat.reach import Reach
from app.delivery.comeback import PROBE_EVERY, SHUT_EVERY, STRAGGLERS, Comeback
from app.demo.workspace import Workspace
from app.flows.kinds import Kind
from app.flows.work import Work
from storage import effects
from storage.effects import Lane
from storage.tables import effects as rows
from tests.kit import Bench

pytestmark = pytest.mark.anyio
LATER = timedelta(minutes=5)


@dataclass
class Outage:
    """A Slack that is made to go and come, and what notices it."""

    bench: Bench
    workspace: Workspace
    hands: aiohttp.ClientSession
    chat: Chat
    seconds: float = 0.0
    token: str | None = None

    def __post_init__(self) -> None:
        self.chat.reach = Reach(lambda: self.seconds)
        self.comeback = Comeback(
            self.bench.kit,
            self.chat,
            fresh_token=lambda: self.token,
            monotonic=lambda: self.seconds,
        )

    async def dark(self, *, on: bool) -> None:
        url = f"{self.workspace.url}/_workspace/dark"
        async with self.hands.post(url, json={"on": on}) as answer:
            assert answer.status == 200

    async def fault(self, method: str, **fault: object) -> None:
        url = f"{self.workspace.url}/_workspace/faults/{method}"
        async with self.hands.put(url, json=fault) as answer:
            assert answer.status == 200

    async def heal(self) -> None:
        async with self.hands.delete(f"{self.workspace.url}/_workspace/faults/*") as answer:
            assert answer.status == 200

    async def call(self) -> str:
        """Any call of ours; the code of its failure."""
        try:
            await self.chat.create_channel("anything")
        except ChatError as error:
            return error.code
        return ""

    async def asked(self) -> list[str]:
        """The methods that reached Slack."""
        return [call.method for call in self.workspace.state.calls]


@pytest.fixture
async def outage(bench: Bench) -> AsyncIterator[Outage]:
    async with Workspace.running(rate_limits=False) as workspace, aiohttp.ClientSession() as hands:
        chat = Chat(workspace.bot_token, base_url=workspace.api_url)
        yield Outage(bench, workspace, hands, chat)
        await chat.close()


def ask(bench: Bench, key: str, *, failed: bool) -> None:
    """An effect that is due in five minutes, of itself or because it failed."""

    def flow(work: Work) -> None:
        due = work.now if failed else work.now + LATER
        work.ask(Kind.SAY, key, lane=Lane.CHAT, due=due, facts={"v": 1})
        if failed:
            [effect] = effects.claim(
                work.tx, Lane.CHAT, now=work.now, lease=timedelta(seconds=10), limit=1
            )
            effects.postpone(work.tx, effect, due=work.now + LATER, problem="no answer")

    bench.do(flow)


def due(bench: Bench, key: str) -> datetime:
    def view(work: Work) -> datetime:
        found: datetime = work.tx.execute(select(rows.c.due).where(rows.c.key == key)).scalar_one()
        return found

    told: datetime = bench.do(view)
    return told


async def go_away(outage: Outage) -> None:
    await outage.dark(on=True)
    assert await outage.call() == "no_answer"
    outage.seconds += 10
    assert not await outage.comeback.look()


async def test_what_failed_is_due_at_once_and_what_waits_for_its_time_is_not(
    outage: Outage,
) -> None:
    bench = outage.bench
    ask(bench, "failed", failed=True)
    ask(bench, "digest", failed=False)
    await go_away(outage)
    await outage.dark(on=False)
    outage.seconds += PROBE_EVERY
    assert await outage.comeback.look()
    assert due(bench, "failed") == bench.clock()
    assert due(bench, "digest") == bench.clock() + LATER
    assert due(bench, "directory") == bench.clock(), "its events are lost"


async def test_while_slack_is_away_only_the_probe_is_sent(outage: Outage) -> None:
    await go_away(outage)
    await outage.dark(on=False)
    before = len(await outage.asked())
    assert [await outage.call() for _ in range(5)] == ["away"] * 5
    assert (await outage.asked())[before:] == []
    outage.seconds += PROBE_EVERY
    assert await outage.comeback.look()
    assert (await outage.asked())[before:] == ["auth.test"]
    assert await outage.call() == ""


async def test_a_call_that_hung_across_the_return_is_hastened_too(outage: Outage) -> None:
    await go_away(outage)
    await outage.dark(on=False)
    outage.seconds += PROBE_EVERY
    assert await outage.comeback.look()
    ask(outage.bench, "straggler", failed=True)
    outage.seconds += STRAGGLERS
    await outage.comeback.look()
    assert due(outage.bench, "straggler") == outage.bench.clock()


async def test_one_method_that_fails_is_no_outage(outage: Outage) -> None:
    ask(outage.bench, "failed", failed=True)
    await outage.fault("conversations.create", status=503)
    for _ in range(10):
        await outage.call()
        outage.seconds += 6
        assert not await outage.comeback.look()
    assert due(outage.bench, "failed") == outage.bench.clock() + LATER


async def test_a_refused_token_is_tried_rarely_and_what_waits_is_said_once_it_is_good(
    outage: Outage,
) -> None:
    ask(outage.bench, "failed", failed=True)
    await outage.fault("*", error="token_revoked")
    assert await outage.call() == "token_revoked"
    for _ in range(int(SHUT_EVERY)):
        assert await outage.call() == "token_revoked"
        assert not await outage.comeback.look()
        outage.seconds += 1
    assert await outage.asked() == ["conversations.create", "auth.test"]
    await outage.heal()
    assert await outage.comeback.look()
    assert due(outage.bench, "failed") == outage.bench.clock()


async def test_a_token_that_was_replaced_in_its_file_is_taken_up(outage: Outage) -> None:
    good = outage.workspace.bot_token
    assert outage.chat.renew("xoxb-revoked")
    assert await outage.call() == "invalid_auth"
    assert not await outage.comeback.look()
    outage.token = good
    outage.seconds += SHUT_EVERY
    assert await outage.comeback.look()
    assert await outage.call() == ""
