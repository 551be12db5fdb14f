"""One nursery a worker: the many Batons of these tests start without importing anything."""

from collections.abc import AsyncIterator

import pytest

from tests.crash.nursery import Nursery


@pytest.fixture(scope="session")
async def nursery(anyio_backend: str) -> AsyncIterator[Nursery]:
    made = await Nursery.opened()
    yield made
    await made.close()
