"""From text to tables: everything that can be wrong before the first key is looked at."""

import re
import tomllib
from typing import Any

from app.organisation.problem import Problem

LARGEST = 1_000_000
# The TOML parser needs quadratic time for a key of many dotted parts.
MOST_DOTS_A_LINE = 2000
POSITION = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
BARE_TIME = re.compile(r"=\s*\d{1,2}:\d{2}\s*($|[#,}\]])")


class Unreadable(Exception):
    """The text is no TOML; `problem` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def decode(data: bytes, *, source: str) -> str:
    """The text of a file. Raises `Unreadable` for anything but UTF-8."""
    if len(data) > LARGEST:
        raise _too_large(source)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            Problem(
                path=source,
                line=line,
                what=f"line {line} is not UTF-8",
                hint="Save the file as UTF-8.",
            )
        ) from error


def parse(text: str, *, source: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises `Unreadable` with line and column where there are any."""
    _refuse_strange(text, source)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(_syntax(str(error), text)) from error
    except RecursionError as error:
        raise Unreadable(_deep(source)) from error
    except ValueError as error:  # a number of more digits than Python converts
        raise Unreadable(
            Problem(
                path=source, what="holds a value that cannot be read", hint=f"{_sentence(error)}."
            )
        ) from error


def _refuse_strange(text: str, source: str) -> None:
    if len(text) > LARGEST:
        raise _too_large(source)
    if text.startswith("\ufeff"):
        raise Unreadable(
            Problem(
                path=source,
                line=1,
                what="begins with a byte order mark",
                hint='Save it as "UTF-8", not as "UTF-8 with BOM".',
            )
        )
    strange = re.search("[\0\ud800-\udfff]", text)
    if strange:
        line = text.count("\n", 0, strange.start()) + 1
        raise Unreadable(
            Problem(
                path=source,
                line=line,
                what=f"line {line} holds a character that no text has (U+{ord(strange[0]):04X})",
                hint="Remove it; the file may be damaged.",
            )
        )
    for number, line_text in enumerate(text.split("\n"), start=1):
        if line_text.count(".") > MOST_DOTS_A_LINE:
            raise Unreadable(
                Problem(
                    path=source,
                    line=number,
                    what=f"line {number} holds more than {MOST_DOTS_A_LINE:,} dots",
                    hint="Break a long list into several lines.",
                )
            )


def _too_large(source: str) -> Unreadable:
    return Unreadable(
        Problem(
            path=source,
            what=f"is larger than {LARGEST:,} bytes",
            hint="No organisation needs that much; check that it is the right file.",
        )
    )


def _deep(source: str) -> Problem:
    return Problem(
        path=source,
        what="is nested too deeply",
        hint="The deepest table of this file has three levels.",
    )


def _syntax(message: str, text: str) -> Problem:
    position = POSITION.search(message)
    what = _sentence(message[: position.start()] if position else message)
    lines = text.rstrip().split("\n")
    if position is None or position["line"] is None:
        line, column = len(lines), len(lines[-1]) + 1
        hint = "The file ends there: something is not closed, or a value is missing."
    else:
        line, column = int(position["line"]), int(position["column"])
        hint = "The file is read no further until this is right."
    if line <= len(lines) and BARE_TIME.search(lines[line - 1]):
        hint = 'Put times in quotes: "09:00".'
    return Problem(path=f"line {line}, column {column}", line=line, what=what, hint=hint)


def _sentence(message: object) -> str:
    """What a parser says, safe to show: its messages may quote the file."""
    short = str(message)[:200].rstrip(".")
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in short)
