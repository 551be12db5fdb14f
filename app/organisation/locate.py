"""On which line of a TOML text a path such as `service[0].sla[0].id` stands."""

import re
from collections.abc import Iterator

TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|\n"
    r"|[\[\]{}=,.]"
    r"|[^\s\[\]{}=,.\#\"']+",
    re.DOTALL,
)


class Lines:
    """The lines of a valid TOML text by path; a path without its own line has its table's."""

    def __init__(self, text: str) -> None:
        self._found: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._table = ""
        self._tokens = _tokens(text)
        for token, line in self._tokens:
            if token == "[":
                self._header(line)
            elif token != "\n":
                self._entry(token, line)

    def find(self, path: str) -> int | None:
        while path not in self._found:
            shorter = re.sub(r"(\.[^.\[\]]*|\[\d+\])$", "", path)
            if shorter == path:
                return None
            path = shorter
        return self._found[path]

    def _header(self, line: int) -> None:
        names: list[str] = []
        brackets = 1
        for token, _ in self._tokens:
            if token == "[":
                brackets += 1
            elif token == "\n":
                break
            elif token not in ("]", ".") and not token.startswith("#"):
                names.append(_bare(token))
        path = ""
        for position, name in enumerate(names):
            path = f"{path}.{name}" if path else name
            if position == len(names) - 1 and brackets == 2:
                self._counts[path] = self._counts.get(path, 0) + 1
            if path in self._counts:
                path = f"{path}[{self._counts[path] - 1}]"
        self._table = path
        self._found.setdefault(path, line)

    def _entry(self, first: str, line: int) -> None:
        if first.startswith("#"):
            return
        names = [_bare(first)]
        for token, _ in self._tokens:
            if token == "=":
                break
            if token != ".":
                names.append(_bare(token))
        path = ".".join([*([self._table] if self._table else []), *names])
        self._found.setdefault(path, line)
        self._value(path)

    def _value(self, path: str) -> None:
        """Walk over a value to the end of its line, noting where the items of a list stand."""
        depth, item, fresh, is_list = 0, 0, True, False
        for token, line in self._tokens:
            if token == "\n":
                if depth == 0:
                    return
                continue
            if depth == 1 and is_list and fresh and token not in ("]", ",") and token[0] != "#":
                self._found.setdefault(f"{path}[{item}]", line)
                fresh = False
            if token in ("[", "{"):
                is_list = is_list or (depth == 0 and token == "[")
                depth += 1
            elif token in ("]", "}"):
                depth -= 1
            elif token == "," and depth == 1:
                item, fresh = item + 1, True


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line = 1
    for match in TOKEN.finditer(text):
        yield match[0], line
        line += match[0].count("\n")


def _bare(token: str) -> str:
    return token[1:-1] if token[0] in "\"'" else token
