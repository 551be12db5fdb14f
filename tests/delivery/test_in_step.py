"""The user group and the topic of a real workspace follow the rota, or say why they cannot."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.chat.client import Chat
from app.delivery.delivery import Delivery
from app.demo.workspace import Workspace
from app.demo.workspace.values import Channel, Usergroup
from app.flows.keep_in_step import keep_in_step, out_of_step
from app.flows.kinds import Kind
from app.flows.know_people import know_people
from app.organisation.apply import apply
from app.organisation.example import example_text
from app.paging.gateway import Gateway
from app.paging.links import Links
from app.paging.seal import Seal
from storage.engine import Database
from tests.kit import Bench, SetClock, open_bench

pytestmark = pytest.mark.anyio
MANIFEST = Path(__file__).parents[2] / "manifest.yml"
KEY = "a key for tests only and of no worth to anybody"
FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)


@dataclass
class Scene:
    bench: Bench
    workspace: Workspace
    chat: Chat
    delivery: Delivery

    async def keep(self) -> dict[Kind, str]:
        """It is asked for and set; what could not be."""
        self.bench.do(keep_in_step)
        await self.delivery.drain()
        return dict(self.bench.do(out_of_step))

    @property
    def group(self) -> Usergroup:
        found = self.workspace.state.usergroup_called("oncall")
        assert found is not None
        return found

    @property
    def room(self) -> Channel:
        found = self.workspace.state.channel_called("#on-call")
        assert found is not None
        return found

    def names(self) -> list[str]:
        return [self.workspace.state.users[each].name for each in self.group.users]


@pytest.fixture
async def scene(database: Database) -> AsyncIterator[Scene]:
    bench = open_bench(database, clock=SetClock())
    async with Workspace.running(manifest=MANIFEST, rate_limits=False) as workspace:
        chat = Chat(workspace.bot_token, base_url=workspace.api_url)
        bench.do(know_people, await chat.accounts())
        seal, links = Seal(KEY), Links("http://127.0.0.1:1", KEY)
        gateway = Gateway()
        delivery = Delivery(bench.kit, chat=chat, gateway=gateway, links=links, seal=seal)
        yield Scene(bench, workspace, chat, delivery)
        await chat.close()
        gateway.close()
    bench.kit.close()


async def test_both_follow_the_rota_and_keep_what_people_wrote(scene: Scene) -> None:
    theirs = scene.room.topic.value
    assert await scene.keep() == {}
    assert scene.names() == ["chi"]
    assert scene.room.topic.value.startswith(f"{theirs} | :pager: On call: chi ")
    scene.bench.clock.now = FRIDAY
    assert await scene.keep() == {}
    assert scene.names() == ["ana"]
    assert scene.room.topic.value.startswith(f"{theirs} | :pager: On call: ana ")


async def test_what_stands_already_is_not_set_again(scene: Scene) -> None:
    await scene.keep()
    said = len(scene.room.messages)
    updated = scene.group.updated
    await scene.keep()
    assert (len(scene.room.messages), scene.group.updated) == (said, updated)


async def test_many_changes_in_a_row_are_one(scene: Scene) -> None:
    said = len(scene.room.messages)
    for _ in range(5):
        scene.bench.do(keep_in_step)
    await scene.delivery.drain()
    assert len(scene.room.messages) == said + 1


@pytest.mark.parametrize(
    ("method", "error", "words"),
    [
        ("usergroups.list", "missing_scope", "lacks a permission"),
        ("usergroups.users.update", "plan_upgrade_required", "paid plan"),
        ("usergroups.users.update", "permission_denied", "only admins change user groups"),
    ],
)
async def test_what_slack_refuses_is_noted_and_no_trouble_of_slacks(
    scene: Scene, method: str, error: str, words: str
) -> None:
    scene.workspace.faults.put(method, {"error": error})
    failing = await scene.keep()
    assert words in failing[Kind.HANDLE]
    assert Kind.ONCALL_TOPIC not in failing
    assert scene.chat.problem is None
    scene.workspace.faults.remove("*")
    assert await scene.keep() == {}
    assert scene.names() == ["chi"]


async def test_a_group_that_is_disabled_stays_so(scene: Scene) -> None:
    scene.group.deleted = 1
    assert "is disabled" in (await scene.keep())[Kind.HANDLE]
    assert (scene.names(), scene.group.deleted) == (["ana"], 1)


async def test_a_group_that_is_not_there_is_said(scene: Scene) -> None:
    scene.workspace.state.usergroups.clear()
    assert "There is no user group @oncall" in (await scene.keep())[Kind.HANDLE]


async def test_somebody_without_an_account_leaves_the_group_as_it_was(scene: Scene) -> None:
    with scene.bench.database.write.begin() as tx:
        changed = example_text().replace("chi@acme.test", "zoe@acme.test")
        apply(tx, changed, now=scene.bench.clock(), by="test")
    scene.bench.clock.now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    assert "zoe has no Slack account" in (await scene.keep())[Kind.HANDLE]
    assert scene.names() == ["ana"]


async def test_we_come_back_into_the_channel_for_its_topic(scene: Scene) -> None:
    me = scene.workspace.state.app.bot_user_id
    scene.room.members.remove(me)
    assert await scene.keep() == {}
    assert ":pager: On call: chi" in scene.room.topic.value


async def test_a_channel_that_is_away_and_a_topic_that_is_full_are_said(scene: Scene) -> None:
    scene.room.topic.value = "x" * 240
    assert "no room" in (await scene.keep())[Kind.ONCALL_TOPIC]
    assert scene.room.topic.value == "x" * 240
    scene.room.is_archived = True
    scene.room.topic.value = ""
    assert "archived" in (await scene.keep())[Kind.ONCALL_TOPIC]
