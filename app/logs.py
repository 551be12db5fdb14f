"""Structured logs on stderr: a JSON object a line, or a readable line on a terminal."""

import json
import logging
import math
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TextIO

from app.setting_values import LogStyle

HIDDEN = "[hidden]"

SECRET_SHAPES = re.compile(
    r"\bxox[a-z](?:\.xox[a-z])?-[\w-]+"  # Slack's tokens
    r"|\bxapp-[\w-]+"
    r"|(?<=bearer )[\w.~+/=-]+"
    r"|(?<=geniekey )[\w.~+/=-]+"
    r"|(?<=://)[^\s/@]*:[^\s/@]+(?=@)",  # user and password in an address
    re.IGNORECASE,
)

ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every record carries; anything else was given with `extra=`."""

CHATTERERS = (
    "alembic",
    "apscheduler",
    "asyncio",
    "httpcore2",
    "httpx2",
    "slack_sdk",
    "uvicorn",
)
"""Libraries that tell at INFO what we tell better."""

WORRIERS = ("slack_bolt",)
"""Libraries that warn of what is as we want it: Bolt, that it has both a token and `authorize`."""


def start_logging(
    style: LogStyle = LogStyle.AUTO,
    *,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
    level: int = logging.INFO,
) -> None:
    """Send every log line to stderr, once per process.

    Facts go in `extra`: `log.info("Page sent.", extra={"incident": 12})`. The given secrets,
    and whatever looks like a token, never come out, wherever in a line they stand.
    """
    out = stream or sys.stderr
    text = style is LogStyle.TEXT or (style is LogStyle.AUTO and out.isatty())
    hide = Redaction(secrets)
    handler = logging.StreamHandler(out)
    handler.setFormatter(TextLines(hide) if text else JsonLines(hide))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(True)
    for name in CHATTERERS:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    for name in WORRIERS:
        logging.getLogger(name).setLevel(max(level, logging.ERROR))


class Redaction:
    """Takes secrets out of texts, and out of anything that texts stand in."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # Very short ones would hide ordinary words; the settings refuse most of those.
        known = sorted({s for s in secrets if len(s) >= 4}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def text(self, text: str) -> str:
        if self._known:
            text = self._known.sub(HIDDEN, text)
        return SECRET_SHAPES.sub(HIDDEN, text)

    def value(self, value: Any) -> Any:
        match value:
            case float() if not math.isfinite(value):
                return str(value)  # JSON has no word for it
            case None | bool() | int() | float():
                return value
            case dict():
                return {self.text(str(key)): self.value(each) for key, each in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self.value(each) for each in value]
            case datetime():
                return value.isoformat()
        return self.text(str(value))


class Lines(logging.Formatter):
    def __init__(self, hide: Redaction) -> None:
        super().__init__()
        self._hide = hide

    def _facts(self, record: logging.LogRecord) -> dict[str, Any]:
        given = {key: value for key, value in vars(record).items() if key not in ORDINARY}
        return {key: self._hide.value(value) for key, value in given.items()}

    def _trace(self, record: logging.LogRecord) -> str | None:
        if record.exc_info and record.exc_info[0]:
            return self._hide.text(self.formatException(record.exc_info))
        return None


class JsonLines(Lines):
    """`{"at": …, "level": …, "log": …, "message": …, facts…}`, and `trace` for an exception."""

    def format(self, record: logging.LogRecord) -> str:
        line = self._facts(record)
        line |= {
            "at": _instant(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "log": record.name,
            "message": self._hide.text(record.getMessage()),
        }
        trace = self._trace(record)
        if trace:
            line["trace"] = trace
        first = ("at", "level", "log", "message")
        ordered = {key: line[key] for key in first} | line
        return json.dumps(ordered)


class TextLines(Lines):
    """`09:30:12 warning  message  key=value`; what came from outside cannot forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        parts = [
            _instant(record).astimezone().strftime("%H:%M:%S"),
            f"{record.levelname.lower():<8}",
            _one_line(self._hide.text(record.getMessage())),
        ]
        facts = self._facts(record).items()
        parts += [_one_line(f"{key}={value}") for key, value in facts]
        trace = self._trace(record)
        # Indented, so that no line of an error's own text passes for one of ours.
        lines = [f"    {_one_line(line)}" for line in (trace or "").splitlines()]
        return "\n".join(["  ".join(parts), *lines])


def _instant(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _one_line(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
