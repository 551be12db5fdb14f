"""A sender of alerts in a process of its own, cheap enough never to be what is measured.

`python3 -m tests.bench.load` reads a job as JSON from its standard input and answers with what came
of it. Requests are made beforehand but for their serial numbers; every connection is kept, and
sends one request after the other.
"""

import json
import select
import socket
import sys
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any

MARK = "@SERIAL@"
"""Stands in a body where the next serial number is to be."""
DIGITS = 14
PATIENCE = 30.0
"""So many seconds without any answer end a run."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """`count` None: until `seconds` are over. `pace`: so many requests a second, not more."""

    port: int
    path: str
    bodies: list[str]
    clients: int
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 3600.0
    count: int | None = None
    pace: float | None = None
    first: int = 0
    """The first serial number."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a job; the times of answers are in milliseconds."""

    answered: int
    seconds: float
    statuses: dict[str, int]
    median: float
    p99: float
    worst: float

    @property
    def rate(self) -> float:
        return self.answered / self.seconds


class Requests:
    """The bytes of one request after the other."""

    def __init__(self, job: Job) -> None:
        self._serial = job.first
        self._bodies = [body.encode().split(MARK.encode()) for body in job.bodies]
        lines = [f"POST {job.path} HTTP/1.1", "Host: bench", "Content-Type: application/json"]
        lines += [f"{name}: {value}" for name, value in job.headers.items()]
        head = "\r\n".join(lines)
        self._heads = [
            f"{head}\r\nContent-Length: {_length(parts)}\r\n\r\n".encode() for parts in self._bodies
        ]
        self._turn = 0

    def next(self) -> bytes:
        turn = self._turn
        self._turn = (turn + 1) % len(self._bodies)
        first, *rest = self._bodies[turn]
        made = [self._heads[turn], first]
        for part in rest:
            self._serial += 1
            made += (b"%0*d" % (DIGITS, self._serial), part)
        return b"".join(made)


def _length(parts: list[bytes]) -> int:
    return sum(map(len, parts)) + DIGITS * (len(parts) - 1)


class Senders:
    """All connections of a job, served by one epoll."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._requests = Requests(job)
        self._sent = 0
        self._times: list[float] = []
        self._statuses: Counter[str] = Counter()
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._since: dict[int, float] = {}
        self._parts: dict[int, bytes] = {}
        self._idle: deque[int] = deque()
        for _ in range(job.clients):
            line = socket.create_connection(("127.0.0.1", job.port))
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sockets[line.fileno()] = line
            self._idle.append(line.fileno())
            self._poll.register(line.fileno(), select.EPOLLIN)

    def run(self) -> Outcome:
        began = time.perf_counter()
        end = began + self._job.seconds
        while True:
            now = time.perf_counter()
            self._send_idle(now, began, end)
            if not self._since and (now >= end or self._all_sent()):
                break
            events = self._poll.poll(PATIENCE if self._job.pace is None else 0.002)
            if not events and self._job.pace is None:
                raise SystemExit(f"no answer within {PATIENCE} s")
            for number, _ in events:
                self._take(number)
        return self._outcome(time.perf_counter() - began)

    def _send_idle(self, now: float, began: float, end: float) -> None:
        job = self._job
        due = None if job.pace is None else int((now - began) * job.pace) + 1
        while self._idle and now < end and not self._all_sent():
            if due is not None and self._sent >= due:
                return
            number = self._idle.popleft()
            self._sent += 1
            self._since[number] = time.perf_counter()
            request = self._requests.next()
            sent = self._sockets[number].send(request)
            if sent < len(request):
                self._sockets[number].sendall(request[sent:])

    def _all_sent(self) -> bool:
        return self._job.count is not None and self._sent >= self._job.count

    def _take(self, number: int) -> None:
        data = self._sockets[number].recv(262_144)
        if not data:
            raise SystemExit("a connection was closed by the other side")
        if number in self._parts:
            data = self._parts.pop(number) + data
        if not _is_whole(data):
            self._parts[number] = data
            return
        self._times.append(time.perf_counter() - self._since.pop(number))
        self._statuses[data[9:12].decode()] += 1
        self._idle.append(number)

    def _outcome(self, seconds: float) -> Outcome:
        times = sorted(self._times)

        def share(part: float) -> float:
            return times[min(len(times) - 1, int(len(times) * part))] * 1000

        return Outcome(
            answered=len(times),
            seconds=seconds,
            statuses=dict(self._statuses),
            median=share(0.5),
            p99=share(0.99),
            worst=share(1.0),
        )


def _is_whole(data: bytes) -> bool:
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return False
    start = data.lower().find(b"content-length: ", 0, end)
    if start < 0:
        return True
    return len(data) >= end + 4 + int(data[start + 16 : data.index(b"\r\n", start)])


def main() -> int:
    told: dict[str, Any] = json.load(sys.stdin)
    print(json.dumps(asdict(Senders(Job(**told)).run())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
