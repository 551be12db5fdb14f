"""The demo's story, told to the end: by itself, and with somebody stepping in."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from app.demo.company import LIVED_WITH
from app.demo.past import live_through
from app.demo.stage import Stage, staged
from app.demo.story import ENDING, FINDINGS, Story
from app.demo.workspace.values import Channel, Message
from app.flows.kit import host_clock
from app.rules.incident import Incident, State
from storage import follow_ups, held, incidents

pytestmark = pytest.mark.anyio

PACE = 0.02
LONG = "1h"
NUMBER = 1
"""The story's incident, on a stage without a past."""


@contextlib.asynccontextmanager
async def tonight(folder: Path, *, wait: str) -> AsyncIterator[Stage]:
    """The stage at this minute, without a past."""
    async with staged(folder, port=0) as stage:
        await stage.move_to(host_clock())
        await stage.live_with(wait)
        yield stage


async def until(true: Callable[[], object], *, within: float = 20.0) -> None:
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.02)


async def incident(stage: Stage, number: int = NUMBER) -> Incident:
    found = await stage.baton.parts.kit.read(lambda work: incidents.get(work.tx, number))
    assert found is not None
    return found


def room_of(stage: Stage, number: int = NUMBER) -> Channel | None:
    rooms = stage.workspace.state.channels.values()
    return next((each for each in rooms if each.name.startswith(f"inc-{number}-")), None)


def said_by(stage: Stage, who: str) -> list[str]:
    """What a person has written in the incident's channel."""
    room, person = room_of(stage), stage.workspace.state.user_called(who)
    assert room is not None
    assert person is not None
    return [each.text for each in room.messages.values() if is_by(each, person.id)]


def is_by(message: Message, user: str) -> bool:
    return message.user == user and not message.subtype


async def test_told_to_the_end_while_nobody_steps_in(tmp_path: Path) -> None:
    async with tonight(tmp_path, wait="1s") as stage:
        await asyncio.wait_for(Story(stage, pace=PACE).tell(), 30)
        phones = stage.workspace.state.phones
        assert {"sean", "mia", "noor"} <= {who for who, pushes in phones.items() if pushes}
        there = await incident(stage)
        assert (there.state, there.acknowledged_by) == (State.ACKNOWLEDGED, "noor@acme.test")
        found = [line.text for line in (*FINDINGS, *ENDING) if line.who == "yuki"]
        assert said_by(stage, "yuki") == found


async def test_the_visitor_who_answers_is_not_answered_over(tmp_path: Path) -> None:
    async with tonight(tmp_path, wait=LONG) as stage:
        story = asyncio.create_task(Story(stage, pace=PACE).tell())
        await until(lambda: stage.hands.ringing("sean"))
        assert await stage.hands.answer("sean")
        await asyncio.wait_for(story, 30)
        assert (await incident(stage)).acknowledged_by == "sean@acme.test"
        assert not stage.workspace.state.phones.get("mia")
        assert said_by(stage, "sean") == []
        assert said_by(stage, "yuki")


async def test_whoever_the_visitor_has_been_is_the_visitors(tmp_path: Path) -> None:
    async with tonight(tmp_path, wait=LONG) as stage:
        story = asyncio.create_task(Story(stage, pace=PACE).tell())
        await until(lambda: room_of(stage) and stage.hands.ringing("sean"))
        room = room_of(stage)
        assert room is not None
        await stage.hands.say("yuki", room.id, "I am the visitor.")
        stage.hands.said.clear()
        assert await stage.hands.answer("sean")
        await asyncio.wait_for(story, 30)
        assert said_by(stage, "yuki") == ["I am the visitor."]


async def test_nothing_more_is_found_once_the_visitor_has_resolved_it(tmp_path: Path) -> None:
    async with tonight(tmp_path, wait=LONG) as stage:
        story = asyncio.create_task(Story(stage, pace=PACE).tell())
        await until(lambda: room_of(stage))
        typed = {"user": "mia", "channel": "engineering", "command": "/inc"}
        async with stage.hands.http.post(
            f"{stage.workspace.url}/_workspace/act/command",
            json={**typed, "text": f"resolve INC-{NUMBER}"},
        ) as answer:
            told = await answer.json()
        assert told["ok"], told
        await asyncio.wait_for(story, 30)
        assert (await incident(stage)).state is State.RESOLVED
        assert ENDING[0].text not in said_by(stage, "yuki")


async def test_the_past_was_lived_and_handed_over(tmp_path: Path) -> None:
    async with staged(tmp_path, port=0) as stage:
        await live_through(stage)
        assert f'primary_wait = "{LIVED_WITH}"' in stage.file.read_text(encoding="utf-8")
        states = [(await incident(stage, number)).state for number in (1, 2, 3, 4)]
        assert states == [State.CLOSED, State.CLOSED, State.RESOLVED, State.TRIGGERED]
        read = stage.baton.parts.kit.read
        waiting = await read(lambda work: held.list_waiting(work.tx, "data-infra"))
        assert [each.incident for each in waiting] == [4]
        assert [each.incident for each in await read(lambda work: follow_ups.list_owed(work.tx))]
        oncall = stage.workspace.state.channel_called("#on-call")
        assert oncall is not None
        posts = [each for each in oncall.messages.values() if "Handover" in each.text]
        assert len(posts) == 1
        assert "INC-4" in posts[0].text
        assert abs(stage.now().timestamp() - float(posts[0].ts)) < 3700
        assert not any(stage.hands.ringing(who) for who in stage.workspace.state.phones)
