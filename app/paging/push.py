"""Push messages (ntfy, Pushover, Gotify and what else is listed), spoken by apprise's plugins."""

import re
import time
from contextlib import nullcontext

from app.paging import guard, kinds
from app.paging.errors import PagingError
from app.paging.lines import Lines
from app.paging.receipt import Receipt
from app.paging.words import PageText

HOSTED = frozenset({"ntfy", "ntfys", "gotify", "gotifys"})
"""Kinds whose addresses name the server."""
STATUS = re.compile(r"\berror=(\d{3})\d{0,2}\b")
"""In apprise's words; ntfy's own codes are the status with two more digits."""
NOT_HEARD = re.compile(
    r"NewConnectionError|ConnectTimeout|NameResolution|Failed to resolve|refused|certificate", re.I
)
"""Connections that never carried the message."""


class Push:
    """Rings by one address at a time: one address, one person."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    async def ring(self, target: str, text: PageText, *, trusted: bool) -> Receipt:
        began = time.monotonic()
        provider = await self._lines.run(
            provider_of(target), lambda: _send(target, text, trusted=trusted)
        )
        return Receipt(provider=provider, seconds=time.monotonic() - began)


def provider_of(target: str) -> str:
    """Whose server it is: a host where people name one, else the kind itself."""
    schema, _, rest = target.partition("://")
    if schema not in HOSTED:
        return schema
    return f"{schema}://{rest.partition('/')[0].rpartition('@')[2]}".lower()


def _send(target: str, text: PageText, *, trusted: bool) -> str:
    schema = target.partition("://")[0]
    if schema not in kinds.LISTED:
        raise _unreadable()
    with kinds.listening() as said, nullcontext() if trusted else guard.only_public() as watch:
        plugin, body = kinds.make_loud(target, text)
        if plugin is None or len(plugin) != 1:
            raise _unreadable()
        provider = str(plugin.service_name)
        # None means that nothing was matched, which is a failure like False.
        if plugin.notify(body=body, title=text.title, body_format="text") is True:
            return provider
    if watch is not None and watch.refused:
        raise PagingError(
            f"{provider} was not called: its address lies in a private network. Only the operator "
            "may add such a contact method.",
            permanent=True,
        )
    raise _failure(provider, said)


def _unreadable() -> PagingError:
    return PagingError(
        "This push address cannot be read any more. Remove the contact method and add it again.",
        permanent=True,
    )


def _failure(provider: str, said: list[str]) -> PagingError:
    """Never permanent: what a provider refuses now it may take a moment later, and the number
    of tries is bounded anyway."""
    whole = "\n".join(said)
    status = STATUS.search(whole)
    if status:
        code = int(status.group(1))
        return PagingError(f"{provider} answered {code}{_meaning(code)}.", maybe_heard=code >= 500)
    if NOT_HEARD.search(whole):
        return PagingError(f"{provider} could not be reached.")
    return PagingError(f"{provider} broke off without an answer.", maybe_heard=True)


def _meaning(code: int) -> str:
    if code in (401, 403):
        return ": it does not accept the token or password"
    if code in (404, 410):
        return ": it does not know this address"
    if code == 429:
        return ": too many messages"
    if 300 <= code < 400:
        return ": it points elsewhere, and Baton follows no redirects"
    return ""
