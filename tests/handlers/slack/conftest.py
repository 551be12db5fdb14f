"""The example organisation at a Slack of its own, over Socket Mode and over HTTP."""

from collections.abc import AsyncIterator, Iterator

import pytest

from storage.engine import Database, open_engine
from tests.handlers.slack.wire import Wire, open_wire
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


@pytest.fixture(params=["socket", "http"])
async def wire(bench: Bench, request: pytest.FixtureRequest) -> AsyncIterator[Wire]:
    async with open_wire(bench, request.param) as opened:
        yield opened
