"""What every intake format shares: strict JSON, bounded text, and one error when it cannot read."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn

import msgspec

DEPTH = 32
TITLE = 300
TEXT = 4000
LABEL = 500
LABELS = 64
ALERTS = 20_000


class Unreadable(Exception):
    """The body is not what the format says; the message is a short reason without its text."""


def decode(body: bytes) -> Any:
    """Strict JSON, at most `DEPTH` deep, every key once. Raises Unreadable, never anything else.

    A byte order mark and lone surrogates are let through, for real senders write them; `as_text`
    makes them harmless.
    """
    try:
        return _decode_quickly(body)
    except (_Unsure, ValueError, RecursionError):
        return _decode_carefully(body)


class _Unsure(Exception):
    """The quick decoder does not vouch for a body."""


def _decode_quickly(body: bytes) -> Any:
    """As the careful one, at a tenth of its cost. Raises for whatever that one may let through
    or tell apart.

    It takes the last of two equal keys, so it counts: outside of its texts, a body has as many
    colons as the value has keys, or some key was there twice.
    """
    value = msgspec.json.decode(body)
    if _colons(body) != _count_keys(value):
        raise _Unsure
    return value


def _colons(body: bytes) -> int:
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(body.split(b'"')[::2]).count(b":")


def _count_keys(value: Any) -> int:
    """How many keys all of its objects have. Raises _Unsure when it nests too deep."""
    keys, level = 0, [value] if type(value) in _NESTING else []
    for _ in range(DEPTH):
        deeper: list[Any] = []
        for each in level:
            if type(each) is dict:
                keys += len(each)
                each = each.values()
            deeper += [child for child in each if type(child) in _NESTING]
        level = deeper
        if not level:
            return keys
    raise _Unsure


_NESTING = (dict, list)


def _decode_carefully(body: bytes) -> Any:
    try:
        text = body.decode("utf-8-sig")
        value = json.loads(text, object_pairs_hook=_each_once, parse_constant=_refuse)
    except Unreadable:
        raise
    except (RecursionError, ValueError) as error:
        raise Unreadable("it is not JSON") from error
    _refuse_deep(value)
    return value


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Of a key that is there twice nobody knows which one its sender means."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Unreadable("a key is there twice")
    return made


def _refuse(constant: str) -> NoReturn:
    raise Unreadable(f"{constant} is not JSON")


def as_object(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(f"{what} is not an object")
    return value


def as_list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise Unreadable(f"{what} is not a list")
    if len(value) > ALERTS:
        raise Unreadable(f"{what} has more than {ALERTS} entries")
    return value


def as_text(value: Any, limit: int = TEXT, *, lines: bool = False) -> str:
    """Foreign text as one that every database can keep: no NUL, no lone surrogate, bounded.

    Numbers and booleans are told as text; anything else is empty.
    """
    if type(value) is str and len(value) <= limit and value.isprintable():
        return value.strip()
    if isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, (int, float)):
        value = repr(value)[:limit]
    if not isinstance(value, str):
        return ""
    text: str = value[: limit * 2]
    if text.isprintable():  # almost always, and a hundred times faster to tell
        return text.strip()[:limit]
    text = text.encode("utf-8", "replace").decode("utf-8")
    kept = "".join(char for char in text if (lines and char == "\n") or not _is_control(char))
    return kept.strip()[:limit]


def as_labels(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    pairs = list(value.items())[:LABELS]
    return {as_text(name, LABEL): as_text(label, LABEL) for name, label in pairs}


def as_time(value: Any) -> datetime | None:
    """RFC 3339 with a zone; Alertmanager's year 1 means "not yet"."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
        if time.tzinfo is None or time.year < 2000:
            return None
        return time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def as_link(value: Any) -> str | None:
    link = as_text(value, 2000)
    return link if link.startswith(("http://", "https://")) and " " not in link else None


def digest(*parts: str) -> str:
    """A fingerprint for senders that give none."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs", "Cf", "Zl", "Zp") and char != "\u200d"


def _refuse_deep(value: Any) -> None:
    """Level by level rather than by recursion, which a hostile body could exhaust."""
    level = [value]
    for _ in range(DEPTH):
        level = [child for each in level for child in _children(each)]
        if not level:
            return
    raise Unreadable(f"it nests deeper than {DEPTH} levels")


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [child for child in value.values() if isinstance(child, (dict, list))]
    if isinstance(value, list):
        return [child for child in value if isinstance(child, (dict, list))]
    return []
