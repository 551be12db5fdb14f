"""What the app's manifest allows it: scopes, commands, shortcuts, events."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from app.demo.workspace.errors import Refused


@dataclass(frozen=True, kw_only=True)
class Command:
    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    name: str
    type: str
    callback_id: str
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """`scopes` and `events` are None where no manifest was given: then everything is allowed."""

    name: str = "Test app"
    bot_name: str = "test-app"
    scopes: frozenset[str] | None = None
    events: frozenset[str] | None = None
    commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    home_tab: bool = True
    messages_tab: bool = True

    def grants(self, scope: str) -> bool:
        return self.scopes is None or scope in self.scopes

    def wants(self, event: str) -> bool:
        return self.events is None or event in self.events

    def command(self, name: str) -> Command | None:
        """The command as declared; without a manifest every command is the app's."""
        declared = next((c for c in self.commands if c.command == name), None)
        if declared is None and self.scopes is None:
            return Command(command=name, should_escape=True)
        return declared


def read_manifest(source: Path | str | Mapping[str, Any] | None) -> Manifest:
    """A manifest from a YAML or JSON file, from a mapping, or the one that allows everything."""
    if source is None:
        return Manifest()
    if isinstance(source, Mapping):
        return _from_mapping(source)
    path = Path(source)
    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise Refused(f"The manifest {path} cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise Refused(f"The manifest {path} is not a mapping of keys; Slack would refuse it.")
    return _from_mapping(data)


def _from_mapping(data: Mapping[str, Any]) -> Manifest:
    features = data.get("features") or {}
    scopes = (data.get("oauth_config") or {}).get("scopes") or {}
    settings = data.get("settings") or {}
    home = features.get("app_home") or {}
    name = (data.get("display_information") or {}).get("name", "Test app")
    return Manifest(
        name=name,
        bot_name=(features.get("bot_user") or {}).get("display_name", name),
        scopes=frozenset([*scopes.get("bot", ()), *scopes.get("bot_optional", ())]),
        events=frozenset((settings.get("event_subscriptions") or {}).get("bot_events", ())),
        commands=tuple(_command(c) for c in features.get("slash_commands") or ()),
        shortcuts=tuple(_shortcut(s) for s in features.get("shortcuts") or ()),
        home_tab=bool(home.get("home_tab_enabled", False)),
        messages_tab=bool(home.get("messages_tab_enabled", True)),
    )


def _command(data: Mapping[str, Any]) -> Command:
    return Command(
        command=data["command"],
        description=data.get("description", ""),
        usage_hint=data.get("usage_hint", ""),
        should_escape=bool(data.get("should_escape", False)),
    )


def _shortcut(data: Mapping[str, Any]) -> Shortcut:
    return Shortcut(
        name=data["name"],
        type=data["type"],
        callback_id=data["callback_id"],
        description=data.get("description", ""),
    )
