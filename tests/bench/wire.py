"""A sender that costs next to nothing, so that Baton is what is measured: HTTP by hand."""

import asyncio
import json
from types import TracebackType
from typing import Any


class Line:
    """One kept-open connection; `post` sends a JSON body and returns the answer's status."""

    def __init__(self, port: int, token: str = "") -> None:
        self._port = port
        self._head = f"Host: baton\r\nAuthorization: Bearer {token}\r\n"

    async def __aenter__(self) -> "Line":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.close()

    async def post(self, path: str, body: Any) -> int:
        return await self._ask("POST", path, json.dumps(body).encode())

    async def get(self, path: str) -> int:
        return await self._ask("GET", path, b"")

    async def form(self, path: str, body: bytes) -> int:
        return await self._ask("POST", path, body, "application/x-www-form-urlencoded")

    async def _ask(self, verb: str, path: str, body: bytes, kind: str = "application/json") -> int:
        head = f"{verb} {path} HTTP/1.1\r\n{self._head}Content-Type: {kind}\r\n"
        self._writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        _, found, rest = answer.lower().partition(b"content-length: ")
        if found:
            await self._reader.readexactly(int(rest.split(b"\r\n", 1)[0]))
        return int(answer.split(b" ", 2)[1])


def alert(number: int, *, title: str = "", fingerprint: str = "") -> dict[str, Any]:
    """An alert of the size that monitoring systems send."""
    return {
        "alarm": f"Late{number}",
        "title": title or "The load of the night is late",
        "fingerprint": fingerprint or f"f{number}",
        "details": "No rows since 05:40 in table orders; 3 retries failed. " * 3,
        "url": "https://prometheus.acme.test/graph?g0.expr=rows",
        "labels": {"table": "orders", "cluster": "eu-west-1", "job": "loader", "severity": "page"},
        "started_at": "2026-01-05T06:00:00Z",
    }
