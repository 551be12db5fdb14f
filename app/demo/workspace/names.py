"""Slack's rules for what a channel may be called (slack-platform.md 2.5)."""

import re

from app.demo.workspace.errors import SlackError

LONGEST = 80
_ALLOWED = re.compile(r"[^\W_A-Z]|[-_]", re.UNICODE)


def check_name(name: str) -> str:
    """The name, or the error code `conversations.create` gives for it."""
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > LONGEST:
        raise SlackError("invalid_name_maxlength")
    if not all(_allowed(letter) for letter in name):
        raise SlackError("invalid_name_specials")
    if not any(letter.isalnum() for letter in name):
        raise SlackError("invalid_name_punctuation")
    return name


def tidy_name(name: str) -> str:
    """What `conversations.rename` makes of a name: it mends rather than refuses."""
    if not name.strip():
        raise SlackError("invalid_name_required")
    mended = "".join(c if _allowed(c) else "-" for c in name.strip().lower().lstrip("#"))[:LONGEST]
    if not any(letter.isalnum() for letter in mended):
        raise SlackError("invalid_name_punctuation")
    return mended


def _allowed(letter: str) -> bool:
    return _ALLOWED.fullmatch(letter) is not None and letter == letter.lower()
