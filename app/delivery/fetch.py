"""Fetches a calendar from the public internet: bounded in time, in size and in where it leads."""

import http.client
import socket
import ssl
import time
from urllib.parse import urljoin, urlsplit

from app.calendars.absences import LARGEST, BadCalendar
from app.calendars.address import read_address
from app.paging import guard

SECONDS = 10.0
"""For the whole of it."""
REDIRECTS = 3
PIECE = 64 * 1024
MOVED = (301, 302, 303, 307, 308)


def fetch_calendar(url: str, *, context: ssl.SSLContext | None = None) -> bytes:
    """What the address answers; raises BadCalendar with a sentence that does not show it.

    Blocks, so it is for a thread of its own; in it every connection is to a public address, also
    after a redirect and whatever a name answers the second time.
    """
    end = time.monotonic() + SECONDS
    with guard.only_public() as watch:
        try:
            for _ in range(REDIRECTS + 1):
                found = _get(url, end, context or ssl.create_default_context())
                if isinstance(found, bytes):
                    return found
                url = read_address(urljoin(url, found)).url
        except BadCalendar:
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            if watch.refused:
                raise BadCalendar("It leads to an address that is not public.") from None
            kind = type(error).__name__
            raise BadCalendar(f"Its server could not be reached ({kind}).") from None
    raise BadCalendar("It leads from one address to the next without an end.")


def _get(url: str, end: float, context: ssl.SSLContext) -> bytes | str:
    """The body, or where it has moved to."""
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(
        parts.hostname or "", parts.port, timeout=_left(end), context=context
    )
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Accept": "text/calendar", "Accept-Encoding": "identity", "User-Agent": "Baton"}
        connection.request("GET", target, headers=headers)
        wire = connection.sock  # kept: the connection forgets it where the server will close it
        with connection.getresponse() as answer:
            if answer.status in MOVED:
                return answer.getheader("Location") or ""
            if answer.status != 200:
                raise BadCalendar(f"Its server answered {answer.status}.")
            return _body(wire, answer, end)
    finally:
        connection.close()


def _body(wire: socket.socket, answer: http.client.HTTPResponse, end: float) -> bytes:
    body = b""
    while True:
        wire.settimeout(_left(end))
        piece = answer.read1(PIECE)
        if not piece:
            return body
        body += piece
        if len(body) > LARGEST:
            raise BadCalendar(f"It is larger than {LARGEST // 1_000_000} MB.")


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise BadCalendar(f"Its server took longer than {SECONDS:.0f} seconds.")
    return left
