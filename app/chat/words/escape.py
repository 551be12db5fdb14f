"""Foreign text made harmless for Slack: no mention, no link, no line or direction of its own.

Whatever came from an alert, a person, a file or a directory goes through here before it stands
in a message (reliability.md S12, S13). Slack builds mentions and links from `<…>` only; our
text objects are sent verbatim, so that nothing else of it is turned into a link either.
"""

import re
import unicodedata
from urllib.parse import urlsplit

ELLIPSIS = "…"
LONGEST_LINK = 300
"""A longer address would crowd out the message; its button can still open it."""

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "'"}
"""A backtick could open a code block that swallows our own lines after it."""
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks without a shape; everything of category Cf (bidi, zero width) goes too."""
_UNSAFE_IN_ADDRESS = re.compile(r"[\s\x00-\x1f\x7f<>|\"`]")


def clean(foreign: str) -> str:
    """One line of visible text: controls, bidi and zero-width characters gone, spaces single."""
    return " ".join("".join(map(_shown, foreign)).split())


def escape(foreign: str, limit: int) -> str:
    """One line for a mrkdwn text; the result is at most `limit` characters and never cut inside
    an entity."""
    return _escaped(clean(foreign), limit)


def paragraph(foreign: str, limit: int) -> str:
    """Like `escape`, with its line breaks kept; empty lines are dropped."""
    lines = (clean(line) for line in foreign.splitlines())
    return _escaped("\n".join(line for line in lines if line), limit)


def plain(foreign: str, limit: int) -> str:
    """One line for a plain_text object, where nothing is parsed and nothing is escaped."""
    return _cut(clean(foreign), limit)


def bold(foreign: str, limit: int) -> str:
    """One line that may stand inside our own `*…*`: its asterisks cannot end it."""
    return escape(foreign.replace("*", "∗"), limit)


def link(url: str | None, label: str) -> str:
    """`<url|label>` for an http(s) address; for anything else the label alone."""
    text = escape(label.translate({ord(sign): None for sign in "|<>"}), 100)
    if url is None or not is_web_address(url):
        return text
    address = url.replace("&", "&amp;")
    return f"<{address}|{text}>" if len(address) <= LONGEST_LINK else text


def is_web_address(url: str) -> bool:
    """Whether it may become a link or a button of ours: http(s), a host, no signs of Slack's."""
    if _UNSAFE_IN_ADDRESS.search(url) or clean(url) != url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _shown(sign: str) -> str:
    category = unicodedata.category(sign)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    if category == "Cf" or sign in _INVISIBLE:
        return ""
    return "\ufffd" if category == "Cs" else sign


def _escaped(text: str, limit: int) -> str:
    whole = "".join(_ENTITIES.get(sign, sign) for sign in text)
    if len(whole) <= limit:
        return whole
    kept, room = [], limit - len(ELLIPSIS)
    for sign in text:
        safe = _ENTITIES.get(sign, sign)
        if len(safe) > room:
            break
        kept.append(safe)
        room -= len(safe)
    return "".join(kept).rstrip() + ELLIPSIS


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - len(ELLIPSIS)].rstrip() + ELLIPSIS
