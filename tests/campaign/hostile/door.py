"""A whole Baton as a process, and strangers at every door of it."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import os
import random
import re
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.flows.intake_token import new_token
from app.flows.kit import Kit
from app.flows.standing import StandingOrders
from app.organisation.apply import apply
from app.organisation.example import example_text
from app.organisation.in_force import parse_applied
from storage.engine import open_engine
from storage.migrate import migrate
from tests.campaign.hostile.mutate import mutations
from tests.campaign.hostile.targets import KEY, LINE_WORDS, TARGETS
from tests.wire.raw import Answer, post, send

SECRET = "signing-secret-of-the-campaign"
PATIENCE = 20.0
WITHIN = 1.0
"""Seconds an answer may take. One that took longer is asked for again at once: what a busy machine
delays is not slow, what a request makes slow is so twice."""
GOOD = {200, 201, 202, 204, 503} | set(range(400, 500))
TRACE = re.compile(rb'"trace"|Traceback')


@dataclass
class Visits:
    """What came of all requests."""

    asked: int = 0
    strange: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    slowest: float = 0.0
    traces: int = 0
    alive: bool = False
    memory_before: float = 0.0
    memory_after: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the running Baton is, and what proves a sender."""

    address: str
    tokens: Mapping[str, str]
    process: asyncio.subprocess.Process
    log: Path

    @property
    def memory(self) -> float:
        """Resident, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0


async def visit(folder: Path, *, seconds: float, chance: int) -> Visits:
    """Send mutations to every door for so long, a few at a time."""
    visits = Visits()
    async with running(folder) as place:
        requests = _requests(place, random.Random(chance))
        await _warm(place)
        visits.memory_before = place.memory
        end = time.monotonic() + seconds
        await asyncio.gather(*(_visitor(place, requests, end, visits) for _ in range(4)))
        answer = await send(place.address, _alert(place, "generic", b'{"alarm": "ReportSlow"}'))
        visits.alive = place.process.returncode is None and answer.status in (200, 202)
        visits.memory_after = place.memory
    visits.traces = len(TRACE.findall(place.log.read_bytes()))
    return visits


@contextlib.asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Place]:
    """`run` on a database of its own, Slack over HTTP with nobody there to be called."""
    url, tokens = f"sqlite:///{folder / 'baton.db'}", _tokens(folder)
    (folder / "baton.toml").write_text(example_text(), encoding="utf-8")
    port = _free_port()
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "BATON_DATABASE_URL": url,
        "BATON_ORGANISATION": str(folder / "baton.toml"),
        "BATON_BIND": f"127.0.0.1:{port}",
        "BATON_ADMIN_BIND": f"127.0.0.1:{_free_port()}",
        "BATON_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "BATON_SECRET_KEY": KEY,
        "BATON_SLACK_API_URL": f"http://127.0.0.1:{_free_port()}/api/",
        "BATON_LOG": "json",
        "SLACK_BOT_TOKEN": "xoxb-of-the-campaign",
        "SLACK_SIGNING_SECRET": SECRET,
    }
    log = folder / "log"
    with log.open("wb") as told:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "import sys; from app.cli import main; sys.exit(main(['run']))",
            env=environment,
            stdout=told,
            stderr=told,
        )
        place = Place(address=f"http://127.0.0.1:{port}", tokens=tokens, process=process, log=log)
        try:
            await _listens(place)
            yield place
        finally:
            if process.returncode is None:
                process.terminate()
            await asyncio.wait_for(process.wait(), PATIENCE)


async def _visitor(place: Place, requests: Callable[[], bytes], end: float, visits: Visits) -> None:
    while time.monotonic() < end and place.process.returncode is None:
        request = requests()
        answer, took = await _ask(place, request)
        if took > WITHIN:
            _, took = await _ask(place, request)
            if took > WITHIN:
                visits.slow.append(repr(request[:300]))
        visits.asked += 1
        visits.slowest = max(visits.slowest, took)
        if answer.status not in GOOD:
            visits.strange.append(f"{answer.status} {request[:1000]!r}")


async def _ask(place: Place, request: bytes) -> tuple[Answer, float]:
    began = time.monotonic()
    try:
        answer = await send(place.address, request, within=PATIENCE)
    except (TimeoutError, ConnectionError) as error:
        answer = Answer(status=-1, body=repr(error).encode())
    return answer, time.monotonic() - began


def _requests(place: Place, chance: random.Random) -> Callable[[], bytes]:
    """The next request to one of the doors, each as often as the others."""
    bodies = {
        name: mutations(target.seeds, target.words, chance)
        for name, target in TARGETS.items()
        if name.startswith("intake-") or name in ("slack-payload", "link-token")
    }
    heads = mutations([b"Bearer " + b"0" * 32, b"v0=" + b"0" * 64], LINE_WORDS, chance)
    whole = mutations([_alert(place, "generic", b"{}")], (b"\r\n", b"\0", b"HTTP/9"), chance)

    def token() -> str:
        return "".join(filter(str.isalnum, next(bodies["link-token"]).decode("latin-1")))[:600]

    def intake() -> bytes:
        name = chance.choice([each for each in bodies if each.startswith("intake-")])
        return _alert(place, name.removeprefix("intake-"), next(bodies[name]))

    def slack() -> bytes:
        body = next(bodies["slack-payload"])
        return _signed(body[1:], form=body[:1] == b"f", stamp=str(int(time.time())).encode())

    def unsigned() -> bytes:
        stamp = str(int(time.time())).encode()
        return _signed(b"{}", form=False, stamp=stamp, signature=_header(next(heads)))

    def wrong_token() -> bytes:
        return post("/v1/alerts/generic", b"{}", {"Authorization": _header(next(heads))})

    def link() -> bytes:
        act = chance.choice((b"act=acknowledge", b"act=resolve", b"act=%ff", next(heads)))
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return post(f"/acknowledge/{token()}", act, form, method=chance.choice(("GET", "POST")))

    def path() -> bytes:
        return post(f"/{token()}/{token()}"[:2000], method=chance.choice(("GET", "PUT", "POST")))

    def garbage() -> bytes:
        """Its first line stays as it is, so that there is an answer to wait for."""
        request = next(whole)
        return request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1) + b"\r\n\r\n"

    doors = (intake, intake, slack, unsigned, wrong_token, link, path, garbage)
    return lambda: chance.choice(doors)()


def _alert(place: Place, source: str, body: bytes) -> bytes:
    return post(
        f"/v1/alerts/{source}", body, {"Authorization": f"Bearer {place.tokens.get(source, 'x')}"}
    )


def _signed(body: bytes, *, form: bool, stamp: bytes, signature: bytes | None = None) -> bytes:
    made = hmac.new(SECRET.encode(), b"v0:" + stamp + b":" + body, hashlib.sha256).hexdigest()
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    return post(
        "/slack/events",
        body,
        {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature or b"v0=" + made.encode(),
        },
    )


def _header(data: bytes) -> bytes:
    """One header's value: whatever it holds, the request's own lines stay where they are."""
    return re.sub(rb"[\r\n]", b" ", data)[:8000]


def _tokens(folder: Path) -> dict[str, str]:
    """An organisation in force, and a token for each format."""
    url = f"sqlite:///{folder / 'baton.db'}"
    migrate(url)
    database = open_engine(url)
    kit = Kit(database, StandingOrders(parse_applied))
    with database.write.begin() as tx:
        apply(tx, example_text(), now=kit.clock(), by="campaign")
    names = [each.removeprefix("intake-") for each in TARGETS if each.startswith("intake-")]
    tokens = {name: kit.do_now(new_token, None, name) for name in names}
    kit.close()
    database.dispose()
    return tokens


async def _warm(place: Place) -> None:
    """What is loaded at the first use is no growth."""
    for source in place.tokens:
        await send(place.address, _alert(place, source, json.dumps({"alarm": "A"}).encode()))
    await send(place.address, _signed(b"{}", form=False, stamp=str(int(time.time())).encode()))


async def _listens(place: Place) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and place.process.returncode is None:
        with contextlib.suppress(OSError):
            await send(place.address, post("/", method="GET"))
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"Baton did not start:\n{place.log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
