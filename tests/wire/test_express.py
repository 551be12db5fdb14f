"""The intake's express lane: what is plain is answered at once, and nothing is read differently."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.flows.intake_token import find_token, revoke_token
from handlers.web.intake import desk, express
from handlers.web.intake.express import read_head
from storage.tables import alerts
from tests.wire.raw import chunked, post, send
from tests.wire.stage import Stage, staged

pytestmark = pytest.mark.anyio
GENERIC = "/v1/alerts/generic"


@pytest.fixture(scope="module")
async def stage(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    folder = tmp_path_factory.mktemp("express")
    async with staged(f"sqlite:///{folder / 'baton.db'}", folder) as stage:
        # The first request of a token goes the ordinary way, and makes it known.
        assert (await send(stage.intake, request(stage, "known"))).status == 200
        yield stage


def request(stage: Stage, fingerprint: str, **more: Any) -> bytes:
    body = json.dumps({"alarm": "ReportSlow", "fingerprint": fingerprint}).encode()
    headers = {"Authorization": f"Bearer {stage.token}", **more}
    return post(GENERIC, body, headers)


async def stored(stage: Stage, like: str) -> int:
    query = select(func.count()).where(alerts.c.fingerprint.like(like))
    found: int = await stage.baton.parts.kit.read(lambda work: work.tx.execute(query).scalar_one())
    return found


async def answers(stage: Stage, *parts: bytes, count: int, pause: float = 0.0) -> list[int]:
    """The statuses of so many answers on one connection."""
    host, _, port = stage.intake.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for part in parts:
        writer.write(part)
        await asyncio.sleep(pause)
    statuses = []
    async with asyncio.timeout(10):
        for _ in range(count):
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
            statuses.append(int(head.split(b" ")[1]))
    writer.close()
    return statuses


@pytest.fixture
def ordinary(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What went the ordinary way."""
    seen: list[bytes] = []
    take = express.Express._take_the_ordinary_way

    def watch(self: express.Express, data: bytes) -> None:
        seen.append(data)
        take(self, data)

    monkeypatch.setattr(express.Express, "_take_the_ordinary_way", watch)
    return seen


async def test_requests_one_behind_the_other_are_answered_in_order(
    stage: Stage, ordinary: list[bytes]
) -> None:
    several = b"".join(request(stage, f"pipe{number}") for number in range(20))
    assert await answers(stage, several, count=20) == [200] * 20
    assert await stored(stage, "pipe%") == 20
    assert ordinary == []


