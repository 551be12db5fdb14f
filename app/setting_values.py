"""The kinds of value a setting may have, and how each is read from text.

A reader raises ValueError with what it should have been, to stand after "must be".
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit


class Secret:
    """A text that is shown nowhere by accident; `reveal` gives it to whoever needs it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __str__(self) -> str:
        return "…"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")


class LogStyle(StrEnum):
    JSON = "json"
    TEXT = "text"
    AUTO = "auto"


@dataclass(frozen=True)
class Address:
    """Where to listen."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def file_path(text: str) -> Path:
    return Path(text)


def secret(text: str) -> Secret:
    return Secret(text)


def address(text: str) -> Address:
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) < 65536):
        raise ValueError("an address and a port, such as 127.0.0.1:8080")
    return Address(host.removeprefix("[").removesuffix("]"), int(port))


def web_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError("an http or https address, such as https://baton.example.com")
    return text


def watchdog_url(text: str) -> Secret:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or not text.isprintable():
        raise ValueError("an http or https address, such as https://hc-ping.com/your-key")
    return Secret(text)


def public_url(text: str) -> str:
    return web_url(text).rstrip("/")


def slack_api_url(text: str) -> str:
    return web_url(text).rstrip("/") + "/"


def smtp_url(text: str) -> Secret:
    parts = urlsplit(text)
    if parts.scheme not in ("smtp", "smtps", "smtp+starttls") or not parts.hostname:
        raise ValueError("an address such as smtp+starttls://user:password@mail.example.com:587")
    return Secret(text)


def mailbox(text: str) -> str:
    if text.count("@") != 1 or not text.isprintable():
        raise ValueError("an e-mail address")
    return text


def slash_command(text: str) -> str:
    # Slack's own rule for the name of a slash command.
    name = text.removeprefix("/")
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789-_")
    if not text.startswith("/") or not 1 <= len(name) <= 31 or not set(name) <= allowed:
        raise ValueError("a slash command in small letters, such as /inc")
    return text


def number(lowest: int, highest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and len(text) < 12 and lowest <= int(text) <= highest:
            return int(text)
        raise ValueError(f"a whole number from {lowest} to {highest}")

    return read


def token(what: str, *starts: str) -> Callable[[str], Secret]:
    def read(text: str) -> Secret:
        if not text.startswith(starts) or not text.isprintable() or " " in text:
            raise ValueError(f"{what}, which begins with {starts[0]}")
        return Secret(text)

    return read


def secret_key(text: str) -> Secret:
    if len(text) < 32:
        raise ValueError("at least 32 random characters, for example from: openssl rand -hex 32")
    return Secret(text)


def log_style(text: str) -> LogStyle:
    try:
        return LogStyle(text)
    except ValueError:
        raise ValueError("json, text or auto") from None
