"""POST /v1/alerts/<source>: 2xx means that what was sent is on disk."""

import asyncio

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from app.flows import quarantine, read_again
from app.flows.canary import delivery_of
from app.flows.kit import Kit
from app.rules.alert import Delivery
from handlers.web.intake import desk
from handlers.web.intake.desk import AWAY, FULL, LARGE, NO_TOKEN, READERS, Answer, Desk, answer, log
from handlers.web.intake.readers import Unreadable

BYTES = 64 * 1024 * 1024
"""Of large bodies so many are held at once; small ones always find a place."""
RETRY_AFTER = {"Retry-After": "5"}


class TooLarge(Exception):
    """The body is over the limit; `size` is how much of it is known."""

    def __init__(self, size: int) -> None:
        super().__init__(f"{size} bytes")
        self.size = size


class NoPlace(Exception):
    """So many large bodies are here already that this one has to wait outside."""


class Door:
    """The ordinary way in, for every request that can be made of HTTP."""

    def __init__(self, kit: Kit, *, max_bytes: int) -> None:
        self._kit = kit
        self.desk = Desk(kit)
        self.max_bytes = max_bytes
        self._held = 0

    def routes(self) -> list[Route]:
        return [Route("/v1/alerts/{source}", self.take, methods=["POST"])]

    async def take_canary(self, number: int) -> None:
        """An alert of Baton's own goes the way of the others, from its bytes on."""
        await self.desk.take_own(delivery_of(number))

    async def take(self, request: Request) -> Response:
        source = request.path_params["source"]
        if source not in READERS:
            known = ", ".join(READERS)
            return _response(
                answer(404, f"There is no intake for {source[:40]!r}. Known: {known}.")
            )
        try:
            return _response(await self._take(request, source))
        except SQLAlchemyError as error:
            return _response(self.desk.away(source, error))

    async def _take(self, request: Request, source: str) -> Answer:
        token = await self.desk.admit(request.headers.get("authorization", ""), source)
        if token is None:
            return NO_TOKEN
        parts: list[bytes] = []
        try:
            await asyncio.wait_for(self._read(request, parts), desk.READ_SECONDS)
            delivery = Delivery(
                source=source,
                body=b"".join(parts),
                token=token,
                delivery_id=_delivery_id(request),
            )
            return await self.desk.receive(delivery)
        except TooLarge as large:
            await self._kit.do(
                quarantine.refuse_oversized, source, size=large.size, limit=self.max_bytes
            )
            return answer(413, f"More than {self.max_bytes} bytes; people were told.")
        except NoPlace:
            return FULL
        except (TimeoutError, ClientDisconnect):
            return answer(408, "The body did not arrive in time; send it again.")
        finally:
            self._held -= sum(map(len, parts))

    async def _read(self, request: Request, parts: list[bytes]) -> None:
        told = request.headers.get("content-length", "")
        if told.isdecimal() and int(told[:12]) > self.max_bytes:
            raise TooLarge(int(told[:12]))
        size = 0
        async for part in request.stream():
            size += len(part)
            self._held += len(part)
            parts.append(part)
            if size > self.max_bytes:
                raise TooLarge(size)
            if size > LARGE and self._held > BYTES:
                raise NoPlace


async def read_kept(kit: Kit) -> None:
    """The sweep: bodies whose flow failed are read once more, or quarantined."""
    for kept in await kit.read(read_again.list_waiting):
        try:
            found = await desk.read(kept.delivery.source, kept.delivery.body)
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


def _response(told: Answer) -> Response:
    headers = RETRY_AFTER if told.again else None
    return Response(told.body, told.status, headers, "application/json")
