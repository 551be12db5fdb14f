"""The channel's own lines: its name, topic and purpose."""

import re
import unicodedata

from app.chat.words.escape import escape
from app.chat.words.people import Who, named
from app.rules.incident import Incident, State

SLUG_LIMIT = 40
TOPIC_LIMIT = 250
TITLE_LIMIT = 120
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


def channel_name(incident: Incident) -> str:
    """`inc-12-nightly-load-is-late`: lower-case letters, digits and hyphens, as Slack allows."""
    words = _slug(incident.title)
    return f"inc-{incident.id}-{words}" if words else f"inc-{incident.id}"


def topic(incident: Incident, *, holder: Who | None) -> str:
    """`P1 INC-12 · acknowledged, Ana has it · Nightly load is late`; plain, as topics are.

    Whom Baton rings is on the card: each change of a topic writes a line in the channel.
    """
    state = incident.state.value
    if incident.state is State.ACKNOWLEDGED and holder is not None:
        state += f", {named(holder)} has it"
    elif incident.state is State.TRIGGERED:
        state += ", nobody has it yet"
    title = escape(incident.title, TITLE_LIMIT)
    return f"{incident.severity} {incident.key} · {state} · {title}"


def purpose(incident: Incident) -> str:
    """What the channel is for, and that it is open to all."""
    title = escape(incident.title, TITLE_LIMIT)
    return f"{incident.key}: {title}. Anyone may join, post what they find and be credited."


def _slug(title: str) -> str:
    folded = unicodedata.normalize("NFKD", title.casefold().translate(_LETTERS))
    ascii_only = folded.encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")
    if len(words) <= SLUG_LIMIT:
        return words
    cut = words[: SLUG_LIMIT + 1]
    whole = cut.rpartition("-")[0]
    return whole if len(whole) > SLUG_LIMIT // 2 else cut[:SLUG_LIMIT]
