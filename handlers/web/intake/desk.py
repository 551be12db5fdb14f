"""What both ways into the intake share: admit, translate, take in, and say what became of it."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import msgspec
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from app.flows import quarantine, read_again
from app.flows.crowd import Crowd, Full, Waiting
from app.flows.intake_token import find_token
from app.flows.kit import Kit
from app.flows.receive_alerts import Received
from app.flows.receive_together import Told, receive_one, receive_together
from app.rules.alert import Alert, Delivery
from app.rules.organisation import AlarmKey, Organisation
from app.rules.severity import alarms_on_core_slas
from handlers.web.intake import alertmanager, generic
from handlers.web.intake.readers import Unreadable

log = logging.getLogger("baton.intake")

Reader: TypeAlias = Callable[[bytes], Sequence[Alert]]
READERS: Mapping[str, Reader] = {"alertmanager": alertmanager.read, "generic": generic.read}
READ_SECONDS = 10
"""A sender that drips its request slower than this is let go, so that it cannot hold a place."""
LARGE = 64 * 1024
"""Bytes from which a body is read beside the event loop, so that pages do not wait for it."""
AWAY = (OperationalError, InterfaceError, NoConnection)
"""The database cannot be reached or written. Its other errors are about what was sent, and would
come again however often it is repeated."""
PART = 256
"""So many alerts of one body are taken in at once; pages and other senders go between."""
MOST = 512
"""The weight of what shares a transaction: more would make the first of them wait."""
ROOM = 8192
"""The weight of what may wait: about two seconds of work."""
TOKENS = 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sender hears; `again`: that it should repeat it in some seconds."""

    status: int
    body: bytes
    again: bool = False


def answer(status: int, sentence: str, *, again: bool = False) -> Answer:
    """A sentence for the sender."""
    return Answer(status, msgspec.json.encode({"status": status, "detail": sentence}), again)


NO_TOKEN = answer(401, "Send a valid intake token: Authorization: Bearer <token>.")
FULL = answer(503, "Too much comes at once; send it again.", again=True)
TOO_SLOW = answer(408, "The request did not arrive in time; send it again.")
KEPT = answer(202, "Kept; it will be read again.")
DUPLICATE = Answer(200, b'{"status":"accepted","duplicate":true}')
DATABASE_AWAY = answer(503, "The database is away; send it again.", again=True)
DATABASE_DAMAGED = answer(503, "The database is damaged; send it again.", again=True)
Answered: TypeAlias = Callable[[Answer], None]


