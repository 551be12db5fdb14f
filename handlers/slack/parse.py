"""What somebody typed after a slash command: the verb, the incident it is about, the rest."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.chat.words.escape import clean
from app.flows.work import Refused

PANEL = "panel"
INC: Mapping[str, tuple[str, ...]] = {
    "new": ("declare", "create", "open", "trigger"),
    "ack": ("acknowledge", "take"),
    "join": ("assist",),
    "update": ("post",),
    "note": (),
    "page": ("call",),
    "escalate": (),
    "resolve": ("mitigate", "resolved"),
    "rootcause": ("root-cause", "cause"),
    "followup": ("follow-up",),
    "close": (),
    "cancel": ("decline",),
    "reopen": (),
    "list": ("ls",),
    "status": (),
    "timeline": (),
    "help": ("?",),
}
"""Verbs of the incident command with their synonyms (product.md, commands).

Two words stand twice in that table: `help` is the help, which offers *Join* where there is
something to join; `status` with a text that names no service is an update.
"""
ONCALL: Mapping[str, tuple[str, ...]] = {
    "who": ("now",),
    "next": (),
    "me": (),
    "cover": ("override",),
    "take": (),
    "volunteer": (),
    "tour": (),
    "leave": (),
    "swap": (),
    "propose": (),
    "handover": ("hand-over", "handoff"),
    "calendar": ("ical", "feed"),
    "away": ("vacation", "holiday", "holidays", "pto"),
    "load": (),
    "pay": (),
    "contact": ("contacts",),
    "test": (),
    "help": ("?",),
}
MOST_DIGITS = 10
"""Of an instant in seconds: until the year 2286."""
NEAR = 0.6
"""How alike a word must be to a known one to be offered instead."""

_INCIDENT = re.compile(r"(?:inc-|#)(\d{1,9})", re.IGNORECASE)
_CHANNEL = re.compile(r"<#([A-Z0-9]{2,30})(?:\|[^<>]*)?>")
_PERSON = re.compile(r"<@([UW][A-Z0-9]{2,20})(?:\|[^<>]*)?>")
_MARKED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


@dataclass(frozen=True, kw_only=True)
class Line:
    """`verb` is None for a word that is not known; `word` is what was typed for it."""

    verb: str | None
    word: str = ""
    incident: int | None = None
    channel: str | None = None
    rest: str = ""


@dataclass(frozen=True, kw_only=True)
class Target:
    """Whom a page by hand is for: a Slack account, or a word (an address, a service, a name)."""

    slack_id: str | None = None
    word: str = ""


def read_line(text: str, verbs: Mapping[str, tuple[str, ...]], *, blank: str = PANEL) -> Line:
    """Understand a command's text; the incident may stand before or after the verb."""
    incident, channel, text = _take_incident(text.strip())
    word, rest = _first(text)
    if not word:
        return Line(verb=blank, incident=incident, channel=channel)
    verb = _verb(word, verbs)
    if verb is not None and incident is None and channel is None:
        incident, channel, rest = _take_incident(rest)
    return Line(verb=verb, word=word, incident=incident, channel=channel, rest=rest)


def nearest(word: str, verbs: Mapping[str, tuple[str, ...]]) -> str | None:
    """The verb that an unknown word was most likely meant to be."""
    meant = {each: verb for verb, others in verbs.items() for each in (verb, *others)}
    close = difflib.get_close_matches(word.lower(), meant, n=1, cutoff=NEAR)
    return meant[close[0]] if close else None


def take_target(text: str) -> tuple[Target | None, str]:
    """The first thing in the text as the target of a page, and what follows it."""
    text = text.strip()
    mentioned = _PERSON.match(text)
    if mentioned:
        return Target(slack_id=mentioned[1]), text[mentioned.end() :].strip()
    word, rest = _first(text)
    if not word:
        return None, ""
    return Target(word=readable(word).removeprefix("mailto:").lstrip("@")), rest


def take_team(text: str, teams: Mapping[str, str]) -> tuple[str | None, str]:
    """A leading `@team` or user group that is a team's id or handle; `teams` maps both to ids."""
    first, rest = _first(text)
    if not first.startswith(("@", "<!subteam^")):
        return None, text.strip()
    name = readable(first).lstrip("@").lower()
    return (teams[name], rest) if name in teams else (None, text.strip())


def readable(text: str) -> str:
    """What Slack escaped, as people read it: names for ids, plain signs for entities.

    The result is stored raw and escaped anew wherever it is shown, so nothing of it can become
    a mention or a link again.
    """
    plain = _MARKED.sub(_spoken, storable(text))
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def storable(text: str) -> str:
    """Without what no database keeps: NUL, and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def read_seconds(text: str) -> datetime:
    """An instant as forms and buttons name it, in seconds since 1970; refused when no form of ours
    would."""
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise Refused("That is no time that I can read. Choose it again; nothing was changed.")
    return datetime.fromtimestamp(int(text), UTC)


def one_line(text: str) -> str:
    return clean(readable(text))


def _first(text: str) -> tuple[str, str]:
    """The first word, and what follows it with its own line breaks."""
    word, *rest = text.split(None, 1) or [""]
    return word, rest[0].strip() if rest else ""


def _verb(word: str, verbs: Mapping[str, tuple[str, ...]]) -> str | None:
    word = word.lower()
    return next((verb for verb, others in verbs.items() if word == verb or word in others), None)


def _take_incident(text: str) -> tuple[int | None, str | None, str]:
    first, rest = _first(text)
    named = _INCIDENT.fullmatch(first)
    if named:
        return int(named[1]), None, rest
    room = _CHANNEL.fullmatch(first)
    if room:
        return None, room[1], rest
    return None, None, text


def _spoken(marked: re.Match[str]) -> str:
    target, label = marked[1], marked[2]
    if target[:1] in ("@", "#"):
        return target[0] + label.lstrip("@#") if label else target
    if target.startswith("!"):
        return label or "@" + target[1:].split("^")[0]
    return f"{label} ({target})" if label and label not in target else target
