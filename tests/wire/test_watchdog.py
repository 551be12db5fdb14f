"""The whole Baton and a checker outside: signs of life come while all is well, and only then."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web

from app.build import Baton, running
from app.flows.canary import last_round
from app.organisation.example import example_text
from app.setting_values import Address, Secret
from app.settings import Settings
from handlers import watchman
from handlers.web import admin

pytestmark = pytest.mark.anyio


@pytest.fixture
async def signs() -> AsyncIterator[tuple[str, list[float]]]:
    """The checker's address, and when it was fetched."""
    heard: list[float] = []

    async def take(request: web.Request) -> web.Response:
        heard.append(time.monotonic())
        return web.Response()

    app = web.Application()
    app.router.add_get("/ping", take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield "http://{}:{}/ping".format(*runner.addresses[0][:2]), heard
    await runner.cleanup()


@pytest.fixture
async def baton(
    sqlite_url: str,
    tmp_path: Path,
    signs: tuple[str, list[float]],
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Baton]:
    monkeypatch.setattr(watchman, "FIRST", 0.5)
    file = tmp_path / "baton.toml"
    file.write_text(example_text(), encoding="utf-8")
    settings = Settings(
        database_url=Secret(sqlite_url),
        organisation=file,
        bind=Address("127.0.0.1", 0),
        admin_bind=Address("127.0.0.1", 0),
        watchdog_url=Secret(signs[0]),
        watchdog_seconds=1,
    )
    async with running(settings) as running_now:
        running_now.loop_watch._calm = 3.0
        running_now.loop_watch._limit = 0.5
        running_now.watchman._every = 0.5
        yield running_now


async def until(holds: Callable[[], bool], *, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        await asyncio.sleep(0.05)


async def quiet_for(heard: list[float], seconds: float) -> bool:
    before = len(heard)
    await asyncio.sleep(seconds)
    return len(heard) == before


async def test_a_blocked_loop_and_a_tick_that_stands_still_stop_the_signs(
    baton: Baton, signs: tuple[str, list[float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, heard = signs
    await until(lambda: len(heard) >= 2)
    assert await baton.parts.kit.read(last_round) is not None
    time.sleep(1.5)  # what blocks the loop in a handler
    assert baton.loop_watch.is_blocked
    assert await quiet_for(heard, 2.5)
    before = len(heard)
    await until(lambda: len(heard) > before)
    monkeypatch.setattr(admin, "TICK_LIMIT", 0.5)
    baton.tick._scheduler.pause()
    await asyncio.sleep(1.6)
    assert await quiet_for(heard, 2.5)
