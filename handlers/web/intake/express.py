"""The intake's express lane: plain, complete requests are answered without a task, a framework
or a copy; everything else goes the ordinary way, through h11 and Starlette.

It vouches for nothing that it does not know: one method, two paths, ASCII headers that are there
once, a length in digits, a token that was seen valid a moment ago, a body that is plain JSON.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

import h11
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol, RequestResponseCycle

from app.rules.alert import Delivery
from handlers.web.intake import desk
from handlers.web.intake.desk import LARGE, PART, READERS, Answer, Desk
from handlers.web.intake.door import Door
from handlers.web.intake.readers import Unreadable

REQUEST = re.compile(rb"POST /v1/alerts/([a-z]{1,20}) HTTP/1\.1")
FIELD = re.compile(
    rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?[ \t]*"
)
LENGTH = re.compile(rb"[0-9]{1,7}")
HEAD = 8 * 1024
"""Bytes within which a head has to end."""
CONNECTIONS = 800
"""More at once are turned away: each holds a file of the few that a process may have."""
OTHER_WAYS = frozenset(
    {b"transfer-encoding", b"expect", b"upgrade", b"te", b"trailer", b"content-encoding"}
)
"""Headers that change how a request is read."""
OWN_IDS = (b"idempotency-key", b"webhook-id")


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """What the start of a plain request says; `raw` ends with its empty line."""

    raw: bytes
    source: str
    authorization: bytes
    delivery_id: str | None
    length: int


def read_head(data: bytes) -> Head | None:
    """The head at the start of `data`, or None for what is not plain."""
    end = data.find(b"\r\n\r\n", 0, HEAD)
    if end < 0:
        return None
    line, *lines = data[:end].split(b"\r\n")
    request, fields = REQUEST.fullmatch(line), _fields(lines)
    if request is None or fields is None or b"host" not in fields:
        return None
    length = LENGTH.fullmatch(fields.get(b"content-length", b""))
    if length is None or fields.keys() & OTHER_WAYS:
        return None
    if fields.get(b"connection", b"keep-alive").lower() != b"keep-alive":
        return None
    given = fields.get(OWN_IDS[0]) or fields.get(OWN_IDS[1])
    return Head(
        raw=data[: end + 4],
        source=request[1].decode(),
        authorization=fields.get(b"authorization", b""),
        delivery_id=given[:200].decode() if given else None,
        length=int(length[0]),
    )


def _fields(lines: Sequence[bytes]) -> dict[bytes, bytes] | None:
    """Names in small letters; None when one is there twice or is not plain."""
    found: dict[bytes, bytes] = {}
    for line in lines:
        field = FIELD.fullmatch(line)
        if field is None:
            return None
        found[field[1].lower()] = field[2] or b""
    return found if len(found) == len(lines) else None


class Express(H11Protocol):
    """A connection to the public door. What it does not take itself, its parent does."""

    desk: Desk
    max_bytes: int

    _head: Head | None = None
    _kept = b""
    _busy = False
    _closing = False
    _rested = 0.0
    _deadline: asyncio.TimerHandle | None = None
    _waiting_for_rest = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_request(self.timeout_keep_alive)
        if len(self.connections) > CONNECTIONS:
            self._say(desk.FULL)
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unset_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._kept:
            data, self._kept = self._kept + data, b""
        if self._busy:
            self._kept = data
            if len(data) > LARGE:
                self.flow.pause_reading()
        elif not self._is_between_requests() or not self._is_express(data):
            self._take_the_ordinary_way(data)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        # Its timer knows nothing of requests that are taken here: it would close a busy connection.
        if self.timeout_keep_alive_task is not None:
            self._unset_keepalive_if_required()
            self._rested = self.loop.time()
            self._look_later(self.timeout_keep_alive)

    def shutdown(self) -> None:
        """What is being taken in is answered first."""
        if self._busy:
            self._closing = True
        else:
            super().shutdown()

    def _is_between_requests(self) -> bool:
        conn = self.conn
        cycle: RequestResponseCycle | None = self.cycle
        return (
            conn.our_state is h11.IDLE
            and conn.their_state is h11.IDLE
            and (cycle is None or cycle.response_complete)
            and not conn.trailing_data[0]
        )

    def _is_express(self, data: bytes) -> bool:
        """True when the start of `data` was taken here, or is kept until the rest has come."""
        head = self._head
        if head is None or not data.startswith(head.raw):
            head = self._head = read_head(data)
        if head is None or head.length > min(LARGE, self.max_bytes):
            return False
        token = self.desk.admitted(head.authorization, head.source)
        if token is None:
            return False
        start = len(head.raw)
        end = start + head.length
        if len(data) < end:
            self._kept = data
            self._wait_for_request(desk.READ_SECONDS, anew=False)
            return True
        delivery = Delivery(
            source=head.source,
            body=data[start:end],
            delivery_id=head.delivery_id,
            token=token,
        )
        try:
            found = READERS[head.source](delivery.body)
        except Unreadable:
            return False  # its reader tells people why
        if len(found) > PART:
            return False
        self._unset_deadline()
        self._kept = data[end:]
        self._busy = True
        self.desk.put(delivery, found, self._answered)
        return True

    def _answered(self, told: Answer) -> None:
        self._busy = False
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self._say(told)
        if self._closing:
            super().shutdown()
            return
        self._rested = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_later(self.timeout_keep_alive)
        if self._kept:
            self.flow.resume_reading()
            self.loop.call_soon(self.data_received, b"")

    def _say(self, told: Answer) -> None:
        more = b"retry-after: 5\r\n" if told.again else b""
        self.transport.write(
            b"HTTP/1.1 %d %b\r\ncontent-length: %d\r\ncontent-type: application/json\r\n%b\r\n%b"
            % (told.status, STATUS_PHRASES[told.status], len(told.body), more, told.body)
        )

    def _take_the_ordinary_way(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._wait_for_request(desk.READ_SECONDS, anew=False)
        else:
            self._unset_deadline()

    def _wait_for_request(self, seconds: float, *, anew: bool = True) -> None:
        """A whole head, and in the express lane the body, has to come within so long."""
        if self._deadline is not None:
            if not anew and self._waiting_for_rest:
                return
            self._unset_deadline()
        self._waiting_for_rest = not anew
        self._deadline = self.loop.call_later(seconds, self._too_slow)

    def _unset_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self._say(desk.TOO_SLOW)
            self.transport.close()

    def _look_later(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self._look)

    def _look(self) -> None:
        """Close what rests too long; looked at rarely rather than timed at every request."""
        self.timeout_keep_alive_task = None
        left = self._rested + self.timeout_keep_alive - self.loop.time()
        if self._busy or self._kept:
            self._look_later(self.timeout_keep_alive)
        elif left > 0:
            self._look_later(left)
        else:
            self.timeout_keep_alive_handler()


def express_at(door: Door) -> type[Express]:
    """The connections of the public door."""
    return type("ExpressAtDoor", (Express,), {"desk": door.desk, "max_bytes": door.max_bytes})
