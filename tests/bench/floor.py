"""The least that a durable route can be: Starlette, group commit at synchronous=FULL, nothing else.

`python3 -m tests.bench.floor PORT FILE`; without a file the route keeps nothing.
"""

import asyncio
import sqlite3
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


class Floor:
    """Bodies that wait at the writer share a commit."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE raw (id INTEGER PRIMARY KEY, body BLOB)")
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._serving: asyncio.Task[None] | None = None

    async def keep(self, body: bytes) -> None:
        promised: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((body, promised))
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve())
        await promised

    async def _serve(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting, []
            await asyncio.to_thread(self._write, [body for body, _ in taken])
            for _, promised in taken:
                promised.set_result(None)
        self._serving = None

    def _write(self, bodies: list[bytes]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        rows = [(body,) for body in bodies]
        self._connection.executemany("INSERT INTO raw (body) VALUES (?)", rows)
        self._connection.execute("COMMIT")


def main(port: str, path: str | None = None) -> None:
    floor = Floor(path) if path else None

    async def take(request: Request) -> JSONResponse:
        body = await request.body()
        if floor is not None:
            await floor.keep(body)
        return JSONResponse({"status": "accepted"})

    app = Starlette(routes=[Route("/v1/alerts/generic", take, methods=["POST"])])
    uvicorn.run(app, port=int(port), log_level="error", access_log=False, lifespan="off")


if __name__ == "__main__":
    main(*sys.argv[1:])
