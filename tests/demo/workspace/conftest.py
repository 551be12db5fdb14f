"""A running workspace, a caller of its Web API that checks every answer, and people's hands."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from app.demo.workspace import Workspace
from tests.demo.workspace import slack_facts

Json = dict[str, Any]


@dataclass
class Slack:
    """Calls methods by form; every answer is held against what Slack was seen to answer."""

    session: aiohttp.ClientSession
    workspace: Workspace

    async def call(self, method: str, **arguments: Any) -> Json:
        """A call that must succeed."""
        answer = await self.raw(method, **arguments)
        assert answer["ok"], f"{method} answered {answer}"
        return answer

    async def refused(self, method: str, **arguments: Any) -> str:
        """A call that must be refused; its error code."""
        answer = await self.raw(method, **arguments)
        assert not answer["ok"], f"{method} answered {answer}"
        code: str = answer["error"]
        return code

    async def raw(self, method: str, **arguments: Any) -> Json:
        headers = {"Authorization": f"Bearer {self.workspace.bot_token}"}
        url = f"{self.workspace.api_url}{method}"
        async with self.session.post(url, json=arguments, headers=headers) as response:
            assert response.status == 200, await response.text()
            answer: Json = await response.json()
        if answer["ok"]:
            assert slack_facts.strange_keys(method, answer) == []
        else:
            assert slack_facts.strange_error(method, answer["error"]) == ""
        return answer

    async def history(self, channel: str) -> list[Json]:
        """Messages of a channel the bot is in, oldest first."""
        answer = await self.call("conversations.history", channel=channel, limit=200)
        return list(reversed(answer["messages"]))


@dataclass
class Hands:
    """The levers under /_workspace/."""

    session: aiohttp.ClientSession
    workspace: Workspace

    async def act(self, act: str, **body: Any) -> Json:
        """An act that the workspace must accept."""
        answer = await self.post(f"act/{act}", **body)
        assert answer.get("ok") or "error" in answer, answer
        return answer

    async def post(self, path: str, **body: Any) -> Json:
        return await self.send("POST", path, body, 200)

    async def wrong(self, path: str, **body: Any) -> str:
        """A lever pulled wrongly; the sentence it answers with."""
        answer = await self.send("POST", path, body, 400)
        sentence: str = answer["error"]
        assert answer["ok"] is False
        return sentence

    async def send(self, verb: str, path: str, body: Json | None, status: int = 200) -> Json:
        url = f"{self.workspace.url}/_workspace/{path}"
        async with self.session.request(verb, url, json=body) as response:
            assert response.status == status, await response.text()
            answer: Json = await response.json()
            return answer

    async def state(self, query: str = "") -> Json:
        return await self.send("GET", f"state{query}", None)


def channel_id(workspace: Workspace, name: str) -> str:
    room = workspace.state.channel_called(name)
    assert room is not None
    return room.id


def user_id(workspace: Workspace, name: str) -> str:
    who = workspace.state.user_called(name)
    assert who is not None
    return who.id


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    """Acme with an app that may do everything."""
    async with Workspace.running() as workspace:
        yield workspace


@pytest.fixture
def slack(session: aiohttp.ClientSession, workspace: Workspace) -> Slack:
    return Slack(session, workspace)


@pytest.fixture
def hands(session: aiohttp.ClientSession, workspace: Workspace) -> Hands:
    return Hands(session, workspace)
