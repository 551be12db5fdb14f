"""The operator hears of a Slack that is gone, and of its return; short troubles are nobody's."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.chat.client import Chat
from app.chat.errors import ChatError
from app.chat.reach import Reach
from app.flows.kinds import Kind
from app.flows.work import Work
from handlers.slack.alarm import PATIENCE, SlackAlarm
from handlers.slack.status import SlackStatus
from storage.tables import effects
from tests.flows.test_take_step import give_push
from tests.kit import Bench

pytestmark = pytest.mark.anyio


@dataclass
class Watched:
    """How Slack stands, set by hand, and what the operator was told."""

    bench: Bench
    chat: Chat
    seconds: float = 0.0
    status: SlackStatus = field(
        default_factory=lambda: SlackStatus(
            mode="socket", connected=2, since=datetime(2026, 1, 1, tzinfo=UTC)
        )
    )

    def __post_init__(self) -> None:
        self.chat.reach = Reach(lambda: self.seconds)
        self.alarm = SlackAlarm(
            self.bench.kit, self.chat, lambda: self.status, monotonic=lambda: self.seconds
        )

    async def told(self, after: float) -> list[str]:
        """Everything told so far, so many seconds later."""
        await self.alarm.look()
        self.seconds += after
        await self.alarm.look()

        def view(work: Work) -> list[str]:
            rows = select(effects.c.facts).where(effects.c.kind == Kind.TELL).order_by(effects.c.id)
            return [row.facts["what"] for row in work.tx.execute(rows)]

        return await self.bench.kit.read(view)


@pytest.fixture
def watched(bench: Bench) -> Watched:
    give_push(bench, "mia")
    return Watched(bench, Chat("xoxb-none", base_url="http://127.0.0.1:9/api/"))


async def test_nobody_is_told_of_less_than_a_minute(watched: Watched) -> None:
    watched.chat.reach.silent()
    assert await watched.told(after=PATIENCE - 1) == []
    watched.chat.reach.answered()
    assert await watched.told(after=PATIENCE) == []


async def test_a_slack_that_does_not_answer_is_told_once_and_so_is_its_return(
    watched: Watched,
) -> None:
    watched.chat.reach.silent()
    [away] = await watched.told(after=PATIENCE)
    assert "not answered" in away
    assert len(await watched.told(after=3600)) == 1
    watched.chat.reach.answered()
    assert (await watched.told(after=1))[1:] == ["Slack is well again."]


async def test_connections_that_are_all_gone_are_told_although_slack_answers(
    watched: Watched,
) -> None:
    down = SlackStatus(
        mode="socket", connected=0, since=watched.status.since, problem="SLACK_APP_TOKEN is wrong."
    )
    await watched.alarm.look()
    watched.status = down
    [deaf] = await watched.told(after=PATIENCE)
    assert "SLACK_APP_TOKEN is wrong." in deaf


async def test_a_refused_token_is_told_at_once(watched: Watched) -> None:
    watched.chat.reach.refused_token(ChatError("token_revoked", "The bot token was revoked."))
    [refused] = await watched.told(after=0)
    assert "revoked" in refused
