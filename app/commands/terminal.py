"""What a command prints: foreign text in it cannot steer the terminal."""

import contextlib
import sys
import unicodedata
from collections.abc import Iterator
from typing import Any, TextIO

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, marks of direction, halves of pairs, and line breaks that are none of ours."""


@contextlib.contextmanager
def harmless() -> Iterator[None]:
    """Inside, stdout and stderr show such characters as JSON spells them: `\\u001b`."""
    out, err = _Shown(sys.stdout), _Shown(sys.stderr)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield


class _Shown:
    """The stream behind it, but for what is written."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write("".join(map(_shown, text)))

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _shown(sign: str) -> str:
    if sign.isprintable() or sign in "\n\t" or unicodedata.category(sign) not in UNSEEN:
        return sign
    pair = sign.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{pair[at : at + 4]}" for at in range(0, len(pair), 4))
