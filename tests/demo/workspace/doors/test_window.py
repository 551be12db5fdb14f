"""What the page sees: the state, the stream of changes, saving and loading."""

import json
from typing import Any

import aiohttp
import anyio
import pytest

from app.demo.workspace import Workspace
from tests.demo.workspace.conftest import Hands, Slack, channel_id, user_id

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
HERE = {"user": "ana", "channel": "#engineering"}


async def test_the_state_needs_no_token_and_shows_everything(hands: Hands, slack: Slack) -> None:
    await slack.call("auth.test")
    state = await hands.state()
    assert state["team"]["name"] == "Acme"
    assert state["app"]["mode"] == "socket"
    assert state["app"]["connected"] == 0
    names = {c["name"] for c in state["channels"]}
    assert {"general", "engineering", "on-call", "data-infra", "managers"} <= names
    assert {"ana", "ben", "chi", "mia", "noor", "gus", "ivy", "omar", "tom"} <= {
        u["name"] for u in state["users"]
    }
    assert state["calls"][-1]["method"] == "auth.test"


async def test_a_person_sees_their_own_part(hands: Hands) -> None:
    room = (await hands.act("open", user="ana", users=["ben"]))["channel"]
    ana = await hands.state("?as=ana&calls=0")
    chi = await hands.state(f"?as={user_id(hands.workspace, 'chi')}")
    assert "calls" not in ana
    assert "managers" not in {c["name"] for c in ana["channels"]}
    shown = {c["id"]: c for c in ana["channels"]}[room]
    assert shown["user"] == user_id(hands.workspace, "ben")
    assert room not in {c["id"] for c in chi["channels"]}


async def test_one_channels_messages_can_be_asked_for(hands: Hands) -> None:
    ben = user_id(hands.workspace, "ben")
    async with hands.session.get(f"{hands.workspace.url}/_workspace/stream"):
        await hands.act("message", user="ben", channel="#general", text="Hello @ana")
        await hands.act("message", user="ben", channel="#general", text="All well?")
        await hands.act("message", **HERE, text="Here")
    state = await hands.state("?as=ana&calls=0&channel=engineering")
    rooms = {c["name"]: c for c in state["channels"] if c["name"]}
    assert rooms["engineering"]["messages"][-1]["text"] == "Here"
    assert "messages" not in rooms["general"]
    recent = rooms["general"]["recent"]
    assert [(one["user"], one["calls"]) for one in recent] == [(ben, False), (ben, True)]
    assert rooms["general"]["latest"] == recent[0]["ts"]
    assert rooms["random"]["recent"] == []
    by_id = await hands.state(f"?as=ana&channel={rooms['general']['id']}")
    assert [c["name"] for c in by_id["channels"] if "messages" in c] == ["general"]
    nowhere = await hands.state("?channel=nowhere")
    assert not any("messages" in c for c in nowhere["channels"])


async def test_private_answers_are_news_only_to_whom_they_were_given(
    hands: Hands, slack: Slack
) -> None:
    room, ben = channel_id(hands.workspace, "#engineering"), user_id(hands.workspace, "ben")
    hands.workspace.world.open()
    await slack.call("chat.postEphemeral", channel=room, user=ben, text="psst")
    for who, count in (("ben", 1), ("ana", 0)):
        state = await hands.state(f"?as={who}&channel=general")
        recent = next(c for c in state["channels"] if c["id"] == room)["recent"]
        assert len(recent) == count


async def test_it_is_known_when_somebody_first_looks(hands: Hands) -> None:
    world = hands.workspace.world
    assert not world.opened.is_set()
    assert (await hands.state())["opened"] == 0
    async with hands.session.get(f"{hands.workspace.url}/_workspace/stream") as stream:
        await _change(stream)
    assert world.opened.is_set()
    first = world.opened_at
    assert first == pytest.approx(world.now(), abs=5)
    async with hands.session.get(f"{hands.workspace.url}/_workspace/stream") as stream:
        await _change(stream)
    assert (await hands.state())["opened"] == first


