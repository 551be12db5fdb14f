"""What Slack was seen to answer, for holding our answers against it.

The files lie beside the project, not in it. `None` stands for facts that are absent.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

Json = dict[str, Any]
FOLDER = Path(__file__).parents[4] / "shared" / "slack"
MISSING = "Slack's recorded answers are not here: ../shared/slack, beside the project, is absent."

# Subtrees that the recordings leave closed, or that are the app's own to fill.
_CLOSED = ("blocks", "attachments", "event_payload", "icons", "values")
_KEYED_BY_ID = {"dnd.teamInfo": "$.users"}

# Keys that the recordings happen not to hold; each with where it is documented.
DOCUMENTED = {
    # docs.slack.dev/reference/methods/pins.list: the recording had pinned files only
    "pins.list": ("$.items[].message", "$.items[].channel"),
    # docs.slack.dev/reference/methods/conversations.info: `properties` of a channel with a canvas
    # and whose direct message it is
    "conversations.info": ("$.channel.properties.canvas", "$.channel.user"),
    # docs.slack.dev/reference/methods/conversations.leave: leaving a channel one is not in
    "conversations.leave": ("$.not_in_channel",),
    # docs.slack.dev/reference/events/message/thread_broadcast
    "conversations.replies": ("$.messages[].subtype",),
    # docs.slack.dev/reference/views/modal-views: a view's `state` holds `values`
    **dict.fromkeys(
        ("views.open", "views.push", "views.update", "views.publish"), ("$.view.state.values",)
    ),
}

# Error codes newer than the table of 2021; the pages are docs.slack.dev/reference/methods/<method>.
NEWER_ERRORS = {
    "*": {
        "missing_scope",
        "ratelimited",
        "unknown_method",
        "not_allowed_token_type",
        "invalid_arguments",
        "channel_not_found",
        "method_not_supported_for_channel_type",
    },
    "chat.postMessage": {
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_attachments",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "markdown_text_conflict",
        "cannot_dm_bot",
        "thread_not_found",
    },
    "chat.update": {"invalid_blocks"},
    "chat.postEphemeral": {"invalid_blocks"},
    "chat.scheduleMessage": {"invalid_blocks", "restricted_too_many"},
    "conversations.invite": {"no_external_invite_permission"},
    "conversations.kick": {"is_archived"},
    "conversations.rename": {"is_archived"},
    "conversations.open": {"cannot_dm_bot"},
    "conversations.list": {"invalid_types"},
    # seen by users too: slackapi/deno-slack-sdk issue 128
    "conversations.history": {"not_in_channel"},
    "conversations.replies": {"not_in_channel"},
    "pins.add": {"not_in_channel", "is_archived"},
    "pins.remove": {"not_in_channel"},
    "pins.list": {"not_in_channel"},
    "reactions.add": {"not_in_channel", "is_archived"},
    "reactions.remove": {"not_in_channel"},
    "reactions.get": {"not_in_channel"},
    "usergroups.create": {"name_already_exists", "handle_already_exists"},
    "usergroups.update": {"name_already_exists", "handle_already_exists", "no_such_subteam"},
    "usergroups.enable": {"no_such_subteam"},
    "usergroups.disable": {"no_such_subteam"},
    "usergroups.users.list": {"no_such_subteam"},
    "usergroups.users.update": {
        "no_such_subteam",
        "no_users_provided",
        "invalid_users",
        "single_channel_guests_cannot_be_added",
    },
    "team.info": {"team_not_found"},
}

# Arguments newer than the table of 2021; same pages.
NEWER_ARGUMENTS = {
    "chat.postMessage": {"metadata"},
    "conversations.history": {"include_all_metadata"},
    "conversations.replies": {"include_all_metadata"},
    "conversations.invite": {"force"},
}


@cache
def shapes() -> dict[str, dict[str, Any]] | None:
    facts: dict[str, dict[str, Any]] | None = _read("response_shapes.json")
    return facts


@cache
def tables() -> dict[str, Json] | None:
    facts: dict[str, Json] | None = _read("method_arguments_and_errors.json")
    return facts


def _read(name: str) -> Any:
    path = FOLDER / name
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def strange_keys(method: str, answer: Json) -> list[str]:
    """What stands in this answer that Slack's own never held, or held as another type."""
    facts = shapes()
    known = facts.get(method) if facts else None
    if known is None:
        return []
    found: list[str] = []
    _walk(method, known, "$", answer, found)
    return found


def _walk(method: str, known: dict[str, Any], path: str, value: Any, found: list[str]) -> None:
    if path in DOCUMENTED.get(method, ()):
        return
    if path not in known:
        found.append(f"{path} was never seen")
        return
    if value is None:
        return
    if _type(value) not in known[path]:
        found.append(f"{path} is {_type(value)}, seen as {known[path]}")
    if path.rsplit(".", 1)[-1] in _CLOSED or path == _KEYED_BY_ID.get(method):
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            _walk(method, known, f"{path}.{key}", inner, found)
    elif isinstance(value, list):
        for inner in value:
            _walk(method, known, f"{path}[]", inner, found)


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = {int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names[type(value)]


def strange_arguments(method: str, arguments: set[str]) -> set[str]:
    """Arguments that Slack's table does not know for this method."""
    facts = tables()
    table = facts.get(method) if facts else None
    if table is None:
        return set()
    return arguments - set(table["arguments"]) - NEWER_ARGUMENTS.get(method, set())


def strange_error(method: str, code: str) -> str:
    """Why this method should not give this code; empty when Slack is known to give it."""
    facts = tables()
    table = facts.get(method) if facts else None
    if table is None or not table["errors"]:
        return ""
    allowed = {*table["errors"], *NEWER_ERRORS["*"], *NEWER_ERRORS.get(method, ())}
    return "" if code in allowed else f"{method} is not known to answer {code}"
