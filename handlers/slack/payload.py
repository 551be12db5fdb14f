"""A request's body as the payload it holds; nothing that could hurt a reader gets through."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

MAX_DEPTH = 64
"""Slack's own nest about thirty deep, where a message quotes a message with rich text."""
FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 100
TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
"""A string, also one without an end, or a bracket; it never goes back, so it is linear."""


class BadPayload(Exception):
    """Nothing Slack would send; the text says why, for the log."""


def read_payload(body: bytes, content_type: str) -> Mapping[str, Any]:
    """JSON for events, a form for commands, a form around JSON for interactions."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadPayload("not UTF-8") from error
    if content_type.partition(";")[0].strip().lower() == FORM:
        fields = _fields(text)
        return _object(fields["payload"]) if "payload" in fields else fields
    return _object(text)


def _fields(text: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise BadPayload("not a form") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise BadPayload("a field given twice")
    return fields


def _object(text: str) -> Mapping[str, Any]:
    _refuse_depth(text)
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
        # Half a surrogate pair is valid JSON, and no database takes it.
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise BadPayload("not JSON") from error
    if not isinstance(found, dict):
        raise BadPayload("not an object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key given twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _refuse_depth(text: str) -> None:
    """Counted before anything recurses; brackets inside strings do not count."""
    depth = 0
    for token in TOKEN.finditer(text):
        sign = token[0]
        if sign in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise BadPayload("nested too deep")
        elif sign in "]}":
            depth -= 1
