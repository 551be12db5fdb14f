"""The doors of a running Baton: long bodies survive its end, many at once find a bound, and whoever
drips holds up no P1."""

import asyncio
import contextlib
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from handlers.web.intake.desk import PART
from handlers.web.intake.door import BYTES
from tests.crash.nursery import Nursery
from tests.crash.ward import Ward, ward
from tests.wire.raw import Answer, post, send
from tests.wire.trouble import service

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]
VOLUNTEERS = '[[rota]]\nid = "volunteers"'
GENERIC = "/v1/alerts/generic"
DRIPPING = 500
IN_TIME = 3.0
"""Seconds from an alert to its page, on a machine that has other work to do."""
MIB = 1024 * 1024


def services(count: int) -> dict[str, str]:
    """More services in the organisation file, each with an alarm that is a P1."""
    return {VOLUNTEERS: "\n".join([*map(service, range(count)), VOLUNTEERS])}


async def test_a_long_body_that_is_cut_by_a_kill_is_read_again_at_once_after_the_restart(
    nursery: Nursery, sqlite_url: str, tmp_path: Path
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, wait="60s", change=services(1)) as place:
        await place.start("before:receive_together#2")
        quiet = [{"alarm": "Quiet", "fingerprint": f"q{n}", "service": "x"} for n in range(PART)]
        body = json.dumps([*quiet, {"alarm": "Late0", "fingerprint": "last"}])
        answer = await raw(place, body.encode())
        assert answer.status == 0, "nobody may believe that it was taken in"
        await place.died()
        assert states(tmp_path) == [("waiting", -1)]
        await place.start()
        began = time.monotonic()
        await place.until(lambda: place.phone("chi"))
        assert time.monotonic() - began < 5
        await place.stop()
        assert states(tmp_path) == [("done", 0)]


async def test_a_body_whose_taking_in_failed_is_taken_in_after_a_restart(
    nursery: Nursery, sqlite_url: str, tmp_path: Path
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, wait="60s") as place:
        change(
            tmp_path,
            "CREATE TRIGGER poison BEFORE INSERT ON alerts "
            "BEGIN SELECT RAISE(ABORT, 'no reason that repeating cures'); END",
        )
        await place.start()
        assert await place.status() == 202
        await place.kill()
        change(tmp_path, "DROP TRIGGER poison")
        await place.start()
        await place.until(lambda: place.phone("chi"))
        await place.stop()
        [(state, _)] = states(tmp_path)
        assert state == "done"


async def test_large_bodies_at_once_take_no_more_memory_than_they_may_and_small_ones_go_between(
    nursery: Nursery, sqlite_url: str, tmp_path: Path
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, wait="60s") as place:
        await place.start()
        assert (await raw(place, b'{"alarm": "Quiet"}')).status == 200
        before = peak(place)
        size = 4 * MIB - 1000
        start = post(GENERIC, b"", bearer(place), length=str(size))
        async with connections(place, BYTES // size + 8) as lines:
            for _, writer in lines:
                writer.write(start + b" " * (size - 1))
            answers = [asyncio.create_task(status_of(reader)) for reader, _ in lines]
            done, waiting = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
            assert {task.result() for task in done} == {503}
            assert await place.send()
            for _, writer in lines:
                writer.write(b" ")
            told = await asyncio.gather(*waiting)
        assert set(told) <= {0, 202, 503}
        assert peak(place) - before < 3 * BYTES
        await place.until(lambda: place.phone("chi"))
        answer = await raw(place, b" " * (4 * MIB + 1))
        assert answer.status == 413
        assert b"people were told" in answer.body
        await place.stop()
        bodies = lengths(tmp_path)
        assert max(bodies) <= size
        assert bodies.count(size) == told.count(202)


async def test_five_hundred_who_drip_hold_up_no_p1(
    nursery: Nursery, sqlite_url: str, tmp_path: Path
) -> None:
    async with ward(nursery, sqlite_url, tmp_path, wait="60s", change=services(5)) as place:
        await place.start()
        assert (await raw(place, b'{"alarm": "Quiet"}')).status == 200
        request = post(GENERIC, b" " * 100, bearer(place))
        async with connections(place, DRIPPING) as lines:
            dripping = asyncio.create_task(drip(lines, request))
            for number in range(5):
                sent = time.time()
                assert await place.send(f"p1-{number}", alarm=f"Late{number}")
                pages = await place.until(lambda n=number: rung(place, n + 1))
                assert pages[number]["at"] - sent < IN_TIME
            assert not dripping.done()
            dripping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await dripping


# ── hands ─────────────────────────────────────────────────────────────────────────────────────
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def bearer(place: Ward) -> dict[str, bytes | str]:
    return {"Authorization": f"Bearer {place.token}"}


async def raw(place: Ward, body: bytes) -> Answer:
    request = post(GENERIC, body, bearer(place))
    return await send(f"http://127.0.0.1:{place.port}", request, within=30)


@contextlib.asynccontextmanager
async def connections(place: Ward, count: int) -> AsyncIterator[Sequence[Line]]:
    lines = [await asyncio.open_connection("127.0.0.1", place.port) for _ in range(count)]
    try:
        yield lines
    finally:
        for _, writer in lines:
            writer.close()


async def status_of(reader: asyncio.StreamReader) -> int:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return 0
    return int(head.split(b" ")[1])


async def drip(lines: Sequence[Line], request: bytes) -> None:
    """One byte on each, again and again."""
    for at in range(len(request)):
        for _, writer in lines:
            writer.write(request[at : at + 1])
        await asyncio.sleep(0.2)


async def rung(place: Ward, count: int) -> list[dict[str, float]] | None:
    pages = await place.phone("chi")
    return [dict(page) for page in pages] if len(pages) >= count else None


def peak(place: Ward) -> int:
    """The most memory that the process ever had, in bytes."""
    assert place.process is not None
    lines = Path(f"/proc/{place.process.pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024


def change(folder: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(folder / "baton.db")) as file:
        file.execute(statement)
        file.commit()


def states(folder: Path) -> list[tuple[str, int]]:
    """What became of the bodies of senders."""
    with contextlib.closing(sqlite3.connect(folder / "baton.db")) as file:
        query = "SELECT state, attempts FROM inbox WHERE source = 'generic' ORDER BY id"
        return list(file.execute(query))


def lengths(folder: Path) -> list[int]:
    with contextlib.closing(sqlite3.connect(folder / "baton.db")) as file:
        return [row[0] for row in file.execute("SELECT length(body) FROM inbox")]
