"""Stands before Bolt in HTTP mode: who sent it, when, how big, how deep (reliability.md S1, S2).

Bolt parses before it verifies, and some bodies make it raise; nothing unproven gets that far. It
is handed the payload that was checked here, so that no second parser can read it differently.
"""

import asyncio
import hashlib
import hmac
import logging
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from handlers.slack.payload import BadPayload, read_payload

log = logging.getLogger(__name__)
MAX_BYTES = 1024 * 1024
MAX_SKEW = 300
READ_SECONDS = 5
PATH = "/slack/events"
_TIMESTAMP = re.compile(rb"[0-9]{1,12}")
_SIGNATURE = re.compile(rb"v0=[0-9a-f]{64}")


class Guard:
    """Lets a request through to Bolt when it is Slack's, fresh and readable; never answers 500."""

    def __init__(
        self,
        bolt: AsyncApp,
        signing_secret: str,
        *,
        clock: Callable[[], float] = time.time,
        heard: Callable[[], None] = lambda: None,
    ) -> None:
        self._bolt = bolt
        self._secret = signing_secret.encode()
        self._clock = clock
        self._heard = heard

    async def handle(self, request: Request) -> Response:
        """401: not proven to be Slack's. 413: too big. 400: nothing Slack would send. 503: ours,
        so that Slack delivers an event again."""
        try:
            async with asyncio.timeout(READ_SECONDS):
                body = await _read(request)
        except (ClientDisconnect, TimeoutError):
            return _refused(408, "not received")
        if body is None:
            return _refused(413, "too big")
        if not self._is_slacks(request, body):
            return _refused(401, "not signed by Slack")
        try:
            payload = read_payload(body, request.headers.get("content-type", ""))
        except BadPayload as bad:
            return _refused(400, str(bad))
        self._heard()
        return await self._dispatch(request, payload)

    def _is_slacks(self, request: Request, body: bytes) -> bool:
        stamp = _only(request, b"x-slack-request-timestamp")
        signature = _only(request, b"x-slack-signature")
        if stamp is None or signature is None:
            return False
        if not _TIMESTAMP.fullmatch(stamp) or not _SIGNATURE.fullmatch(signature):
            return False
        if abs(self._clock() - int(stamp)) > MAX_SKEW:
            return False
        made = hmac.new(self._secret, b"v0:" + stamp + b":" + body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(b"v0=" + made.encode(), signature)

    async def _dispatch(self, request: Request, payload: Mapping[str, Any]) -> Response:
        told = {
            name: value
            for name, value in request.headers.items()
            if name.startswith("x-slack-retry") or name == "content-type"
        }
        try:
            # In this mode Bolt takes a payload that is read already.
            made = AsyncBoltRequest(mode="socket_mode", body=dict(payload), headers=dict(told))
            answer = to_starlette_response(await self._bolt.async_dispatch(made))
        except Exception:
            # Signed, but not of a shape that Bolt knows; a listener's own failure is a 500 below.
            log.exception("Slack sent what Bolt cannot read.")
            return _refused(400, "not understood")
        if answer.status_code >= 500:
            return _refused(503, "try again")
        return answer


def routes(
    bolt: AsyncApp,
    signing_secret: str,
    *,
    clock: Callable[[], float] = time.time,
    heard: Callable[[], None] = lambda: None,
) -> list[Route]:
    """Slack's one address in HTTP mode; `heard` is called for each proven request."""
    guard = Guard(bolt, signing_secret, clock=clock, heard=heard)
    return [Route(PATH, guard.handle, methods=["POST"], name="slack")]


async def _read(request: Request) -> bytes | None:
    """The raw body, or None once it is longer than allowed, whatever its header claims."""
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:12]) > MAX_BYTES:
        return None
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BYTES:
            return None
    return bytes(body)


def _only(request: Request, name: bytes) -> bytes | None:
    """The header's raw bytes; given twice it proves nothing."""
    found = [value for key, value in request.headers.raw if key.lower() == name]
    return found[0] if len(found) == 1 else None


def _refused(status: int, why: str) -> Response:
    log.info("A request to Slack's address was refused.", extra={"status": status, "why": why})
    return PlainTextResponse(why, status_code=status)
