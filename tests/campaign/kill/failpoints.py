"""Every named point of a P1's path, again and again: the crash tests' stories, many times over."""

import asyncio
import contextlib
import tempfile
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from storage.migrate import migrate
from tests.campaign.report import Finding, exactly, told
from tests.crash import test_kill as stories
from tests.crash.nursery import Nursery
from tests.postgres import Server

AT_ONCE = 4
"""Stories that run beside each other; they mostly wait."""
Story = Callable[[Nursery, str, Path, str], Awaitable[None]]


async def failpoints(kind: str, *, times: int) -> list[Finding]:
    """Each point so many times, each in a world of its own."""
    gate, broken = asyncio.Semaphore(AT_ONCE), {point: 0 for _, point in POINTS}
    nursery = await Nursery.opened()
    with tempfile.TemporaryDirectory(prefix="baton-points-") as name, databases(kind) as new:

        async def one(story: Story, point: str) -> None:
            async with gate:
                folder = Path(name, uuid.uuid4().hex)
                folder.mkdir()
                try:
                    await story(nursery, new(folder), folder, point)
                except (AssertionError, TimeoutError) as error:
                    broken[point] += 1
                    print(f"{point}: {error}")

        for _ in range(times):
            await asyncio.gather(*(one(story, point) for story, point in POINTS))
    await nursery.close()
    return [
        told("points", len(POINTS)),
        told("kills", len(POINTS) * times),
        *(exactly(f"broken at {point}", number, 0) for point, number in broken.items()),
    ]


def _points() -> Iterator[tuple[Story, str]]:
    """What the crash tests are parametrized with, from the tests themselves."""
    for name, test in vars(stories).items():
        if name.startswith("test_") and "postgresql" not in name:
            for mark in _marks(test):
                yield from ((test, point) for point in mark.args[1])


def _marks(test: Any) -> list[Any]:
    return [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]


POINTS: Sequence[tuple[Story, str]] = list(_points())


@contextlib.contextmanager
def databases(kind: str) -> Iterator[Callable[[Path], str]]:
    """Makes a new database with the schema in it for each folder."""
    if kind == "sqlite":
        yield lambda folder: _migrated(f"sqlite:///{folder / 'baton.db'}")
        return
    server = Server(Path(tempfile.mkdtemp(prefix="baton-pg-")))
    server.create()
    server.start()
    try:
        yield lambda folder: _migrated(server.create_database(f"point_{folder.name}"))
    finally:
        server.remove()


def _migrated(url: str) -> str:
    migrate(url)
    return url
