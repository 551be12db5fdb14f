"""One nursery a worker: the many Batons of these tests start without importing anything. And a
clock that a test may set for them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.crash.clock import Clock
from tests.crash.nursery import Nursery


@pytest.fixture(scope="session")
async def nursery(anyio_backend: str) -> AsyncIterator[Nursery]:
    made = await Nursery.opened()
    yield made
    await made.close()


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    """A clock for a child, right until it is set."""
    made = Clock(tmp_path / "clock")
    made.set(0.0)
    return made
