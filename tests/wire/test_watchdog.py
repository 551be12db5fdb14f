"""The whole Baton and a checker outside: signs of life come while all is well, and only then."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import func, select

from app.build import Baton, running
from app.flows import without_slack
from app.flows.canary import last_round
from app.flows.kinds import Kind
from app.flows.receive_alerts import receive_alerts
from app.flows.work import Work
from app.organisation.example import example_text
from app.rules.alert import Delivery
from app.setting_values import Address, Secret
from app.settings import Settings
from handlers import watchman
from handlers.web import admin
from storage.effects import Lane
from storage.tables import effects
from tests.flows.test_receive_alerts import elt_late

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


async def test_a_loop_of_delivery_that_ended_is_begun_again(
    baton: Baton, caplog: pytest.LogCaptureFixture
) -> None:
    delivery, kit = baton.parts.delivery, baton.parts.kit
    for task in list(delivery._tasks):
        task.cancel()
    await until(lambda: "is begun again" in caplog.text)

    def ask(work: Work) -> None:
        for lane in (Lane.PAGE, Lane.DIRECT):
            facts = {"v": 1, "contact": 0}
            work.ask(Kind.TEST_RING, f"again:{lane}", lane=lane, facts=facts)

    await kit.do(ask)
    said = select(func.count()).where(effects.c.key.like("again:%"), effects.c.outcome == "done")
    await until_read(baton, lambda work: work.tx.execute(said).scalar_one() == 2)
    assert not any(task.done() for task in delivery._tasks)


async def test_without_slack_what_was_for_it_ends_and_everybody_is_content(
    baton: Baton, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(without_slack, "PATIENCE", timedelta(seconds=0.2))
    kit = baton.parts.kit
    delivery = Delivery(source="alertmanager", body=b"{}")
    await kit.do(receive_alerts, delivery, [elt_late()])
    due = select(func.count()).where(effects.c.lane == "chat", effects.c.outcome == "due")
    await until_read(baton, lambda work: work.tx.execute(due).scalar_one() == 0)
    why = select(effects.c.problem).where(effects.c.lane == "chat").distinct()
    told = await kit.read(lambda work: work.tx.execute(why).scalars().all())
    assert told == [without_slack.NOT_CONNECTED]
    assert await baton.watchman.look() == []
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"http://{baton.bound[1]}/readyz") as answer,
    ):
        assert answer.status == 200


async def until_read(baton: Baton, holds: Callable[[Work], bool]) -> None:
    end = time.monotonic() + 30.0
    while not await baton.parts.kit.read(holds):
        assert time.monotonic() < end
        await asyncio.sleep(0.05)
