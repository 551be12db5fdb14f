"""The lifeline: a sign of life goes out only while all is well, to one host, and follows nobody."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from app.delivery.lifeline import Lifeline
from storage.engine import Database
from tests.kit import Bench, SetClock, open_bench

pytestmark = pytest.mark.anyio


class Checker:
    """A checker outside, on this machine."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.paths.append(request.path)
        if request.path == "/moved":
            return web.Response(status=302, headers={"Location": "/elsewhere"})
        if request.path == "/hangs":
            await asyncio.sleep(30)
        return web.Response(text="OK")


@pytest.fixture
async def checker() -> AsyncIterator[Checker]:
    made = Checker()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = "http://{}:{}".format(*runner.addresses[0][:2])
    yield made
    await runner.cleanup()


@pytest.fixture
def bench(database: Database) -> Bench:
    return open_bench(database, clock=SetClock())


async def test_it_is_sent_while_all_is_well_and_not_otherwise(
    bench: Bench, checker: Checker
) -> None:
    ills: list[str] = []
    line = Lifeline(bench.kit, f"{checker.url}/ping", every=30, ills=lambda: ills)
    assert await line.look()
    ills.append("the auditor found something")
    assert not await line.look()
    ills.clear()
    assert await line.look()
    assert checker.paths == ["/ping", "/ping"]


async def test_it_is_not_sent_without_a_database(bench: Bench, checker: Checker) -> None:
    line = Lifeline(bench.kit, f"{checker.url}/ping", every=30, ills=lambda: ())
    bench.kit.close()
    assert not await line.look()
    assert checker.paths == []


async def test_a_redirect_is_not_followed(bench: Bench, checker: Checker) -> None:
    line = Lifeline(bench.kit, f"{checker.url}/moved", every=30, ills=lambda: ())
    assert not await line.look()
    assert checker.paths == ["/moved"]


async def test_a_checker_that_is_away_or_hangs_is_told_without_its_address(
    bench: Bench,
    checker: Checker,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.delivery.lifeline.PATIENCE", 0.3)
    hanging = Lifeline(bench.kit, f"{checker.url}/hangs", every=30, ills=lambda: ())
    assert not await hanging.look()
    gone = Lifeline(bench.kit, "http://127.0.0.1:9/secret-path", every=30, ills=lambda: ())
    assert not await gone.look()
    assert "not reached" in caplog.text
    assert "secret-path" not in caplog.text


async def test_it_goes_out_again_and_again(bench: Bench, checker: Checker) -> None:
    line = Lifeline(bench.kit, f"{checker.url}/ping", every=0.05, ills=lambda: ())
    line.start()
    for _ in range(100):
        await asyncio.sleep(0.05)
        if len(checker.paths) >= 3:
            break
    await line.stop()
    assert len(checker.paths) >= 3
