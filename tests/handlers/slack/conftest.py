"""The example organisation at a Slack of its own, over Socket Mode and over HTTP."""

from collections.abc import AsyncIterator, Iterator

import pytest
from slack_bolt.async_app import AsyncApp

from app.chat.client import Chat
from app.demo.workspace.interactions import triggers
from app.demo.workspace.link import push
from app.paging.seal import Seal
from handlers.slack.app import make_bolt
from handlers.slack.later import Later
from storage.engine import Database, open_engine
from tests.handlers.slack.wire import KEY, Wire, open_wire
from tests.kit import Bench, SetClock, open_bench


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def bench(sqlite_url: str, clock: SetClock) -> Iterator[Bench]:
    """Flows have their own tests on both databases; the door is tried on one."""
    database: Database = open_engine(sqlite_url)
    opened = open_bench(database, clock=clock)
    yield opened
    opened.kit.close()
    database.dispose()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack waits for three seconds; whether Baton is that quick is measured elsewhere, and
    machines are busy at times. (A socket that is dead is still given up as soon.)"""
    monkeypatch.setattr(push, "ACK_WAIT", 20.0)
    monkeypatch.setattr(triggers, "LIFETIME", 20.0)


@pytest.fixture(params=["socket", "http"])
async def wire(bench: Bench, request: pytest.FixtureRequest) -> AsyncIterator[Wire]:
    async with open_wire(bench, request.param) as opened:
        yield opened


@pytest.fixture
async def nowhere() -> AsyncIterator[tuple[Chat, Later]]:
    """A Slack that cannot be reached, for what needs none."""
    chat, later = Chat("xoxb-none", base_url="http://127.0.0.1:9/api/"), Later()
    yield chat, later
    await later.close()
    await chat.close()


@pytest.fixture
async def bolt(bench: Bench, nowhere: tuple[Chat, Later]) -> AsyncApp:
    """Bolt by itself; whatever it would say to Slack is lost."""
    chat, later = nowhere
    return make_bolt(bench.kit, chat, seal=Seal(KEY), later=later)
