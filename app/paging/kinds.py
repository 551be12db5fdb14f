"""The kinds of push provider: which apprise plugin speaks each, and how it is made loud."""

import functools
import importlib
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.paging.calls import keep_connections
from app.paging.words import PageText

PUSH = {
    "ntfy": ("ntfy", "NotifyNtfy"),
    "ntfys": ("ntfy", "NotifyNtfy"),
    "gotify": ("gotify", "NotifyGotify"),
    "gotifys": ("gotify", "NotifyGotify"),
    "pover": ("pushover", "NotifyPushover"),
}
"""Address schemes of the method push, and the plugin of each."""
MORE = {
    "pbul": ("pushbullet", "NotifyPushBullet"),
    "signal": ("signal_api", "NotifySignalAPI"),
    "signals": ("signal_api", "NotifySignalAPI"),
    "tgram": ("telegram", "NotifyTelegram"),
}
"""What the operator may use besides, with the method apprise."""
LISTED = {**PUSH, **MORE}

CONNECT_SECONDS = 3.0
READ_SECONDS = 4.0
"""Shorter than our patience, so that most threads given up on end by themselves soon after."""

_heard = threading.local()


@functools.cache
def load() -> None:
    """Import apprise and the push plugins: a third of a second that no page should pay for.

    Its logger names topics and tokens, so it is turned away from our logs and only listened to.
    """
    logger = logging.getLogger("apprise")
    if _listen not in logger.filters:
        logger.addFilter(_listen)
    logger.setLevel(logging.DEBUG)
    for module, name in PUSH.values():
        _plugin(module, name)


def make(url: str, **more: Any) -> Any | None:
    """The plugin for an address, or None when it cannot be read; `more` are options of its own.

    It follows no redirects and keeps nothing on disk.
    """
    from apprise import AppriseAsset
    from apprise.exception import AppriseImproperlyConfigured

    load()
    module, name = LISTED[url.partition("://")[0]]
    plugin = _plugin(module, name)
    facts = plugin.parse_url(url)
    if not facts:
        return None
    asset = AppriseAsset(
        app_id="Baton", app_desc="Baton", http_redirects=False, storage_mode="memory"
    )
    try:
        made = plugin(asset=asset, **{**facts, **more})
    except (AppriseImproperlyConfigured, TypeError):
        return None
    made.socket_connect_timeout = CONNECT_SECONDS
    made.socket_read_timeout = READ_SECONDS
    return made


@functools.cache
def _plugin(module: str, name: str) -> Any:
    plugins = importlib.import_module(f"apprise.plugins.{module}")
    keep_connections(plugins)
    return getattr(plugins, name)


def make_loud(url: str, text: PageText) -> tuple[Any | None, str]:
    """The plugin set to ring as loudly as it can, and the body that goes with it."""
    schema = url.partition("://")[0]
    if schema.startswith("ntfy"):
        return make(url, **_ntfy(text)), text.body
    if schema == "pover":
        return make(url, **_pushover(text)), text.body
    if schema.startswith("gotify"):
        return make(url, priority="10" if text.urgent else "5"), with_link(text)
    return make(url), with_link(text)


def _ntfy(text: PageText) -> dict[str, Any]:
    """A tap opens the link's page; the button acknowledges by a POST of its own."""
    options: dict[str, Any] = {
        "priority": "max" if text.urgent else "default",
        "include_image": False,  # an address outside, which every phone would fetch
        "click": text.link,
    }
    # These characters would end ntfy's notation of an action; the tap is left then.
    if text.link and not set(text.link) & set(",;'\" "):
        options["actions"] = f"http, Acknowledge, {text.link}, method=POST, clear=true"
    return options


def _pushover(text: PageText) -> dict[str, Any]:
    """High breaks through quiet hours. Emergency would go on ringing after somebody else has
    answered, and no message may follow an answer (product.md 9)."""
    options: dict[str, Any] = {"priority": "high" if text.urgent else "normal"}
    if text.link:
        options |= {"supplemental_url": text.link, "supplemental_url_title": "Acknowledge"}
    return options


def with_link(text: PageText) -> str:
    """The body for a phone that has no button for the link."""
    return f"{text.body}\n\nAcknowledge: {text.link}" if text.link else text.body


@contextmanager
def listening() -> Iterator[list[str]]:
    """What apprise says on this thread meanwhile; it answers only True or False by itself."""
    said: list[str] = []
    _heard.said = said
    try:
        yield said
    finally:
        _heard.said = None


def _listen(record: logging.LogRecord) -> bool:
    said: list[str] | None = getattr(_heard, "said", None)
    if said is not None:
        said.append(record.getMessage()[:500])
    return False
