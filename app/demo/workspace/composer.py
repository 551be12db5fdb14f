"""What Slack's composer makes of the words a person types: mentions, channels, links."""

import re

from app.demo.workspace.state import State

_ENTITY = re.compile(r"<(?:[@#!][^<>\s]+|https?://[^<>\s]+)>")
_WORD = re.compile(r"(?<![\w<])([@#][\w.\-]+|https?://[^\s<>]+)")
_SPECIAL = ("here", "channel", "everyone")


def compose(state: State, typed: str) -> str:
    """Message text: known @names and #channels become ids, the rest is escaped."""
    return _translate(state, typed, labels=False)


def compose_command(state: State, typed: str, *, should_escape: bool) -> str:
    """A command's text; ids with their names where the app asked for them, else as it was typed."""
    return _translate(state, typed, labels=True) if should_escape else typed


def _translate(state: State, typed: str, *, labels: bool) -> str:
    parts, end = [], 0
    for entity in _ENTITY.finditer(typed):
        parts.append(_plain(state, typed[end : entity.start()], labels))
        parts.append(entity.group())
        end = entity.end()
    parts.append(_plain(state, typed[end:], labels))
    return "".join(parts)


def _plain(state: State, text: str, labels: bool) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _WORD.sub(lambda found: _word(state, found.group(), labels), escaped)


def _word(state: State, word: str, labels: bool) -> str:
    if word.startswith("http"):
        return f"<{word}>"
    name = word[1:].rstrip(".-")
    rest = word[1 + len(name) :]
    if word.startswith("#"):
        room = state.channel_named(name)
        return f"<#{room.id}|{'' if room.is_private else room.name}>{rest}" if room else word
    if name in _SPECIAL:
        return f"<!{name}>{rest}"
    person = next((u for u in state.users.values() if u.name == name), None)
    if person is not None:
        return f"<@{person.id}|{person.name}>{rest}" if labels else f"<@{person.id}>{rest}"
    if group := state.usergroup_called(name):
        return f"<!subteam^{group.id}|@{group.handle}>{rest}"
    return word
