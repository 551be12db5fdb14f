"""The manifest people paste into Slack: valid by Slack's own schema, and enough for Baton."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parent.parent
SCHEMA = ROOT.parent / "shared" / "slack" / "manifest.schema.2.0.0.json"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    return loaded


def test_slack_would_take_the_manifest(manifest: dict[str, Any]) -> None:
    if not SCHEMA.is_file():
        pytest.skip("Slack's manifest schema is not here: ../shared/slack is absent.")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator = jsonschema.Draft7Validator(schema)
    assert [error.message for error in validator.iter_errors(manifest)] == []


def test_slack_would_refuse_a_manifest_with_a_wrong_key(manifest: dict[str, Any]) -> None:
    if not SCHEMA.is_file():
        pytest.skip("Slack's manifest schema is not here: ../shared/slack is absent.")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    broken = manifest | {"settings": manifest["settings"] | {"socket_mode": True}}
    assert not jsonschema.Draft7Validator(schema).is_valid(broken)


def test_what_may_be_refused_is_also_asked_for(manifest: dict[str, Any]) -> None:
    scopes = manifest["oauth_config"]["scopes"]
    assert set(scopes["bot_optional"]) < set(scopes["bot"])
    assert len(scopes["bot"]) == len(set(scopes["bot"]))


# docs.slack.dev/reference/events/<event>: the scope that each event needs
EVENT_SCOPES = {
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "channel_archive": "channels:read",
    "channel_rename": "channels:read",
    "channel_unarchive": "channels:read",
    "group_archive": "groups:read",
    "group_rename": "groups:read",
    "group_unarchive": "groups:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "pin_added": "pins:read",
    "pin_removed": "pins:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "team_join": "users:read",
    "user_change": "users:read",
}


def test_every_event_has_the_scope_it_needs(manifest: dict[str, Any]) -> None:
    asked = set(manifest["oauth_config"]["scopes"]["bot"])
    for event in manifest["settings"]["event_subscriptions"]["bot_events"]:
        scope = EVENT_SCOPES[event]
        assert scope is None or scope in asked, f"{event} needs {scope}"


def test_commands_get_ids_instead_of_names(manifest: dict[str, Any]) -> None:
    commands = manifest["features"]["slash_commands"]
    assert [c["command"] for c in commands] == ["/inc", "/oncall"]
    assert all(c["should_escape"] and c["usage_hint"] for c in commands)
