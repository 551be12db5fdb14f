"""The quick decoder says what the careful one says, or leaves the body to it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.web.intake import readers
from handlers.web.intake.readers import Unreadable

KEYS = st.text(alphabet='ab:"\\ü', max_size=2)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='a:"\\{[ü\n', max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(KEYS, inner), max_size=3),
    max_leaves=8,
)


def written(value: Any) -> str:
    """As JSON, in which a list of pairs is an object that may have a key twice."""
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        pairs = (f"{json.dumps(key)}: {written(each)}" for key, each in value)
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def told(decode: Any, body: bytes) -> Any:
    try:
        return decode(body)
    except Unreadable as reason:
        return str(reason)


@given(VALUES, st.binary(max_size=2))
def test_both_decoders_say_the_same_of_any_body(value: Any, dirt: bytes) -> None:
    body = written(value).encode()
    for one in (body, body + dirt, dirt + body):
        assert told(readers.decode, one) == told(readers._decode_carefully, one)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 1}',
        b'{"a": {"b": 1, "b": 2}}',
        b'{"a\\"": 1, "a\\"": 2}',
        b'{"\\u0061": 1, "a": 2}',
        b'[{"a": ":"}, {"a:": 1, "a:": "\\\\"}]',
    ],
)
def test_a_key_that_is_there_twice_is_seen_however_it_is_written(body: bytes) -> None:
    with pytest.raises(Unreadable, match="twice"):
        readers.decode(body)


@pytest.mark.parametrize("body", [b'{"a": {"b": [1, ":"]}, "c": "\\\\\\":"}', b"[]", b"3", b'""'])
def test_a_plain_body_is_read_by_the_quick_one_alone(body: bytes) -> None:
    assert readers._decode_quickly(body) == json.loads(body)


def test_as_deep_as_allowed_and_no_deeper() -> None:
    deep = b"[" * 31 + b"1" + b"]" * 31
    assert readers._decode_quickly(deep) == readers._decode_carefully(deep)
    for levels in (31, 32, 33, 40):
        body = b"[" * levels + b"]" * levels
        assert told(readers.decode, body) == told(readers._decode_carefully, body)
