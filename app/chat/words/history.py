"""The timeline as a person reads it: one line for each thing that happened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.chat.blocks import compose
from app.chat.message import Message
from app.chat.words.dates import moment
from app.chat.words.escape import escape
from app.chat.words.people import Who, named
from app.chat.words.replies import title
from app.rules.incident import Incident

NEWEST = 20
TEXT = 80

Facts = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One entry of the timeline, its people already known by name."""

    at: datetime
    kind: str
    by: Who | None
    facts: Facts
    target: Who | None = None


def timeline(incident: Incident, happenings: Sequence[Happening]) -> Message:
    """The newest entries, oldest of them first."""
    shown = happenings[-NEWEST:]
    earlier = len(happenings) - len(shown)
    return compose(
        [f"Timeline of {title(incident)}", *(line(each) for each in shown)],
        small=[f"{earlier} earlier entries are not shown."] if earlier else [],
    )


def line(happening: Happening) -> str:
    """ "today 03:12 · Ana took it"."""
    say = _SENTENCES.get(happening.kind)
    what = say(happening) if say else _by(happening, happening.kind.replace("_", " "))
    return f"{moment(happening.at)} · {what}"


def _by(happening: Happening, deed: str) -> str:
    who = named(happening.by) if happening.by else "Baton"
    return f"{who}: {deed}"


def _text(happening: Happening, *names: str) -> str:
    found = next((happening.facts[name] for name in names if happening.facts.get(name)), "")
    return escape(str(found), TEXT)


def _paged(happening: Happening) -> str:
    who = named(happening.target) if happening.target else "somebody"
    tier = "manager tier" if happening.facts.get("tier") == 2 else "tier 1"
    missed = "" if happening.facts.get("reachable", True) else ", who cannot be woken"
    return f"rang {who} ({tier}){missed}"


def _by_hand(happening: Happening) -> str:
    return _by(happening, f"asked for {_whom(happening)}: {_text(happening, 'why')}")


def _whom(happening: Happening) -> str:
    return named(happening.target) if happening.target else "somebody"


def _follow_up(happening: Happening) -> str:
    if happening.facts.get("none"):
        return _by(happening, f"no follow-up, because {_text(happening, 'text')}")
    return _by(happening, f"follow-up: {_text(happening, 'text')}")


def _deed(words: str) -> Callable[[Happening], str]:
    return lambda happening: _by(happening, words)


def _told(words: str, *names: str) -> Callable[[Happening], str]:
    return lambda happening: _by(happening, f"{words}{_text(happening, *names)}")


_SENTENCES: dict[str, Callable[[Happening], str]] = {
    "opened": lambda h: f"opened: {_text(h, 'reason', 'title')}",
    "came_back": lambda h: f"came back; it was INC-{h.facts.get('earlier')} before",
    "alert": lambda h: f"alert {_text(h, 'title', 'alarm')}",
    "cleared": lambda h: f"alert cleared: {_text(h, 'title', 'alarm')}",
    "channel": lambda h: f"channel #{_text(h, 'name')}",
    "paged": _paged,
    "skipped": lambda h: f"tier {h.facts.get('tier')} skipped: {_text(h, 'why')}",
    "nobody_answered": lambda h: f"nobody answered (round {h.facts.get('round')})",
    "raised": lambda h: f"raised from {_text(h, 'was')} to {_text(h, 'to')}",
    "expired": lambda h: f"the acknowledgement expired: {_text(h, 'why')}",
    "held": lambda h: f"held for the morning of {_text(h, 'team')}",
    "acknowledged": _deed("took it"),
    "offered": lambda h: f"the pager has passed on: offered to {_whom(h)}",
    "took_over": lambda h: _by(h, f"took it over from {_whom(h)}"),
    "answered": _deed("answered the page"),
    "passed_on": _deed("could not, and passed it on"),
    "not_actionable": _deed("called it not actionable"),
    "joined": _deed("joined"),
    "still_on_it": _deed("is still on it"),
    "declared_too": _told("declared it too: ", "title"),
    "update": _told("update: ", "text"),
    "note": _told("", "text"),
    "escalated": _told("called the managers: ", "why"),
    "paged_by_hand": _by_hand,
    "resolved": _deed("resolved it"),
    "root_cause": _told("root cause: ", "text"),
    "follow_up": _follow_up,
    "follow_up_done": _told("follow-up done: ", "text"),
    "closed": _deed("closed it"),
    "cancelled": _told("cancelled it: ", "why"),
    "reopened": _told("reopened it: ", "why"),
}

KINDS = tuple(_SENTENCES)
"""Every kind that has a sentence of its own; others are told by their name."""