class Desk:
    """Alerts of admitted senders, on their way to the writer and back."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._crowd: Crowd[Told, Received] = Crowd(
            kit, receive_together, receive_one, most=MOST, room=ROOM, away=AWAY
        )
        self._tokens: dict[bytes, tuple[str, int]] = {}
        self._core: tuple[Organisation | None, frozenset[AlarmKey]] = (None, frozenset())
        self._beside: set[asyncio.Task[None]] = set()
        self._said_full = 0.0

    async def admit(self, authorization: str, source: str) -> int | None:
        """The valid token's number; None for whoever has none of this source."""
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() != "bearer" or not secret:
            return None
        token = await self._kit.read(find_token, secret.strip(), source=source)
        if token is None:
            return None
        if len(self._tokens) >= TOKENS:
            self._tokens.clear()
        self._tokens[_digest(authorization.encode("latin-1"))] = (source, token.id)
        return token.id

    def admitted(self, authorization: bytes, source: str) -> int | None:
        """The same for one that was seen valid before. Whether it still is tells the transaction
        that takes its alerts in."""
        known = self._tokens.get(_digest(authorization))
        return known[1] if known is not None and known[0] == source else None

    async def receive(self, delivery: Delivery) -> Answer:
        """Read a body and take it in, in parts when it is long. Raises what says that the
        database is away."""
        if self._kit.writing.is_damaged:
            return DATABASE_DAMAGED
        try:
            found = await read(delivery.source, delivery.body)
        except Unreadable as reason:
            log.warning("a body from %s cannot be read: %s; it is kept", delivery.source, reason)
            await self._kit.do(quarantine.quarantine, delivery, problem=str(reason))
            return answer(202, f"Kept but not understood ({reason}); people were told.")
        if len(found) > PART:
            return await self._receive_parts(delivery, found)
        promised: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def answered(told: Answer) -> None:
            if not promised.done():
                promised.set_result(told)

        self.put(delivery, found, answered)
        return await promised

    async def take_own(self, delivery: Delivery) -> None:
        """An alert of Baton's own, in the generic form; raises what went wrong."""
        told = Told(delivery=delivery, alerts=generic.read(delivery.body))
        await self._crowd.do(told, whose="own", pressing=True)

    def put(self, delivery: Delivery, found: Sequence[Alert], answered: Answered) -> None:
        """Take in at most `PART` alerts; `answered` is called once, now or later."""

        def done(received: Received | Exception) -> None:
            if isinstance(received, Received):
                answered(self._accepted(received))
            elif isinstance(received, AWAY):
                answered(self.away(delivery.source, received))
            else:
                self._spawn(self._keep(delivery, received, answered))

        if self._kit.writing.is_damaged:
            answered(DATABASE_DAMAGED)
            return
        told = Told(delivery=delivery, alerts=found)
        try:
            self._crowd.put(
                Waiting(
                    asked=told,
                    whose=delivery.token,
                    weight=_weight(told),
                    pressing=self._is_pressing(found),
                    done=done,
                )
            )
        except Full:
            answered(self._full(delivery.source))

    def away(self, source: str, error: Exception) -> Answer:
        """One line, for in an outage there are many; `orig` tells no statement and no body."""
        why = getattr(error, "orig", None) or type(error).__name__
        log.error("the database is away (%s); the sender of %s is to repeat it", why, source)
        return DATABASE_AWAY

    async def _receive_parts(self, delivery: Delivery, found: Sequence[Alert]) -> Answer:
        begun = await self._kit.do(read_again.begin_parts, delivery)
        if isinstance(begun, Received):
            return self._accepted(begun)
        attached: dict[int, None] = {}
        try:
            for start in range(0, len(found), PART):
                part = Told(delivery=delivery, alerts=found[start : start + PART], row=begun)
                pressing = self._is_pressing(part.alerts)
                whose = (delivery.token, begun)
                received = await self._crowd.do(
                    part, whose=whose, weight=_weight(part), pressing=pressing
                )
                attached |= dict.fromkeys(received.attached)
            await self._kit.do(read_again.end_parts, begun, found)
        except Exception as error:
            if not isinstance(error, (*AWAY, Full)):
                log.exception("a part of a body from %s failed; it is kept", delivery.source)
            problem = f"taking it in failed ({type(error).__name__})"
            await self._kit.do(read_again.leave_parts, begun, problem=problem)
            return KEPT
        return self._accepted(Received(attached=tuple(attached)))

    def _accepted(self, received: Received) -> Answer:
        if received.revoked:
            return NO_TOKEN
        if received.duplicate:
            return DUPLICATE
        names = ",".join(f'"INC-{each}"' for each in dict.fromkeys(received.attached))
        return Answer(200, b'{"status":"accepted","incidents":[%b]}' % names.encode())

    async def _keep(self, delivery: Delivery, error: Exception, answered: Answered) -> None:
        """Its flow failed, and not for the database's sake: the sweep reads it again."""
        log.error(
            "alerts from %s could not be taken in; the body is kept",
            delivery.source,
            exc_info=error,
        )
        problem = f"taking it in failed ({type(error).__name__})"
        try:
            await self._kit.do(read_again.keep_for_later, delivery, problem=problem)
        except Exception as worse:
            answered(self.away(delivery.source, worse))
            return
        answered(KEPT)

    def _is_pressing(self, found: Sequence[Alert]) -> bool:
        org = self._kit.orders.known
        if org is not self._core[0]:
            self._core = (org, alarms_on_core_slas(org) if org else frozenset())
        core = self._core[1]
        return any(alert.alarm in core for alert in found)

    def _full(self, source: str) -> Answer:
        if time.monotonic() - self._said_full > 1:
            self._said_full = time.monotonic()
            log.error("more comes in than can be written; the sender of %s is to repeat it", source)
        return FULL

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)


async def read(source: str, body: bytes) -> Sequence[Alert]:
    """The alerts of a body, read beside the event loop when it is large. Raises Unreadable."""
    reader = READERS[source]
    return await asyncio.to_thread(reader, body) if len(body) > LARGE else reader(body)


def _weight(told: Told) -> int:
    """A body costs about as much as two alerts, and large ones more."""
    return 2 + len(told.alerts) + len(told.delivery.body) // 4096 * (told.row is None)


def _digest(authorization: bytes) -> bytes:
    """What is remembered of a token is not the token."""
    return hashlib.sha256(authorization).digest()
