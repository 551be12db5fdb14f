"""The example file with something changed in it, and what is found there."""

from app.organisation.example import example_text
from app.organisation.read import Reading, read

EXAMPLE = example_text()


def changed(*edits: tuple[str, str], extra: str = "") -> str:
    """The example with the first occurrence of each text replaced, and `extra` at its end."""
    text = EXAMPLE
    for old, new in edits:
        assert old in text, f"the example does not hold {old!r}"
        text = text.replace(old, new, 1)
    return f"{text}\n{extra}\n"


def read_changed(*edits: tuple[str, str], extra: str = "") -> Reading:
    return read(changed(*edits, extra=extra), source="baton.toml")


def expect_problem(reading: Reading, sentence: str) -> None:
    """The sentence is among the problems; one that ends in … may go on."""
    assert reading.organisation is None
    found = [str(problem) for problem in reading.problems]
    if sentence.endswith("…"):
        assert [each for each in found if each.startswith(sentence[:-1])], found
    else:
        assert sentence in found


def expect_warning(reading: Reading, sentence: str) -> None:
    """The sentence is among the warnings, and the file can be applied all the same."""
    assert reading.problems == ()
    assert reading.organisation is not None
    assert sentence in [str(warning) for warning in reading.warnings]
