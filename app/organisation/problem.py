"""What is wrong or doubtful in an organisation file, as sentences with a place and a way out."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

LONGEST_QUOTE = 60
MOST_NAMES = 6
MOST_COMPARED = 1000


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One line of the answer: `path` says where, `what` what is wrong, `hint` what to do."""

    path: str
    what: str
    hint: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.path}: {self.what}. {self.hint}"


def quoted(text: str) -> str:
    """Foreign text as it may be shown on a terminal: short, and without control characters."""
    short = text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1]}…"
    safe = "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in short)
    return f'"{safe}"'


def nearest(word: str, known: Iterable[str], *, otherwise: str, list_few: bool = True) -> str:
    """A hint that names what was probably meant, else what there is if few, else `otherwise`."""
    names = tuple(known)
    close = _closest(word[:LONGEST_QUOTE], names[:MOST_COMPARED])
    if close is not None:
        return f"Did you mean {quoted(close)}?"
    if list_few and names and len(names) <= MOST_NAMES:
        verb = "is" if len(names) == 1 else "are"
        return f"There {verb} {_listed([quoted(name) for name in names])}."
    return otherwise


@lru_cache(maxsize=1024)
def _closest(word: str, names: tuple[str, ...]) -> str | None:
    found = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    return found[0] if found else None


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
