"""The heartbeats' door: open until a token is made for it, then only to who has one."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from app.flows.intake_token import new_token, revoke_token
from handlers.web.heartbeat import routes
from storage.engine import Database
from storage.tables import heartbeats
from tests.kit import Bench, SetClock, open_bench

pytestmark = pytest.mark.anyio
KEY = "nightly-elt-done"


@pytest.fixture
async def bench(database: Database) -> AsyncIterator[Bench]:
    opened = open_bench(database, clock=SetClock())
    yield opened
    opened.kit.close()


async def beat(bench: Bench, key: str = KEY, token: str | None = None) -> int:
    transport = httpx2.ASGITransport(app=Starlette(routes=routes(bench.kit)))
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://t") as client:
        return (await client.post(f"/v1/heartbeats/{key}", headers=headers)).status_code


def beats(bench: Bench) -> int:
    with bench.database.read.begin() as tx:
        return len(tx.execute(heartbeats.select()).all())


async def test_a_beat_of_a_known_key_is_kept(bench: Bench) -> None:
    assert await beat(bench) == 200
    assert await beat(bench, "nothing") == 404
    assert beats(bench) == 1


async def test_once_there_is_a_token_only_who_has_it_beats(bench: Bench) -> None:
    first = bench.do(new_token, "heartbeat")
    other = bench.do(new_token, "generic")
    for wrong in (None, "", other, first[:-1], first.upper() + " "):
        assert await beat(bench, token=wrong) == 401
    assert beats(bench) == 0
    second = bench.do(new_token, "heartbeat")
    assert [await beat(bench, token=each) for each in (first, second)] == [200, 200]
    bench.do(revoke_token, 1)
    assert [await beat(bench, token=each) for each in (first, second)] == [401, 200]
