"""Acme with a small app on it, looked at in Chromium."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import anyio
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

from app.demo.workspace import Workspace
from tests.browser import Browser, Page
from tests.demo.page.small_app import MANIFEST, Heard, small_app

Json = dict[str, Any]
MESSAGES = "[data-testid=messages]"
COMPOSER = "[data-testid=composer]"


class Pages:
    """Pages of one browser, used again from test to test: a new one takes a second, a used one a
    quarter. Every test's workspace has a port and so a storage of its own."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: list[Page] = []

    async def take(self, url: str, **look: Any) -> Page:
        if not self._free:
            return await self._browser.open(url, **look)
        page = self._free.pop()
        page.errors.clear()
        page.requests.clear()
        await page.look(**look)
        await page.go(url)
        return page

    async def give_back(self, page: Page) -> None:
        await page.call("Page.navigate", url="about:blank")
        await page.until("location.href === 'about:blank'")
        self._free.append(page)


@dataclass
class Stage:
    """The workspace, the app's client and notes, and pages of it."""

    workspace: Workspace
    used: Pages
    http: aiohttp.ClientSession
    slack: Any
    heard: Heard
    pages: list[Page] = field(default_factory=list)

    async def page(self, query: str = "?as=ana&channel=engineering", **look: Any) -> Page:
        """A page of the workspace, once its state is there."""
        page = await self.used.take(f"{self.workspace.url}/{query}", **look)
        self.pages.append(page)
        await page.wait_for(".app")
        return page

    async def act(self, deed: str, **body: Any) -> Json:
        return await self.pull(f"act/{deed}", **body)

    async def pull(self, lever: str, **body: Any) -> Json:
        url = f"{self.workspace.url}/_workspace/{lever}"
        async with self.http.post(url, json=body) as response:
            answer: Json = await response.json()
            assert answer["ok"], answer
            return answer

    async def ring(self, handle: str, **push: Any) -> None:
        url = f"{self.workspace.url}/"
        async with self.http.post(url, json={"topic": f"phone-{handle}", **push}) as response:
            assert response.status == 200, await response.text()

    async def say(self, text: str, channel: str = "#engineering", **more: Any) -> str:
        """A message of the app."""
        answer = await self.slack.chat_postMessage(channel=channel, text=text, **more)
        ts: str = answer["ts"]
        return ts

    def room(self, name: str) -> str:
        channel = self.workspace.state.channel_called(name)
        assert channel is not None
        return channel.id

    def user(self, handle: str) -> str:
        who = self.workspace.state.user_called(handle)
        assert who is not None
        return who.id


@pytest.fixture(scope="session")
async def pages() -> AsyncIterator[Pages]:
    async with Browser.running() as browser:
        yield Pages(browser)


@pytest.fixture
async def stage(pages: Pages) -> AsyncIterator[Stage]:
    async with (
        Workspace.running(manifest=MANIFEST, rate_limits=False) as workspace,
        aiohttp.ClientSession() as http,
    ):
        app, heard = small_app(workspace)
        handler: Any = AsyncSocketModeHandler(app, workspace.app_token)
        await handler.connect_async()
        with anyio.fail_after(10):
            while not workspace.sockets.connections:
                await anyio.sleep(0.01)
        stage = Stage(workspace, pages, http, app.client, heard)
        yield stage
        for page in stage.pages:
            await pages.give_back(page)
        await handler.close_async()
