"""The HTTP calls of apprise's plugins, on connections that are kept for a little while.

`requests.post` reads the environment for proxies and opens a connection each time; in a burst of
pages that is most of what a page costs. The module, slow to load, is taken from the plugin.
"""

import functools
import threading
import time
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from types import ModuleType
from typing import Any

from app.paging import guard

KEPT_SECONDS = 30.0
"""A connection that rests for long may be dead without anybody having said so, and a message sent
on it would be lost until one has waited for an answer in vain; so none becomes older than this."""
CONNECTIONS = 64
"""So many are kept to one provider."""


class Calls:
    """Stands in for the module `requests` in a plugin, and hands on whatever else it asks of it."""

    def __init__(self, requests: ModuleType) -> None:
        self._requests = requests
        self._lock = threading.Lock()
        self._kept: dict[bool, tuple[Any, float]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._requests, name)

    def post(self, url: str, **given: Any) -> Any:
        return self._session().post(url, **given)

    def _session(self) -> Any:
        """Those who may call into private networks share none with those who may not: an address
        is looked at when a connection to it is made."""
        now, guarded = time.monotonic(), guard.stands()
        with self._lock:
            session, made = self._kept.get(guarded, (None, 0.0))
            if session is None or now - made > KEPT_SECONDS:
                session = _new_session(self._requests)
                self._kept[guarded] = (session, now)  # the old one goes with its last answer
        return session


def keep_connections(plugin: ModuleType) -> None:
    """From now on the plugin calls by way of us."""
    names = vars(plugin)
    if not isinstance(names["requests"], Calls):
        names["requests"] = _calls(names["requests"])


@functools.cache
def _calls(requests: ModuleType) -> Calls:
    return Calls(requests)


def _new_session(requests: ModuleType) -> Any:
    """It takes no cookies, for people share it."""
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, requests.adapters.HTTPAdapter(pool_maxsize=CONNECTIONS))
    session.merge_environment_settings = _once_a_server(session.merge_environment_settings)
    return session


def _once_a_server(ask: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """What the environment says of proxies and certificates, asked once for each server."""
    known: dict[object, dict[str, Any]] = {}

    def settings(url: str, proxies: Any, stream: Any, verify: Any, cert: Any) -> dict[str, Any]:
        asked = (*url.split("/", 3)[:3], verify)
        if asked not in known:
            known[asked] = ask(url, proxies, stream, verify, cert)
        return dict(known[asked])

    return settings