@pytest.mark.parametrize("first", ["ordinary", "express"])
async def test_a_connection_that_is_in_use_is_not_closed_as_one_that_rests(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    made = express.Express.connection_made

    def impatient(self: express.Express, transport: asyncio.Transport) -> None:
        self.timeout_keep_alive = 0.5  # type: ignore[assignment]
        made(self, transport)

    monkeypatch.setattr(express.Express, "connection_made", impatient)
    host, _, port = stage.intake.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = {"Connection": "Keep-Alive, X"} if first == "ordinary" else {}
    for number in range(12):
        writer.write(request(stage, f"{first}{number}", **(head if not number else {})))
        told = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(told.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
        await asyncio.sleep(0.1)
    assert await asyncio.wait_for(reader.read(), 5) == b"", "it rests now, and is closed"
    assert await stored(stage, f"{first}%") == 12
    writer.close()


async def test_a_request_may_come_in_pieces(stage: Stage, ordinary: list[bytes]) -> None:
    whole = request(stage, "pieces")
    start = whole.index(b"\r\n\r\n") + 4
    pieces = [whole[:start], *(bytes([each]) for each in whole[start:]), request(stage, "pieces")]
    assert await answers(stage, *pieces, count=2, pause=0.001) == [200, 200]
    assert ordinary == []
    assert await answers(stage, *(bytes([each]) for each in whole), count=1) == [200]
    assert await stored(stage, "pieces") == 1


async def test_both_ways_share_one_connection(stage: Stage, ordinary: list[bytes]) -> None:
    health = post("/nothing", method="GET")
    token = {"Authorization": f"Bearer {stage.token}", "Transfer-Encoding": "chunked"}
    other = post(GENERIC, chunked(b'{"alarm": "ReportSlow"}'), token, length="")
    parts = [request(stage, "mixed1"), health, request(stage, "mixed2"), other, b""]
    parts += [request(stage, "mixed3")]
    assert await answers(stage, *parts, count=5, pause=0.1) == [200, 404, 200, 200, 200]
    assert await stored(stage, "mixed%") == 3
    assert len(ordinary) == 2


async def test_what_cannot_be_read_is_told_as_ever(stage: Stage) -> None:
    token = {"Authorization": f"Bearer {stage.token}"}
    bad = post(GENERIC, b'{"alarm": NaN}', token)
    assert await answers(stage, request(stage, "bad"), bad, count=2, pause=0.1) == [200, 202]


async def test_a_delivery_id_counts_in_the_express_lane(stage: Stage) -> None:
    twice = [request(stage, "named", **{"Idempotency-Key": "one"})] * 2
    assert await answers(stage, *twice, count=2) == [200, 200]
    query = select(alerts.c.count).where(alerts.c.fingerprint == "named")
    told = await stage.baton.parts.kit.read(lambda work: work.tx.execute(query).scalar_one())
    assert told == 1


async def test_a_revoked_token_is_refused_at_once(database_url: str, tmp_path: Path) -> None:
    async with staged(database_url, tmp_path) as stage:
        assert await answers(stage, *[request(stage, "r")] * 2, count=2) == [200, 200]
        kit = stage.baton.parts.kit
        token = await kit.read(find_token, stage.token, source="generic")
        assert token is not None
        # As another process would, so that nothing in this one hears of it.
        await asyncio.to_thread(kit.do_now, revoke_token, None, token.id)
        assert (await send(stage.intake, request(stage, "later"))).status == 401
        assert await stored(stage, "later") == 0


async def test_who_drips_a_head_is_let_go(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "READ_SECONDS", 0.3)
    whole = request(stage, "drip")
    drips = [whole[at : at + 1] for at in range(60)]
    crowd = [send(stage.intake, *drips, pause=0.02, within=8) for _ in range(100)]
    dripping = asyncio.gather(*crowd)
    await asyncio.sleep(0.05)
    assert (await send(stage.intake, request(stage, "between"), within=2)).status == 200
    assert {each.status for each in await dripping} <= {0, 408}


async def test_too_many_connections_are_turned_away(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(express, "CONNECTIONS", 0)
    answer = await send(stage.intake, request(stage, "late"))
    assert answer.status in (0, 503)
    monkeypatch.undo()
    assert (await send(stage.intake, request(stage, "late"))).status == 200


PLAIN = {"Authorization": "Bearer t", "User-Agent": "x (y; z)", "Accept": "*/*"}
ODD = {
    "chunks": {"Transfer-Encoding": "chunked"},
    "a wish to be asked": {"Expect": "100-continue"},
    "another protocol": {"Connection": "Upgrade", "Upgrade": "websocket"},
    "the end": {"Connection": "close"},
    "packed": {"Content-Encoding": "gzip"},
    "not ASCII": {"X": "ü"},
    "a NUL": {"X": b"a\0b"},
    "a lone line feed": {"X": b"a\nb"},
    "a folded line": {"X": b"a\r\n b"},
    "a space in a name": {"X ": "a"},
}


def test_a_plain_head_is_read() -> None:
    head = read_head(post(GENERIC, b"{}", {**PLAIN, "Idempotency-Key": "7"}))
    assert head is not None
    assert (head.source, head.length, head.delivery_id) == ("generic", 2, "7")
    assert head.authorization == b"Bearer t"


@pytest.mark.parametrize("headers", ODD.values(), ids=ODD)
def test_an_odd_head_is_left_to_the_ordinary_way(headers: dict[str, Any]) -> None:
    assert read_head(post(GENERIC, b"{}", {**PLAIN, **headers})) is None


@pytest.mark.parametrize("length", ["", "+2", "-2", "2, 2", " ", "0x2", "99999999", b"\xb2"])
def test_an_odd_length_is_left_to_the_ordinary_way(length: bytes | str) -> None:
    assert read_head(post(GENERIC, b"{}", PLAIN, length=length)) is None
    assert read_head(post(GENERIC, b"{}", [("Content-Length", "2"), *PLAIN.items()])) is None
