"""The far ends of a page: small servers of the shape of ntfy's, Gotify's and a mail server."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiohttp import web
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class PushServer:
    """Remembers what it was sent, and from which port. `status` is what it answers, `cookie` what
    goes with it; `hang` makes it answer never."""

    port: int = 0
    status: int = 200
    hang: bool = False
    to: str | None = None
    cookie: str | None = None
    peers: list[int] = field(default_factory=list)
    heard: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)

    @property
    def ntfy(self) -> str:
        return f"ntfy://127.0.0.1:{self.port}/ana-phone"

    @property
    def gotify(self) -> str:
        return f"gotify://127.0.0.1:{self.port}/AbCdEfGhIjKlMno"

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else None
        self.peers.append(
            request.transport.get_extra_info("peername")[1] if request.transport else 0
        )
        self.heard.append((request.path, dict(request.headers), body))
        if self.hang:
            await asyncio.sleep(60)
        if self.to is not None:
            raise web.HTTPTemporaryRedirect(self.to)
        headers = {"Set-Cookie": self.cookie} if self.cookie else None
        return web.json_response({"id": "x"}, status=self.status, headers=headers)


@asynccontextmanager
async def push_server(*, hang: bool = False, port: int = 0) -> AsyncIterator[PushServer]:
    server = PushServer(hang=hang)
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()


@dataclass
class Letterbox:
    """Remembers the letters. `refuse` is the reply to a recipient, such as `550 unknown`."""

    port: int = 0
    refuse: str | None = None
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.letters.append(message_from_bytes(content, policy=policy.default))
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 taken"


@contextmanager
def letterbox(**options: Any) -> Iterator[Letterbox]:
    """A mail server on a port of its own, in a thread of its own."""
    box = Letterbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        box.port = probe.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=box.port, **options)
    server.start()
    try:
        yield box
    finally:
        server.stop()
