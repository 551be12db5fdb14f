"""Slack delivers one request several times, at once, to two processes: one effect (I11)."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from sqlalchemy import func, select

from app.chat import actions
from app.chat.client import Chat
from app.flows.record import channel_made
from app.paging.seal import Seal
from handlers.slack.app import make_bolt
from handlers.slack.later import Later
from storage.engine import Database, open_engine
from storage.tables import incidents, timeline
from tests.flows.test_tell import fire
from tests.handlers.slack.wire import KEY
from tests.kit import Bench, SetClock, open_bench, open_kit

pytestmark = pytest.mark.anyio
ROOM = "C0INCIDENT"


@dataclass
class Replicas:
    """Two processes' worth of Bolt and kit on one database."""

    bench: Bench
    bolts: tuple[AsyncApp, ...]

    async def deliver(self, body: dict[str, Any], times: int) -> None:
        """The same request, so many times, in turn to both, all at once."""
        turns = itertools.islice(itertools.cycle(self.bolts), times)
        answers = await asyncio.gather(
            *(
                bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
                for bolt in turns
            )
        )
        assert [each.status for each in answers] == [200] * times

    def happened(self, kind: str) -> int:
        count = select(func.count()).select_from(timeline).where(timeline.c.kind == kind)
        with self.bench.database.read.begin() as tx:
            return int(tx.execute(count).scalar_one())

    def incidents(self) -> int:
        with self.bench.database.read.begin() as tx:
            return int(tx.execute(select(func.count()).select_from(incidents)).scalar_one())


@pytest.fixture
def bench(database_url: str) -> Iterator[Bench]:
    database: Database = open_engine(database_url)
    opened = open_bench(database, clock=SetClock())
    yield opened
    opened.kit.close()
    database.dispose()


@pytest.fixture
async def replicas(bench: Bench) -> AsyncIterator[Replicas]:
    chat, later = Chat("xoxb-none", base_url="http://127.0.0.1:9/api/"), Later()
    second = open_kit(bench.database, clock=bench.clock)
    bolts = tuple(make_bolt(kit, chat, seal=Seal(KEY), later=later) for kit in (bench.kit, second))
    yield Replicas(bench, bolts)
    await later.close()
    await chat.close()
    second.close()


def event(kind: str, **facts: Any) -> dict[str, Any]:
    told = {"type": kind, "user": "UCHI", "team": "T1", **facts}
    return {
        "type": "event_callback",
        "team_id": "T1",
        "event_id": f"Ev{secrets.token_hex(6)}",
        "event": told,
    }


def press(action: str, value: str) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": "UCHI", "team_id": "T1"},
        "team": {"id": "T1"},
        "trigger_id": secrets.token_hex(8),
        "container": {"type": "message"},
        "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": value}],
    }


def command(text: str) -> dict[str, Any]:
    return {
        "command": "/inc",
        "text": text,
        "user_id": "UCHI",
        "team_id": "T1",
        "channel_id": "C1",
        "trigger_id": secrets.token_hex(8),
    }


@pytest.mark.parametrize("times", [2, 5])
async def test_a_command_a_press_and_an_event_have_one_effect_each(
    replicas: Replicas, times: int
) -> None:
    number = fire(replicas.bench)
    replicas.bench.do(channel_made, number, channel_id=ROOM, name="inc-1-x")
    before = replicas.incidents()
    await replicas.deliver(command("new the load is late"), times)
    assert replicas.incidents() == before + 1
    await replicas.deliver(press(actions.ACKNOWLEDGE, str(number)), times)
    assert replicas.happened("acknowledged") == 1
    pin = {"message": {"text": "It is the disk", "user": "UANA"}}
    await replicas.deliver(event("pin_added", channel_id=ROOM, item=pin), times)
    assert replicas.happened("note") == 1
    joined = event("member_joined_channel", channel=ROOM, user="UBEN")
    await replicas.deliver(joined, times)
    assert replicas.happened("joined") == 1
