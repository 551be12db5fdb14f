"""Logs: one line an event, machine-readable or readable, and never a secret."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from app.logs import HIDDEN, start_logging
from app.setting_values import LogStyle

log = logging.getLogger("baton.test")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_json_line_holds_the_message_and_its_facts() -> None:
    out = io.StringIO()
    start_logging(LogStyle.AUTO, stream=out)
    log.info("Page %s.", "sent", extra={"incident": 12, "load": float("nan"), "to": ("ana",)})
    (line,) = lines(out)
    assert str(line.pop("at")).endswith("Z")
    assert line == {
        "level": "info",
        "log": "baton.test",
        "message": "Page sent.",
        "incident": 12,
        "load": "nan",
        "to": ["ana"],
    }


def test_an_exception_stays_on_its_line() -> None:
    out = io.StringIO()
    start_logging(LogStyle.JSON, stream=out)
    try:
        raise LookupError("no such person")
    except LookupError:
        log.exception("The page failed.")
    (line,) = lines(out)
    assert "LookupError: no such person" in str(line["trace"])


def test_a_terminal_gets_readable_lines_that_cannot_be_forged() -> None:
    out = Terminal()
    start_logging(LogStyle.AUTO, stream=out)
    log.warning("Odd alert: %s", "x\n09:00:00  info  All is well\x1b[2J\ud800", extra={"k": "a\nb"})
    (line,) = out.getvalue().splitlines()
    assert line.endswith(r"Odd alert: x\n09:00:00  info  All is well\x1b[2J\ud800  k=a\nb")


def test_an_errors_own_text_forges_no_line_either() -> None:
    out = Terminal()
    start_logging(LogStyle.AUTO, stream=out)
    try:
        raise ValueError("x\n09:00:00  info  All is well\x1b[2J\r09:00:01  info  Truly")
    except ValueError:
        log.exception("Failed")
    first, *trace = out.getvalue().splitlines()
    assert first.endswith("Failed")
    assert all(line.startswith("    ") and line.isprintable() for line in trace)


@pytest.mark.parametrize("style", [LogStyle.JSON, LogStyle.TEXT])
def test_secrets_never_come_out(style: LogStyle) -> None:
    out = io.StringIO()
    start_logging(style, secrets=['quo"ted-secret', "open sesame"], stream=out)
    log.error("Refused %s", 'quo"ted-secret', extra={"headers": {"x": ["open sesame"]}})
    log.error("Got xoxb-not-known and xapp-1-A and Authorization: Bearer abc.def")
    log.error("At postgresql://baton:hush@db/baton")
    try:
        raise ValueError("open sesame")
    except ValueError:
        log.exception("Failed")
    told = out.getvalue()
    for secret in ("quo", "sesame", "not-known", "1-A", "abc.def", "hush"):
        assert secret not in told
    assert told.count(HIDDEN) >= 7
    assert "@db/baton" in told


def test_libraries_do_not_chatter() -> None:
    out = io.StringIO()
    start_logging(LogStyle.JSON, stream=out)
    logging.getLogger("apscheduler.scheduler").info("Job executed")
    logging.getLogger("slack_sdk.web").warning("Something is off")
    assert [line["message"] for line in lines(out)] == ["Something is off"]
