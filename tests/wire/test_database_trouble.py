"""A running Baton whose database goes away: 503, one push, and everything goes on by itself."""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.delivery import blind
from app.flows import outage
from app.flows.work import Work
from app.paging.gateway import Gateway
from storage import audit, engine
from tests.kit import bodies
from tests.postgres import Server
from tests.wire.stage import Stage, staged

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]


@dataclass
class Memory:
    """A database that can be taken away and given back."""

    url: str
    take: Callable[[], Any]
    give: Callable[[], Any]


@pytest.fixture(params=["sqlite", "postgresql"])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Memory]:
    if request.param == "sqlite":
        path, kept = tmp_path / "baton.db", tmp_path / "kept.db"
        url = request.getfixturevalue("sqlite_url")
        yield Memory(url, take=lambda: path.rename(kept), give=lambda: kept.rename(path))
        return
    server: Server = request.getfixturevalue("own_server")
    url = server.create_database("baton")
    yield Memory(url, take=lambda: server.stop("immediate"), give=server.start)


async def status(stage: Stage, fingerprint: str) -> tuple[int, str | None]:
    async with stage.http.post(
        f"{stage.intake}/v1/alerts/generic",
        json={"alarm": "EltLate", "title": "Nightly load is late", "fingerprint": fingerprint},
        headers={"Authorization": f"Bearer {stage.token}"},
    ) as answer:
        await answer.read()
        return answer.status, answer.headers.get("Retry-After")


async def blind_pushes(stage: Stage) -> dict[str, int]:
    phones = (await stage.state())["phones"]
    counted = {
        handle: sum("blind" in str(each) for each in pages) for handle, pages in phones.items()
    }
    return {handle: number for handle, number in counted.items() if number}


async def test_without_a_database_senders_are_told_to_repeat_and_two_people_hear_of_it_once(
    memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage, "PATIENCE", 0.3)
    monkeypatch.setattr(blind, "AFTER", 1.5)
    monkeypatch.setattr(blind, "REFRESH", 0.5)
    monkeypatch.setattr(blind, "LOOK", 0.2)
    async with staged(memory.url, tmp_path, BATON_CANARY_SECONDS="0") as stage:
        assert (await status(stage, "before"))[0] == 200

        async def known() -> bool:
            found = stage.baton.parts.delivery.blind.known
            return len([each for each in found if each.lines]) == 2

        await stage.until(known)
        duty = await stage.baton.parts.kit.read(on_duty)
        memory.take()
        code, again = await status(stage, "while away")
        assert code == 503
        assert again is not None
        pushes = await stage.until(lambda: blind_pushes(stage))
        await stage.until(lambda: _has(stage, 2))
        pushes = await blind_pushes(stage)
        assert pushes.keys() == duty
        assert (await status(stage, "while away"))[0] == 503
        memory.give()

        async def taken() -> bool:
            return (await status(stage, "while away"))[0] == 200

        await stage.until(taken)
        noted = await stage.until(lambda: _noted(stage))
        assert set(pushes) == {each.split("@")[0] for each in noted[0].facts["told"]}
        assert await blind_pushes(stage) == dict.fromkeys(pushes, 1)
        kept = await stage.baton.parts.kit.read(lambda work: bodies(work.tx))
        assert kept == {"done": 2}


def on_duty(work: Work) -> set[str]:
    """Who is primary out of hours and who is the manager, on whatever day this runs."""
    rotas = (work.org.out_of_hours_rota, work.org.manager_rota)
    people = [work.schedule.on_duty(each, work.now).person for each in rotas]
    return {each.split("@")[0] for each in people if each}


@dataclass(frozen=True)
class Lock:
    """How long another program holds SQLite, and how patient Baton is."""

    seconds: float
    busy: float
    patience: float
    code: int


LOCKS = {
    "within its patience": Lock(seconds=3.0, busy=5.0, patience=2.0, code=200),
    "beyond it": Lock(seconds=3.0, busy=0.3, patience=0.3, code=503),
}
HOLD = """
import sqlite3, sys, time
file = sqlite3.connect(sys.argv[1], isolation_level=None)
file.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
file.execute("COMMIT")
"""


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS)
async def test_while_another_program_holds_the_file_answers_are_late_or_503_and_pages_go_out(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lock: Lock
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", lock.busy)
    monkeypatch.setattr(outage, "PATIENCE", lock.patience)
    may_ring, ring = asyncio.Event(), Gateway.ring

    async def ring_later(self: Gateway, *args: Any, **kwargs: Any) -> Any:
        await may_ring.wait()
        return await ring(self, *args, **kwargs)

    monkeypatch.setattr(Gateway, "ring", ring_later)
    async with staged(sqlite_url, tmp_path, BATON_CANARY_SECONDS="0") as stage:
        assert (await status(stage, "before"))[0] == 200  # its page is claimed, and on its way
        path = sqlite_url.removeprefix("sqlite:///")
        holding = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", HOLD, path, str(lock.seconds)), stdout=asyncio.subprocess.PIPE
        )
        assert holding.stdout is not None
        assert await holding.stdout.readline() == b"held\n"
        began = time.monotonic()
        sending = asyncio.create_task(status(stage, "while held"))
        may_ring.set()
        await stage.until(lambda: anybody_rung(stage))
        assert time.monotonic() - began < lock.seconds - 0.5
        code, again = await sending
        assert code == lock.code
        assert (again is not None) == (code == 503)
        assert (time.monotonic() - began > lock.seconds / 2) == (code == 200)
        await holding.wait()

        async def taken() -> bool:
            return (await status(stage, "while held"))[0] == 200

        await stage.until(taken)
        kept = await stage.baton.parts.kit.read(lambda work: bodies(work.tx))
        assert kept == {"done": 3 if code == 200 else 2}
        assert stage.baton.parts.kit.writing.seconds is None


async def anybody_rung(stage: Stage) -> bool:
    return any((await stage.state())["phones"].values())


async def _noted(stage: Stage) -> list[Any]:
    """What the audit log has of the outage; readers find the database back a moment later."""
    try:
        read = stage.baton.parts.kit.read
        return list(await read(lambda work: audit.list_of(work.tx, "database")))
    except outage.StillAway:
        return []


async def _has(stage: Stage, people: int) -> bool:
    return len(await blind_pushes(stage)) >= people
