"""What a stranger finds at the public doors: nothing of the inside, and pages that are harmless."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from tests.kit import OUT_OF_HOURS, SetClock
from tests.wire.raw import post, send
from tests.wire.stage import Stage, staged

pytestmark = pytest.mark.anyio
PRIVATE = ("/healthz", "/readyz", "/metrics")
GUESSES = (
    *PRIVATE,
    "/",
    "/admin",
    "/debug",
    "/docs",
    "/openapi.json",
    "/.env",
    "/_workspace/state",
)
VERSION = re.compile(r"\b(uvicorn|starlette|python|sqlalchemy|bolt|jinja)\b|\d+\.\d+\.\d+", re.I)
HEADERS = {
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
}


@pytest.fixture(scope="module")
async def stage(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    folder: Path = tmp_path_factory.mktemp("doors")
    url, clock = f"sqlite:///{folder / 'baton.db'}", SetClock(now=OUT_OF_HOURS)
    async with staged(url, folder, clock=clock, mode="http", phones=False) as stage:
        yield stage


def public_paths(stage: Stage) -> list[str]:
    """Every route of the public bind, its blanks filled with something."""
    baton = stage.baton
    public = [*baton.front.intake.routes(), *baton._doors()[0]]
    paths = [route.path for route in public if isinstance(route, Route)]
    return [re.sub(r"\{[^}]*\}", "generic", path) for path in paths]


async def test_nothing_of_the_inside_is_at_the_public_door(stage: Stage) -> None:
    for path in GUESSES:
        async with stage.http.get(f"{stage.intake}{path}") as answer:
            assert answer.status == 404, path


async def test_every_door_is_shut_to_who_proves_nothing(stage: Stage) -> None:
    paths = public_paths(stage)
    assert len(paths) >= 4
    for path in paths:
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            async with stage.http.request(method, f"{stage.intake}{path}") as answer:
                assert 400 <= answer.status < 500, (method, path, answer.status)


async def test_no_answer_names_what_it_is_made_of(stage: Stage) -> None:
    for path in (*public_paths(stage), *GUESSES):
        for method in ("GET", "POST"):
            async with stage.http.request(method, f"{stage.intake}{path}") as answer:
                told = f"{dict(answer.headers)} {await answer.text()}"
                assert "server" not in answer.headers
                assert not VERSION.search(told), told


async def test_a_token_in_the_address_is_no_proof(stage: Stage) -> None:
    for query in (f"token={stage.token}", f"access_token={stage.token}", stage.token):
        answer = await send(stage.intake, post(f"/v1/alerts/generic?{query}", b'{"alarm": "A"}'))
        assert answer.status == 401


async def test_every_page_is_harmless_in_a_browser(stage: Stage) -> None:
    for path in ("/acknowledge/nonsense", "/acknowledge/" + "A" * 90):
        for method in ("GET", "POST"):
            async with stage.http.request(method, f"{stage.intake}{path}") as answer:
                assert answer.content_type == "text/html"
                for name, value in HEADERS.items():
                    assert answer.headers[name] == value
                policy = answer.headers["content-security-policy"]
                for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
                    assert part in policy
                assert "unsafe" not in policy


async def test_an_error_inside_is_told_without_a_word_of_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: Any, **more: Any) -> Any:
        raise RuntimeError("SELECT secret FROM /srv/baton/storage.py")

    monkeypatch.setattr(stage.baton.parts.kit, "_work", broken)
    bearer = {"Authorization": f"Bearer {stage.token}"}
    for path in public_paths(stage):
        answer = await send(stage.intake, post(path, b"{}", bearer))
        assert answer.status >= 400
        for part in (b"SELECT", b"Traceback", b"RuntimeError", b"storage"):
            assert part not in answer.body, path
    _, private = stage.baton.bound
    answer = await send(f"http://{private}", post("/metrics", method="GET"))
    assert answer.status == 500
    assert b"SELECT" not in answer.body
