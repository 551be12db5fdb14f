"""POST /v1/alerts/<source>: 2xx means that what was sent is on disk."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.flows import quarantine, read_again
from app.flows.canary import delivery_of
from app.flows.crowd import Crowd
from app.flows.intake_token import find_token
from app.flows.kit import Kit
from app.flows.receive_alerts import Received
from app.flows.receive_together import Told, receive_one, receive_together
from app.rules.alert import Alert, Delivery
from handlers.web.intake import alertmanager, generic
from handlers.web.intake.readers import Unreadable
from storage.tokens import Token

log = logging.getLogger("baton.intake")

Reader: TypeAlias = Callable[[bytes], Sequence[Alert]]
READERS: Mapping[str, Reader] = {"alertmanager": alertmanager.read, "generic": generic.read}
READ_SECONDS = 10
"""A sender that drips its body slower than this is let go, so that it cannot hold a place."""
RETRY_AFTER = {"Retry-After": "5"}
LARGE = 64 * 1024
"""Bytes from which a body is read beside the event loop, so that pages do not wait for it."""
AWAY = (OperationalError, InterfaceError, NoConnection)
"""The database cannot be reached or written. Its other errors are about what was sent, and would
come again however often it is repeated."""


NO_TOKEN = "Send a valid intake token: Authorization: Bearer <token>."
PART = 256
"""So many alerts of one body are taken in at once; pages and other senders go between."""
MOST = 512
"""The weight of what shares a transaction: more would make the first of them wait."""
WEIGHT_OF_A_BODY = 2
"""Beside its alerts; a body costs about as much as two of them."""


class TooLarge(Exception):
    """The body is over the limit; `size` is how much of it is known."""

    def __init__(self, size: int) -> None:
        super().__init__(f"{size} bytes")
        self.size = size


class Door:
    """Translate, call one flow, answer."""

    def __init__(self, kit: Kit, *, max_bytes: int) -> None:
        self._kit = kit
        self._crowd = Crowd(
            kit,
            receive_together,
            receive_one,
            weigh=lambda told: WEIGHT_OF_A_BODY + len(told.alerts),
            most=MOST,
            away=AWAY,
        )
        self._max_bytes = max_bytes

    def routes(self) -> list[Route]:
        return [Route("/v1/alerts/{source}", self.take, methods=["POST"])]

    async def take_canary(self, number: int) -> None:
        """An alert of Baton's own goes the way of the others, from its bytes on."""
        delivery = delivery_of(number)
        await self._crowd.do(Told(delivery=delivery, alerts=generic.read(delivery.body)))

    async def take(self, request: Request) -> Response:
        source = request.path_params["source"]
        reader = READERS.get(source)
        if reader is None:
            known = ", ".join(READERS)
            return _answer(404, f"There is no intake for {source[:40]!r}. Known: {known}.")
        try:
            return await self._take(request, source, reader)
        except SQLAlchemyError as error:
            # One line, for in an outage there are many; `orig` tells no statement and no body.
            why = getattr(error, "orig", None) or type(error).__name__
            log.error("the database is away (%s); the sender of %s is to repeat it", why, source)
            return _answer(503, "The database is away; send it again.", headers=RETRY_AFTER)

    async def _take(self, request: Request, source: str, reader: Reader) -> Response:
        token = await self._admit(request, source)
        if token is None:
            return _answer(401, NO_TOKEN)
        try:
            body = await asyncio.wait_for(self._body(request), READ_SECONDS)
        except TooLarge as large:
            await self._kit.do(
                quarantine.refuse_oversized, source, size=large.size, limit=self._max_bytes
            )
            return _answer(413, f"More than {self._max_bytes} bytes; people were told.")
        except (TimeoutError, ClientDisconnect):
            return _answer(408, "The body did not arrive in time; send it again.")
        delivery = Delivery(
            source=source,
            body=body,
            token=token.id,
            delivery_id=_delivery_id(request),
        )
        return await self._receive(delivery, reader)

    async def _admit(self, request: Request, source: str) -> Token | None:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret:
            return None
        return await self._kit.read(find_token, secret.strip(), source=source)

    async def _body(self, request: Request) -> bytes:
        told = request.headers.get("content-length", "")
        if told.isdecimal() and int(told[:12]) > self._max_bytes:
            raise TooLarge(int(told[:12]))
        parts, size = [], 0
        async for part in request.stream():
            size += len(part)
            if size > self._max_bytes:
                raise TooLarge(size)
            parts.append(part)
        return b"".join(parts)

    async def _receive(self, delivery: Delivery, reader: Reader) -> Response:
        try:
            found = await _read(reader, delivery.body)
        except Unreadable as reason:
            log.warning("a body from %s cannot be read: %s; it is kept", delivery.source, reason)
            await self._kit.do(quarantine.quarantine, delivery, problem=str(reason))
            return _answer(202, f"Kept but not understood ({reason}); people were told.")
        received = await self._take_in(delivery, found)
        if received is None:
            return _answer(202, "Kept; it will be read again.")
        if received.revoked:
            return _answer(401, NO_TOKEN)
        if received.duplicate:
            return JSONResponse({"status": "accepted", "duplicate": True})
        incidents = [f"INC-{each}" for each in dict.fromkeys(received.attached)]
        return JSONResponse({"status": "accepted", "incidents": incidents})

    async def _take_in(self, delivery: Delivery, found: Sequence[Alert]) -> Received | None:
        """None: its flow failed, and the body is kept to be read again."""
        kept: list[int] = []
        try:
            if len(found) <= PART:
                return await self._crowd.do(Told(delivery=delivery, alerts=found))
            return await self._take_in_parts(delivery, found, kept)
        except AWAY:
            raise
        except Exception as error:
            log.exception("alerts from %s could not be taken in; the body is kept", delivery.source)
            problem = f"taking it in failed ({type(error).__name__})"
            if kept:
                await self._kit.do(read_again.leave_parts, kept[0], problem=problem)
            else:
                await self._kit.do(read_again.keep_for_later, delivery, problem=problem)
            return None

    async def _take_in_parts(
        self, delivery: Delivery, found: Sequence[Alert], kept: list[int]
    ) -> Received:
        """Its row in the inbox goes into `kept`."""
        begun = await self._kit.do(read_again.begin_parts, delivery)
        if isinstance(begun, Received):
            return begun
        kept.append(begun)
        attached: list[int] = []
        for start in range(0, len(found), PART):
            part = Told(delivery=delivery, alerts=found[start : start + PART], row=begun)
            attached += (await self._crowd.do(part)).attached
        await self._kit.do(read_again.end_parts, begun, found)
        return Received(attached=tuple(attached))


async def _read(reader: Reader, body: bytes) -> Sequence[Alert]:
    return await asyncio.to_thread(reader, body) if len(body) > LARGE else reader(body)


async def read_kept(kit: Kit) -> None:
    """The sweep: bodies whose flow failed are read once more, or quarantined."""
    for kept in await kit.read(read_again.list_waiting):
        try:
            found = await _read(READERS[kept.delivery.source], kept.delivery.body)
            await kit.do(read_again.read_again, kept.id, found)
        except Unreadable as reason:
            await kit.do(read_again.give_up_or_wait, kept.id, problem=str(reason), unreadable=True)
        except AWAY:
            raise
        except Exception as error:
            log.exception("the kept body %s still fails", kept.id)
            await kit.do(read_again.give_up_or_wait, kept.id, problem=type(error).__name__)


def _delivery_id(request: Request) -> str | None:
    """The sender's own id of this delivery, where it gives one."""
    given = request.headers.get("idempotency-key") or request.headers.get("webhook-id")
    return given[:200] if given else None


def _answer(status: int, sentence: str, *, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"status": status, "detail": sentence}, status, headers=headers)
