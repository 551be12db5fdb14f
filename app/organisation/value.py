"""What every value of the organisation file has in common: an example, and a refusal in words."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from pydantic import WithJsonSchema
from pydantic_core import PydanticCustomError

from app.organisation.problem import nearest, quoted


@dataclass(frozen=True)
class Example:
    """A right value as it would stand in the file; the hint for a missing key shows it."""

    value: object


def wrong(what: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError("wrong", "{what}", {"what": what, "hint": hint})


def kind_of(value: object) -> str:
    """What a TOML value is, in words."""
    if isinstance(value, datetime):
        return "a date and time"
    words: list[tuple[type | tuple[type, ...], str]] = [
        (bool, "true or false"),
        ((int, float), "a number"),
        (str, "text"),
        (date, "a date"),
        (time, "a time"),
        (list, "a list"),
        (dict, "a table"),
    ]
    return next((word for kind, word in words if isinstance(value, kind)), "something else")


def written(value: object, wanted: str, example: str) -> str:
    if isinstance(value, str):
        return value
    raise wrong(f"is {kind_of(value)} where {wanted} is needed", f'Write "{example}", in quotes.')


def matching(pattern: str, wanted: str, example: str, rule: str) -> Callable[[object], str]:
    compiled = re.compile(pattern)

    def check(value: object) -> str:
        text = written(value, wanted, example)
        if compiled.fullmatch(text):
            return text
        raise wrong(f"{quoted(text)} is not {wanted}", f"{rule} For example {quoted(example)}.")

    return check


def one_of(choices: tuple[str, ...], wanted: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        text = written(value, wanted, choices[0])
        if text in choices:
            return text
        hint = f"Write one of {', '.join(choices)}."
        raise wrong(
            f"{quoted(text)} is not {wanted}",
            nearest(text, choices, otherwise=hint, list_few=False),
        )

    return check


def listed(value: object) -> object:
    """One entry may stand without brackets."""
    return value if isinstance(value, list) else [value]


def json_shape(pattern: str | None = None, **more: Any) -> WithJsonSchema:
    shape: dict[str, Any] = {"type": "string", **more}
    if pattern is not None:
        shape["pattern"] = f"^({pattern})$"
    return WithJsonSchema(shape)
