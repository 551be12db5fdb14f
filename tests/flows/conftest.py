"""A bench for flows: the example organisation in force on each kind of database."""

from collections.abc import Iterator

import pytest

from storage.engine import Database
from tests.kit import Bench, SetClock, open_bench


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def bench(database: Database, clock: SetClock) -> Iterator[Bench]:
    opened = open_bench(database, clock=clock)
    yield opened
    opened.kit.close()
