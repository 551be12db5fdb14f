"""Headless Chromium over its DevTools protocol, for tests that look at a page as a person does.

async with Browser.running() as browser:
    page = await browser.open(url)
    await page.click("[data-testid=send]")
    assert "hello" in await page.text("[data-testid=messages]")
"""

import asyncio
import base64
import contextlib
import json
import os
import re
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.devtools import BrowserError, Json, Wire

PATIENCE = 10.0
START_PATIENCE = 60.0
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
KEYS = {"Enter": (13, "\r"), "Escape": (27, ""), "Tab": (9, ""), "ArrowDown": (40, ""),
        "ArrowUp": (38, ""), "Backspace": (8, ""), "Space": (32, " ")}  # fmt: skip
SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--disable-extensions", "--mute-audio", "--hide-scrollbars",
    "--remote-debugging-port=0", "--window-size=1440,900",
)  # fmt: skip


def chromium() -> str:
    """The browser's path. Without one the test is skipped, or failed where CI promises one."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    word = "No Chromium is installed, so the page cannot be looked at: apt-get install chromium."
    if os.environ.get("CI"):
        pytest.fail(word, pytrace=False)
    pytest.skip(word)


class Browser:
    """One running Chromium; every page opened gets a profile of its own."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @classmethod
    @contextlib.asynccontextmanager
    async def running(cls) -> "AsyncIterator[Browser]":
        """Starts on any free port and is gone, with its files, at the end of the block."""
        path = chromium()
        with tempfile.TemporaryDirectory(
            prefix="baton-chromium-", ignore_cleanup_errors=True
        ) as home:
            process = await asyncio.create_subprocess_exec(
                path, *SWITCHES, f"--user-data-dir={home}", "about:blank",
                stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )  # fmt: skip
            assert process.stderr is not None
            try:
                address = await asyncio.wait_for(_address(process.stderr), START_PATIENCE)
                async with _drained(process.stderr), Wire.open(address) as wire:
                    yield cls(wire)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()

    async def open(
        self, url: str, *, width: int = 1440, height: int = 900, dark: bool = False
    ) -> "Page":
        """A new page at `url`, loaded."""
        context = await self._wire.call("Target.createBrowserContext")
        target = await self._wire.call(
            "Target.createTarget", url="about:blank", browserContextId=context["browserContextId"]
        )
        session = await self._wire.call(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        page = Page(self._wire, session["sessionId"], context["browserContextId"])
        self._wire.listeners[page.session] = page.heard
        for domain in ("Page", "Runtime", "Network", "Log"):
            await page.call(f"{domain}.enable")
        await page.look(width=width, height=height, dark=dark)
        await page.go(url)
        return page


async def _address(stderr: asyncio.StreamReader) -> str:
    said = b""
    while line := await stderr.readline():
        said += line
        if found := re.search(rb"DevTools listening on (ws://\S+)", line):
            return found.group(1).decode()
    raise BrowserError(f"Chromium ended before it listened: {said.decode(errors='replace')[-800:]}")


@contextlib.asynccontextmanager
async def _drained(stderr: asyncio.StreamReader) -> AsyncIterator[None]:
    """Reads on, so that a talkative browser never waits for us."""

    async def drain() -> None:
        while await stderr.read(65_536):
            pass

    reading = asyncio.create_task(drain())
    try:
        yield
    finally:
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading


class Page:
    """One page. Every act waits until its element is there; `errors` and `requests` are kept."""

    def __init__(self, wire: Wire, session: str, profile: str) -> None:
        self.session = session
        self.errors: list[str] = []
        self.requests: list[str] = []
        self._wire, self._profile = wire, profile

    async def close(self) -> None:
        """The page and its profile are gone."""
        self._wire.listeners.pop(self.session, None)
        await self._wire.call("Target.disposeBrowserContext", browserContextId=self._profile)

    async def call(self, method: str, **params: Any) -> Json:
        """Any method of the DevTools protocol, in this page."""
        return await self._wire.call(method, self.session, **params)

    def heard(self, event: str, params: Json) -> None:
        if event == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif event == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description", details["text"]))
        elif event == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.errors.append(params["entry"]["text"])

    async def go(self, url: str) -> None:
        """To another address, until it is loaded."""
        answer = await self.call("Page.navigate", url=url)
        if error := answer.get("errorText"):
            raise BrowserError(f"{url} cannot be opened: {error}")
        await self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    async def look(self, *, width: int = 1440, height: int = 900, dark: bool = False) -> None:
        """The window's size, and whether the system prefers the dark."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])

    async def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression; promises are awaited."""
        said = await self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if problem := said.get("exceptionDetails"):
            told = problem.get("exception", {}).get("description", problem["text"])
            raise BrowserError(f"{script}: {told}")
        return said["result"].get("value")

    async def until(self, script: str, *, seconds: float = PATIENCE) -> Any:
        """Waits until the expression is true, and answers its value."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            if value := await self.evaluate(script):
                return value
            if asyncio.get_running_loop().time() > end:
                shown = await self.evaluate("document.body.innerText.slice(0, 1500)")
                raise BrowserError(f"Waited {seconds:g} s for {script}. The page shows:\n{shown}")
            await asyncio.sleep(0.02)

    async def wait_for(self, css: str, *, seconds: float = PATIENCE) -> None:
        """Until an element is there and has a size."""
        script = f"(e => e && e.getClientRects().length > 0)({_one(css)})"
        await self.until(script, seconds=seconds)

    async def wait_gone(self, css: str, *, seconds: float = PATIENCE) -> None:
        await self.until(f"!{_one(css)}", seconds=seconds)

    async def wait_text(self, css: str, text: str, *, seconds: float = PATIENCE) -> None:
        """Until the element's text holds these words."""
        script = f"({_one(css)}?.innerText ?? '').includes({json.dumps(text)})"
        await self.until(script, seconds=seconds)

    async def text(self, css: str) -> str:
        """What a person reads in the element."""
        await self.wait_for(css)
        said: str = await self.evaluate(f"{_one(css)}.innerText")
        return said

    async def texts(self, css: str) -> list[str]:
        """The same of every element that matches, now."""
        script = f"[...document.querySelectorAll({json.dumps(css)})].map(e => e.innerText)"
        said: list[str] = await self.evaluate(script)
        return said

    async def hover(self, css: str) -> None:
        """The pointer over the middle of an element."""
        await self._mouse("mouseMoved", *await self._middle(css))

    async def click(self, css: str) -> None:
        """A real click in the middle of an element, after the pointer came there."""
        x, y = await self._middle(css)
        await self._mouse("mouseMoved", x, y)
        await self._mouse("mousePressed", x, y, button="left", clickCount=1)
        await self._mouse("mouseReleased", x, y, button="left", clickCount=1)

    async def type(self, css: str, text: str) -> None:
        """Clicks into a field and types at its end, letter by letter."""
        await self.click(css)
        await self.write(text)

    async def write(self, text: str) -> None:
        """Types where the focus is."""
        for letter in text:
            await self.call("Input.dispatchKeyEvent", type="char", text=letter)

    async def press(self, key: str, *, shift: bool = False) -> None:
        """One key by its name, such as Enter, Escape or ArrowDown."""
        code, text = KEYS[key]
        known: Json = {"key": " " if key == "Space" else key, "code": key,
                       "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}  # fmt: skip
        kind = "keyDown" if text else "rawKeyDown"
        await self.call("Input.dispatchKeyEvent", type=kind, text=text, **known)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **known)

    async def screenshot(self, path: Path | str) -> None:
        """What the window shows, as a PNG."""
        shot = await self.call("Page.captureScreenshot", format="png")
        Path(path).write_bytes(base64.b64decode(shot["data"]))

    async def _mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    async def _middle(self, css: str) -> tuple[float, float]:
        await self.wait_for(css)
        x, y = await self.evaluate(
            f"(e => {{ e.scrollIntoView({{block: 'nearest'}}); const r = e.getBoundingClientRect();"
            f" return [r.x + r.width / 2, r.y + r.height / 2] }})({_one(css)})"
        )
        return x, y


def _one(css: str) -> str:
    return f"document.querySelector({json.dumps(css)})"
