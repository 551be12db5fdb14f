"""Slack's own JavaScript framework runs a small app on the local workspace, unchanged."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import aiohttp
import pytest

from app.demo.workspace import Workspace
from app.demo.workspace.values import Channel, Message
from tests.demo.workspace.conftest import Hands

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(240)]
HERE = Path(__file__).parent
PATIENCE = 20.0
Found = TypeVar("Found")


@pytest.fixture(scope="module")
def packages() -> None:
    """The framework, fetched once by npm from the lock."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            _without(f"{tool} is not installed, so Slack's JavaScript framework cannot run.")
    if (HERE / "node_modules" / "@slack" / "bolt").is_dir():
        return
    fetched = subprocess.run(["npm", "ci"], cwd=HERE, capture_output=True, text=True, check=False)
    if fetched.returncode != 0:
        _without(f"npm could not fetch Slack's JavaScript framework: {fetched.stderr[-500:]}")


def _without(why: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(why, pytrace=False)
    pytest.skip(why)


@pytest.fixture
async def workspace(packages: None) -> AsyncIterator[Workspace]:
    async with Workspace.running() as workspace:
        environment = os.environ | {
            "SLACK_API_URL": workspace.api_url,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": workspace.app_token,
        }
        process = await asyncio.create_subprocess_exec(
            "node", "app.mjs", cwd=HERE, env=environment, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        try:
            while b"ready" not in await asyncio.wait_for(process.stdout.readline(), PATIENCE):
                assert process.returncode is None
            yield workspace
        finally:
            if process.returncode is None:
                process.terminate()
            await process.communicate()


@pytest.fixture
async def hands(workspace: Workspace) -> AsyncIterator[Hands]:
    async with aiohttp.ClientSession() as session:
        yield Hands(session, workspace)


async def until(look: Callable[[], Found | None]) -> Found:
    """What `look` finds, as soon as it finds it."""
    async with asyncio.timeout(PATIENCE):
        while (found := look()) is None:
            await asyncio.sleep(0.02)
        return found


def said(workspace: Workspace, words: str) -> Callable[[], Message | None]:
    def look() -> Message | None:
        room = engineering(workspace)
        return next((m for m in room.messages.values() if m.text == words), None)

    return look


def engineering(workspace: Workspace) -> Channel:
    room = workspace.state.channel_called("#engineering")
    assert room is not None
    return room


async def test_a_message_a_button_and_a_form(workspace: Workspace, hands: Hands) -> None:
    where = {"user": "ana", "channel": "#engineering"}
    knock = await hands.act("message", **where, text="knock knock")
    question = await until(said(workspace, "Who is there?"))
    assert question.thread_ts == knock["ts"]

    assert await hands.act("click", **where, ts=question.ts, action_id="answer") == {"ok": True}
    answer = await until(said(workspace, "The form is open."))
    assert answer.ephemeral_to == question_reader(workspace)
    view = await until(lambda: next(iter(workspace.state.views.values()), None))
    assert view["title"]["text"] == "Who is there?"

    refused = await submit(hands, view["id"], "nobody")
    assert refused["errors"] == {"name": "Nobody is not a name."}
    assert view["id"] in workspace.state.views
    assert await submit(hands, view["id"], "Ana") == {"ok": True}
    assert workspace.state.views == {}
    told = await until(said(workspace, "It is Ana."))
    assert told.thread_ts == knock["ts"]


def question_reader(workspace: Workspace) -> str:
    ana = workspace.state.user_called("ana")
    assert ana is not None
    return ana.id


def submit(hands: Hands, view_id: str, name: str) -> Awaitable[dict[str, object]]:
    values = {"name": {"name": {"type": "plain_text_input", "value": name}}}
    return hands.act("submit", user="ana", view_id=view_id, values=values)


async def test_a_command_is_answered_in_its_acknowledgement(
    workspace: Workspace, hands: Hands
) -> None:
    answer = await hands.act(
        "command", user="ana", channel="#engineering", command="/door", text="open, @ben"
    )
    ben = workspace.state.user_called("ben")
    assert ben is not None
    assert answer["response"]["text"] == f"The door hears: open, <@{ben.id}|ben>"


async def test_an_event_is_acknowledged_and_answered(workspace: Workspace, hands: Hands) -> None:
    where = {"user": "ben", "channel": "#engineering"}
    ts = (await hands.act("message", **where, text="Look at this"))["ts"]
    await hands.act("react", **where, ts=ts, name="eyes")
    await until(said(workspace, "I saw :eyes:"))
    deliveries = workspace.state.deliveries
    await until(lambda: True if all(d.status == "acked" for d in deliveries) else None)
    assert {d.attempt for d in deliveries} == {0}


async def test_after_a_refresh_it_comes_back_by_itself(workspace: Workspace, hands: Hands) -> None:
    first = workspace.sockets.connections[0]
    await hands.post("sockets/drop", how="refresh")
    connections = workspace.sockets.connections
    await until(lambda: True if connections and connections[0] is not first else None)
    await hands.act("message", user="ana", channel="#engineering", text="knock knock")
    await until(said(workspace, "Who is there?"))
