"""HTTP written by hand on a real socket: what no polite client would send."""

import asyncio
import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PATIENCE = 10.0
TELLTALE = re.compile(rb"Traceback|File \"|sqlite|psycopg|SELECT |INSERT |\.py\b", re.IGNORECASE)
"""What no answer may hold: a stranger learns nothing about our inside."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back; status 0 when the connection was closed without an answer."""

    status: int
    body: bytes


async def send(
    address: str,
    *parts: bytes,
    pause: float = 0.0,
    within: float = PATIENCE,
) -> Answer:
    """Write the parts with pauses between them, and read one answer."""
    host, _, port = address.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writing = asyncio.create_task(_write(writer, parts, pause))
    try:
        return await asyncio.wait_for(_read(reader), within)
    finally:
        writing.cancel()
        writer.close()
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await writing
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def post(
    path: str,
    body: bytes = b"",
    headers: Mapping[str, bytes | str] | Sequence[tuple[str, bytes | str]] = (),
    *,
    length: bytes | str | None = None,
    method: str = "POST",
) -> bytes:
    """A whole request; `length` lies about the body, "" says nothing about it."""
    pairs = list(headers.items()) if isinstance(headers, Mapping) else list(headers)
    told = str(len(body)) if length is None else length
    if told:
        pairs.append(("Content-Length", told))
    lines = [f"{method} {path} HTTP/1.1".encode("latin-1"), b"Host: baton"]
    for name, value in pairs:
        raw = value.encode("latin-1") if isinstance(value, str) else value
        lines.append(name.encode() + b": " + raw)
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunked(body: bytes, size: int = 16_384) -> bytes:
    """A body in chunks, so that no length is told beforehand."""
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


async def _write(writer: asyncio.StreamWriter, parts: Sequence[bytes], pause: float) -> None:
    for number, part in enumerate(parts):
        if number:
            await asyncio.sleep(pause)
        writer.write(part)
        await writer.drain()


async def _read(reader: asyncio.StreamReader) -> Answer:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return Answer(status=0, body=b"")
    status = int(head.split(b" ", 2)[1])
    found = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    body = await reader.readexactly(int(found[1])) if found else b""
    assert not TELLTALE.search(body), body
    return Answer(status=status, body=body)
