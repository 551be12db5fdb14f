"""`python3 -m app demo` as somebody starts it: one process, its output, and what it leaves."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from app.demo.stage import HOST

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
READY_WITHIN = 40.0
"""Far more than it takes; a busy machine with two cores is allowed."""


class Demo:
    """A demo in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, temporary: Path) -> None:
        self._process = process
        self.temporary = temporary

    @classmethod
    async def start(cls, folder: Path, *arguments: str) -> "Demo":
        temporary = folder / "temporary"
        temporary.mkdir()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "app", "demo", "--no-browser", *arguments,
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(temporary)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        return cls(process, temporary)

    async def welcome(self) -> str:
        """What it prints until it is ready."""
        assert self._process.stdout is not None
        async with asyncio.timeout(READY_WITHIN):
            return (await self._process.stdout.readuntil(b"Ctrl-C stops it")).decode()

    async def stop(self, how: signal.Signals) -> tuple[int | None, str, str]:
        """Exit code, and the rest of stdout and stderr."""
        if self._process.returncode is None:
            self._process.send_signal(how)
        async with asyncio.timeout(READY_WITHIN):
            out, err = await self._process.communicate()
        return self._process.returncode, out.decode(), err.decode()


@pytest.fixture
async def taken_port() -> AsyncIterator[int]:
    """A port that somebody else listens on."""
    with socket.socket() as held:
        held.bind((HOST, 0))
        held.listen()
        yield held.getsockname()[1]


async def test_a_demo_from_the_first_line_to_an_empty_folder(
    tmp_path: Path, taken_port: int
) -> None:
    demo = await Demo.start(tmp_path, "--fast", "--port", str(taken_port))
    try:
        told = await demo.welcome()
        address = first(r"ready: (http://\S+)", told)
        assert not address.endswith(f":{taken_port}")
        async with aiohttp.ClientSession() as http:
            async with http.get(address) as page:
                assert page.status == 200
                assert "html" in page.content_type
            answer = await run(first(r"(curl .*)", told))
            assert answer == {"status": "accepted", "incidents": ["INC-5"]}
            await until_channel(http, address, "inc-5-card-payments-fail")
            async with http.get(f"{address}/_workspace/stream"):
                await until_channel(http, address, "inc-6-the-nightly-load-is-stuck")
    finally:
        code, out, err = await demo.stop(signal.SIGINT)
    assert (code, err) == (0, "")
    assert out.rstrip().endswith("Nothing was kept.")
    assert list(demo.temporary.iterdir()) == []


async def test_it_is_stopped_by_sigterm_before_it_is_ready(tmp_path: Path) -> None:
    demo = await Demo.start(tmp_path, "--port", "0")
    async with asyncio.timeout(READY_WITHIN):
        while not list(demo.temporary.glob("baton-demo-*/baton.db")):
            await asyncio.sleep(0.02)
    code, _, err = await demo.stop(signal.SIGTERM)
    assert (code, err) == (0, "")
    assert list(demo.temporary.iterdir()) == []


async def test_it_keeps_what_happened_when_asked_and_says_where(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    demo = await Demo.start(tmp_path, "--port", "0", "--keep", str(kept))
    await demo.welcome()
    code, out, _ = await demo.stop(signal.SIGINT)
    assert code == 0
    assert str(kept) in out
    assert {"baton.toml", "baton.db", "demo.log"} <= {each.name for each in kept.iterdir()}
    workspace = json.loads((kept / "workspace.json").read_text(encoding="utf-8"))
    assert "inc-3-signing-in-takes-9-seconds" in {
        each["name"] for each in workspace["channels"].values()
    }
    assert list(demo.temporary.iterdir()) == []


async def test_a_folder_that_holds_something_is_not_touched(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "letters.txt").write_text("mine", encoding="utf-8")
    demo = await Demo.start(tmp_path, "--keep", str(kept))
    code, out, err = await demo.stop(signal.SIGCONT)
    assert (code, out) == (1, "")
    assert "is not empty" in err
    assert [each.name for each in kept.iterdir()] == ["letters.txt"]


def first(pattern: str, told: str) -> str:
    found = re.search(pattern, told)
    assert found is not None, told
    return found.group(1)


async def run(printed: str) -> object:
    """Run a printed command as it stands; its output, read as JSON."""
    assert shutil.which("curl"), "this test runs the curl command that the demo prints"
    process = await asyncio.create_subprocess_shell(
        printed, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    out, _ = await process.communicate()
    return json.loads(out)


async def until_channel(http: aiohttp.ClientSession, address: str, name: str) -> None:
    async with asyncio.timeout(READY_WITHIN):
        while True:
            async with http.get(f"{address}/_workspace/state?calls=0") as answer:
                state = await answer.json()
            if name in {each["name"] for each in state["channels"]}:
                return
            await asyncio.sleep(0.05)
