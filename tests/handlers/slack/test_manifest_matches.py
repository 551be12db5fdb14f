"""What the manifest asks Slack to send is what Baton listens to, and the other way round."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from app.chat import actions
from app.setting_values import slash_command
from app.settings import Settings
from handlers.slack.desk import CommandNames
from tests.handlers.slack.wire import MANIFEST

pytestmark = pytest.mark.anyio
HEARD = {
    "app_home_opened",
    "app_mention",
    "member_joined_channel",
    "message.channels",
    "message.groups",
    "pin_added",
    "team_join",
    "user_change",
}
"""What our listeners need; the manifest may ask for more, which is acknowledged."""


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(Path(MANIFEST).read_text(encoding="utf-8"))
    return loaded


def test_the_commands_are_those_that_settings_name(manifest: dict[str, Any]) -> None:
    listed = {each["command"] for each in manifest["features"]["slash_commands"]}
    settings = Settings.read({})
    assert listed == {settings.command_inc, settings.command_oncall}
    assert listed == {CommandNames().inc, CommandNames().oncall}
    assert all(slash_command(each) for each in listed)


def test_commands_are_sent_with_ids_for_people_and_channels(manifest: dict[str, Any]) -> None:
    assert all(each["should_escape"] for each in manifest["features"]["slash_commands"])


def test_the_shortcuts_are_those_we_listen_to(manifest: dict[str, Any]) -> None:
    listed = {each["callback_id"]: each["type"] for each in manifest["features"]["shortcuts"]}
    assert listed == {
        actions.DECLARE_SHORTCUT: "global",
        actions.DECLARE_FROM_MESSAGE: "message",
        actions.ADD_TO_INCIDENT: "message",
    }


def test_every_event_we_need_is_asked_for(manifest: dict[str, Any]) -> None:
    asked = set(manifest["settings"]["event_subscriptions"]["bot_events"])
    assert asked >= HEARD
    assert manifest["settings"]["interactivity"]["is_enabled"]
    assert manifest["features"]["app_home"]["home_tab_enabled"]


async def test_whatever_the_manifest_asks_for_is_acknowledged(
    bolt: AsyncApp, manifest: dict[str, Any]
) -> None:
    for name in manifest["settings"]["event_subscriptions"]["bot_events"]:
        user = {"id": "U1"} if name in ("team_join", "user_change") else "U1"
        event = {"type": name.split(".")[0], "channel": "C1", "user": user}
        outer = {"type": "event_callback", "event_id": f"Ev{name}", "event": event}
        answer = await bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=outer))
        assert answer.status == 200, name
