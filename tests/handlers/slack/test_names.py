"""The commands may have other names, and every sentence then uses them."""

import json

import pytest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from app.chat.client import Chat
from app.paging.seal import Seal
from handlers.slack.app import make_bolt
from handlers.slack.desk import CommandNames
from handlers.slack.later import Later
from tests.handlers.slack.wire import KEY
from tests.kit import Bench

pytestmark = pytest.mark.anyio


@pytest.fixture
def renamed(bench: Bench, nowhere: tuple[Chat, Later]) -> AsyncApp:
    chat, later = nowhere
    names = CommandNames(inc="/trouble", oncall="/pager")
    return make_bolt(bench.kit, chat, seal=Seal(KEY), names=names, later=later)


async def said(bolt: AsyncApp, command: str, text: str) -> str:
    body = {
        "command": command,
        "text": text,
        "user_id": "UANA",
        "team_id": "T1",
        "channel_id": "C1",
        "trigger_id": f"1.1.{command}{text}",
    }
    answer = await bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
    assert answer.status == 200
    return json.dumps(json.loads(answer.body))


@pytest.mark.parametrize("text", ["help", "ack", "resolvve", "ack INC-9", "escalate"])
async def test_help_offers_and_refusals_name_the_commands_as_they_are(
    renamed: AsyncApp, text: str
) -> None:
    told = await said(renamed, "/trouble", text)
    assert "/trouble" in told
    assert "`/inc" not in told


async def test_the_rota_command_too(renamed: AsyncApp) -> None:
    told = await said(renamed, "/pager", "help")
    assert "`/pager contact`" in told
    assert "`/oncall" not in told


async def test_a_command_of_another_name_is_not_ours(renamed: AsyncApp) -> None:
    assert "`/trouble`" in await said(renamed, "/inc", "help")
