"""Text that is no organisation file, by accident or on purpose: a problem, never an exception."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.organisation.parse import LARGEST, MOST_DOTS_A_LINE
from app.organisation.read import Reading, read
from tests.organisation.edits import EXAMPLE, changed


def first_of(text: str | bytes) -> str:
    reading = read(text, source="baton.toml")
    assert reading.organisation is None
    return str(reading.problems[0])


CASES: dict[str, tuple[str | bytes, str]] = {
    "an unclosed table": (
        'a = 1\n[person\nemail = "x"',
        "line 2, column 8: Expected ']' at the end of a table declaration. "
        "The file is read no further until this is right.",
    ),
    "a bare time": (
        'name = "Acme"\nfrom = 09:00\n',
        "line 2, column 9: Expected newline or end of document after a statement. "
        'Put times in quotes: "09:00".',
    ),
    "a key twice": (
        "a = 1\na = 2\n",
        "line 2, column 6: Cannot overwrite a value. "
        "The file is read no further until this is right.",
    ),
    "an unfinished value": (
        "a = ",
        "line 1, column 4: Invalid value. "
        "The file ends there: something is not closed, or a value is missing.",
    ),
    "an unclosed text": (
        'a = "x',
        "line 1, column 7: Unterminated string. "
        "The file ends there: something is not closed, or a value is missing.",
    ),
    "another encoding": (
        'a = 1\nname = "Caf\xe9"'.encode("latin-1"),
        "baton.toml: line 2 is not UTF-8. Save the file as UTF-8.",
    ),
    "a byte order mark": (
        b"\xef\xbb\xbfa = 1",
        'baton.toml: begins with a byte order mark. Save it as "UTF-8", not as "UTF-8 with BOM".',
    ),
    "a NUL": (
        'a = 1\nb = "\0"',
        "baton.toml: line 2 holds a character that no text has (U+0000). "
        "Remove it; the file may be damaged.",
    ),
    "half a character": (
        'a = "\ud800"',
        "baton.toml: line 1 holds a character that no text has (U+D800). "
        "Remove it; the file may be damaged.",
    ),
    "too much": (
        "#" * (LARGEST + 1),
        "baton.toml: is larger than 1,000,000 bytes. "
        "No organisation needs that much; check that it is the right file.",
    ),
    "too many bytes": (
        b"#" * (LARGEST + 1),
        "baton.toml: is larger than 1,000,000 bytes. "
        "No organisation needs that much; check that it is the right file.",
    ),
    "a list in a list without end": (
        "a = " + "[" * 100_000,
        "baton.toml: is nested too deeply. The deepest table of this file has three levels.",
    ),
    "a table in a table without end": (
        "a = " + "{a=" * 50_000,
        "baton.toml: is nested too deeply. The deepest table of this file has three levels.",
    ),
    "a key of many parts": (
        "\na" + ".a" * (MOST_DOTS_A_LINE + 1) + " = 1",
        "baton.toml: line 2 holds more than 2,000 dots. Break a long list into several lines.",
    ),
    "a number of five thousand digits": (
        "a = " + "9" * 5000,
        "baton.toml: holds a value that cannot be read.…",
    ),
}


@pytest.mark.parametrize(("text", "sentence"), CASES.values(), ids=CASES.keys())
def test_unreadable_text_is_one_problem(text: str | bytes, sentence: str) -> None:
    found = first_of(text)
    assert found.startswith(sentence[:-1]) if sentence.endswith("…") else found == sentence


def test_a_deep_but_readable_table_is_only_unknown() -> None:
    assert "k: is not a key of the file." in read_sentences("k" + ".a" * 1500 + " = 1")


def read_sentences(text: str) -> str:
    return read(text, source="baton.toml").text()


def test_line_ends_of_windows_change_nothing() -> None:
    windows = read(EXAMPLE.replace("\n", "\r\n").encode(), source="baton.toml")
    assert windows.organisation == read(EXAMPLE, source="baton.toml").organisation


def test_what_a_file_says_reaches_no_terminal_as_a_command() -> None:
    hostile = changed(
        ('service = "nightly-elt"', 'service = "\\u001b[2J"'),
        extra='"\\u001b[31m" = 1\n[["\\u009b2J"]]\n',
    )
    shown = read(hostile, source="baton.toml").text()
    assert all(each.isprintable() or each == "\n" for each in shown)


def sound(reading: Reading) -> None:
    """Either an organisation or problems, and all of it can be shown."""
    assert (reading.organisation is None) == bool(reading.problems)
    assert reading.text().encode()
    assert reading.as_json().encode()


@given(st.text() | st.binary())
def test_no_text_raises(text: str | bytes) -> None:
    sound(read(text, source="baton.toml"))


WORDS = [word for line in EXAMPLE.splitlines() for word in (*line.split(), line, "\n")] + [
    "[[person]]",
    "[",
    "]",
    "{",
    "}",
    "=",
    '"',
    "'",
    '"""',
    "\n",
    "0",
    "-1",
    "9999-12-31",
    "00:00:00",
    "inf",
    "true",
    "\\u0000",
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_no_heap_of_the_files_own_words_raises(text: str) -> None:
    sound(read(text, source="baton.toml"))


VALUES = [
    *("0", "-1", "1e400", "nan", "true", '""', '"x"', "[]", "[[]]", "{}", "{ a = 1 }"),
    *("9999-12-31", "0001-01-01", "2026-12-24T18:00:00", "2026-12-24T18:00:00Z", "23:59:59"),
    *('["x", 1]', '"UTC"', '"1w"', '"999999999w"', '"ana@acme.test"', '"#x"', '"P1"'),
]


@settings(deadline=None)
@given(st.integers(min_value=0), st.lists(st.sampled_from(VALUES), min_size=1, max_size=8))
def test_no_wrong_value_in_any_place_raises(seed: int, values: list[str]) -> None:
    """The example with some of its values exchanged for others, or lines left out."""
    lines = EXAMPLE.splitlines()
    chance = random.Random(seed)
    for value in values:
        number = chance.randrange(len(lines))
        key, equals, _ = lines[number].partition(" = ")
        lines[number] = f"{key} = {value}" if equals else ""
    sound(read("\n".join(lines), source="baton.toml"))
