"""What a web page says, in words: a phone shows the answer to a press in a line."""

import re
from html.parser import HTMLParser

_UNSEEN = {"head", "script", "style", "template", "noscript", "svg"}
_BREAKS = {
    "address", "article", "blockquote", "body", "br", "dd", "div", "dl", "dt", "footer", "form",
    "h1", "h2", "h3", "h4", "header", "hr", "li", "main", "ol", "p", "section", "td", "tr", "ul",
}  # fmt: skip
_EMPTY = {"br", "hr"}
_ANNOUNCED = {"alert", "status"}


class _Reader(HTMLParser):
    """Collects lines; each knows whether it is a heading, a paragraph, or an announcement."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[str, str]] = []
        self._words: list[str] = []
        self._open: list[tuple[str, bool]] = []  # blocks, and which of them announce
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        if tag in _BREAKS:
            self.end_line()
            if tag not in _EMPTY:
                self._open.append((tag, dict(attrs).get("role") in _ANNOUNCED))

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        if tag in _BREAKS:
            self.end_line()
            if any(each == tag for each, _ in self._open):
                while self._open.pop()[0] != tag:
                    pass

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._words.append(data)

    def end_line(self) -> None:
        line = re.sub(r"\s+", " ", "".join(self._words)).strip()
        self._words.clear()
        if line:
            announced = any(announces for _, announces in self._open)
            kind = self._open[-1][0] if self._open else ""
            self.lines.append(("announced" if announced else kind, line))


def lines_of(html: str) -> list[str]:
    """The text of a page, a line for each of its blocks, without styles and scripts."""
    return [line for _, line in _read(html)]


def conclusion_of(html: str) -> str:
    """What the page has to say: what it announces, else its last paragraphs, else its heading."""
    lines = _read(html)
    announced = [line for kind, line in lines if kind == "announced"]
    if announced:
        return " ".join(announced)
    paragraphs = [line for kind, line in lines if kind == "p"]
    headings = [line for kind, line in lines if kind == "h1"]
    if len(paragraphs) > 1 or not headings:
        return " ".join(paragraphs[-2:] or [line for _, line in lines[:2]])
    return ". ".join([headings[0].rstrip("."), *paragraphs]) if paragraphs else headings[0]


def _read(html: str) -> list[tuple[str, str]]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_line()
    return reader.lines
