"""The guard: what people add in Slack may not make Baton call into its own network."""

import ipaddress
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

EMBEDDING = tuple(
    ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")
)
"""IPv6 ranges that carry an IPv4 address inside, which could be any."""


class PrivateAddress(OSError):
    """The connection was refused before its first packet."""


@dataclass
class Watch:
    """Whether a connection was refused while the guard stood."""

    refused: bool = False


_here = threading.local()
_installing = threading.Lock()
_installed = False


def is_public(host: str) -> bool:
    """Whether this literal address is one of the public internet: not private, loopback,
    link-local, metadata, shared, multicast or reserved."""
    try:
        address = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if any(address in network for network in EMBEDDING):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


@contextmanager
def only_public() -> Iterator[Watch]:
    """Inside, this thread connects to public addresses only.

    The address is checked at the moment of `connect`, after every look-up, so neither a name
    that answers differently the second time nor a redirect gets past it. Behind an HTTP proxy
    it is the proxy's address that is checked; the proxy must then guard the rest.
    """
    _install()
    watch = _here.watch = Watch()
    try:
        yield watch
    finally:
        _here.watch = None


def stands() -> bool:
    """Whether this thread connects to public addresses only."""
    return getattr(_here, "watch", None) is not None


def _install() -> None:
    global _installed
    with _installing:
        if not _installed:
            sys.addaudithook(_on_event)
            _installed = True


def _on_event(event: str, args: tuple[object, ...]) -> None:
    # Runs for every audited act of the interpreter, so the common case is one comparison.
    if event != "socket.connect":
        return
    watch: Watch | None = getattr(_here, "watch", None)
    if watch is None:
        return
    address = args[1]
    if not isinstance(address, tuple) or not is_public(str(address[0])):
        watch.refused = True
        raise PrivateAddress("not an address of the public internet")
