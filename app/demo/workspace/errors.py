"""The two ways the workspace says no: an error code to an app, a sentence to a person."""

from typing import Any


class SlackError(Exception):
    """An answer `{"ok": false, "error": code}`, with whatever else Slack puts beside the code."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class Refused(Exception):
    """A lever was pulled in a way that cannot be; the text is a sentence for whoever pulled it."""
