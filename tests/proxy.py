"""A proxy in front of a PostgreSQL server, which loses connections at the worst instants."""

import asyncio
import contextlib
import tempfile
import threading
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from tests.postgres import PORT, Server

CHUNK = 65536


class Cut(StrEnum):
    """What becomes of the next COMMIT: never sent on; done, and its answer lost; or done only a
    while after its sender lost the connection."""

    BEFORE = "before"
    AFTER = "after"
    LATE = "late"


class Proxy:
    """`url(database)` leads through it. `cuts` are taken in order, one for each COMMIT."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.cuts: list[Cut] = []
        self.done: list[Cut] = []

    def url(self, database: str) -> str:
        return f"postgresql://baton@/{database}?host={self.folder}&port={PORT}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs = f"{self.server.folder}/.s.PGSQL.{PORT}"
        with _cut_off_after(writer):
            answers, asked = await asyncio.open_unix_connection(theirs)
            with _cut_off_after(asked):
                muted = asyncio.Event()
                back = asyncio.create_task(self._back(answers, writer, muted))
                try:
                    await self._forth(reader, asked, muted, writer)
                finally:
                    back.cancel()

    async def _forth(
        self,
        reader: asyncio.StreamReader,
        asked: asyncio.StreamWriter,
        muted: asyncio.Event,
        writer: asyncio.StreamWriter,
    ) -> None:
        while chunk := await reader.read(CHUNK):
            cut = self.cuts.pop(0) if b"COMMIT" in chunk and self.cuts else None
            if cut is None:
                asked.write(chunk)
                await asked.drain()
                continue
            self.done.append(cut)
            muted.set()
            if cut is Cut.LATE:
                writer.close()
                await asyncio.sleep(0.4)
            if cut is not Cut.BEFORE:
                asked.write(chunk)
                await asyncio.sleep(0.2)  # the server commits, and nobody hears of it
            return

    async def _back(
        self, answers: asyncio.StreamReader, writer: asyncio.StreamWriter, muted: asyncio.Event
    ) -> None:
        while chunk := await answers.read(CHUNK):
            if not muted.is_set():
                writer.write(chunk)
                await writer.drain()
        writer.close()


@contextlib.contextmanager
def _cut_off_after(writer: asyncio.StreamWriter) -> Iterator[None]:
    """Waits for nothing, since the loop may be ending: a connection left open is an error of
    whichever test runs when it is found."""
    try:
        yield
    finally:
        writer.transport.abort()


@contextlib.contextmanager
def proxied(server: Server) -> Iterator[Proxy]:
    """A running proxy, on a thread and a loop of its own."""
    with tempfile.TemporaryDirectory(prefix="baton-proxy-") as folder:
        made = Proxy(server, Path(folder))
        started, end = threading.Event(), threading.Event()

        async def serve() -> None:
            path = f"{made.folder}/.s.PGSQL.{PORT}"
            async with await asyncio.start_unix_server(made.serve, path):
                started.set()
                while not end.is_set():
                    await asyncio.sleep(0.05)

        thread = threading.Thread(target=lambda: asyncio.run(serve()))
        thread.start()
        started.wait(10)
        try:
            yield made
        finally:
            end.set()
            thread.join(10)