async def test_threads_reactions_pins_and_edits_stand_on_the_message(hands: Hands) -> None:
    ts = (await hands.act("message", **HERE, text="Parent"))["ts"]
    await hands.act("message", **HERE, text="Child", thread_ts=ts)
    await hands.act("react", **HERE, ts=ts, name="eyes")
    await hands.act("pin", **HERE, ts=ts)
    await hands.act("edit", **HERE, ts=ts, text="Parent, edited")
    state = await hands.state()
    room = next(c for c in state["channels"] if c["name"] == "engineering")
    message = next(m for m in room["messages"] if m["ts"] == ts)
    assert message["reply_count"] == 1
    assert message["reactions"][0]["name"] == "eyes"
    assert message["pinned"] is True
    assert message["edited"]["user"] == user_id(hands.workspace, "ana")
    assert room["pins"] == [ts]


async def test_the_stream_tells_at_once_and_once_for_a_burst(hands: Hands) -> None:
    url = f"{hands.workspace.url}/_workspace/stream"
    async with hands.session.get(url) as stream:
        first = await _change(stream)
        for number in range(5):
            await hands.act("message", **HERE, text=str(number))
        with anyio.fail_after(5):
            second = await _change(stream)
    assert second > first
    assert second >= first + 2


async def _change(stream: aiohttp.ClientResponse) -> int:
    assert (await stream.content.readline()).strip() == b"event: change"
    data = (await stream.content.readline()).decode()
    await stream.content.readline()
    seq: int = json.loads(data.removeprefix("data: "))["seq"]
    return seq


async def test_the_state_is_saved_and_loaded_whole(hands: Hands, slack: Slack) -> None:
    room = (await slack.call("conversations.create", name="inc-1"))["channel"]["id"]
    await slack.call("chat.postMessage", channel=room, text="Kept", metadata=None)
    saved = await hands.send("GET", "saved", None)
    async with Workspace.running() as other:
        hands2 = Hands(hands.session, other)
        await hands2.send("PUT", "saved", saved)
        assert other.state.channels[room].name == "inc-1"
        texts = [m.text for m in other.state.channels[room].messages.values()]
        assert "Kept" in texts
        assert other.state.new_id("C") not in other.state.channels
        answer = await hands2.send("PUT", "saved", {"team": 5}, 400)
    assert "not a saved workspace" in answer["error"]


async def test_a_company_can_come_from_a_file(hands: Hands, tmp_path: Any) -> None:
    file = tmp_path / "company.json"
    file.write_text(json.dumps(await hands.send("GET", "saved", None)), encoding="utf-8")
    async with Workspace.running(company=file) as workspace:
        assert channel_id(workspace, "#engineering") == channel_id(hands.workspace, "#engineering")


async def test_calls_and_deliveries_can_be_forgotten(hands: Hands, slack: Slack) -> None:
    await slack.call("auth.test")
    await hands.send("DELETE", "calls", None)
    assert (await hands.send("GET", "calls", None))["calls"] == []
    assert (await hands.send("GET", "deliveries", None))["deliveries"] == []


async def test_pictures_and_files_stay_inside(hands: Hands) -> None:
    base = hands.workspace.url
    ana = user_id(hands.workspace, "ana")
    async with hands.session.get(f"{base}/_workspace/avatar/{ana}") as response:
        assert response.content_type == "image/svg+xml"
    outside = f"{base}/_workspace/page/%2e%2e/%2e%2e/running.py"
    async with hands.session.get(outside) as response:
        assert response.status == 404


async def test_time_only_goes_forward(hands: Hands) -> None:
    before = hands.workspace.world.now()
    await hands.post("clock", advance=3600)
    assert hands.workspace.world.now() - before >= 3600
    for wrong in (-1, "x", True):
        assert "forward" in await hands.wrong("clock", advance=wrong)
