"""A running Baton whose database goes away: 503, one push, and everything goes on by itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.delivery import blind
from app.flows import outage
from storage import audit, inbox
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
        memory.take()
        code, again = await status(stage, "while away")
        assert code == 503
        assert again is not None
        pushes = await stage.until(lambda: blind_pushes(stage))
        await stage.until(lambda: _has(stage, 2))
        pushes = await blind_pushes(stage)
        assert len(pushes) == 2
        assert "mia" in pushes
        assert (await status(stage, "while away"))[0] == 503
        memory.give()

        async def taken() -> bool:
            return (await status(stage, "while away"))[0] == 200

        await stage.until(taken)
        noted = await stage.until(lambda: _noted(stage))
        assert set(pushes) == {each.split("@")[0] for each in noted[0].facts["told"]}
        assert await blind_pushes(stage) == dict.fromkeys(pushes, 1)
        kept = await stage.baton.parts.kit.read(lambda work: inbox.count(work.tx))
        assert kept == {"done": 2}


async def _noted(stage: Stage) -> list[Any]:
    """What the audit log has of the outage; readers find the database back a moment later."""
    try:
        read = stage.baton.parts.kit.read
        return list(await read(lambda work: audit.list_of(work.tx, "database")))
    except outage.StillAway:
        return []


async def _has(stage: Stage, people: int) -> bool:
    return len(await blind_pushes(stage)) >= people
