"""What is not Slack's, not fresh or not readable never reaches Bolt, and never gets a 500."""

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import pytest
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette

from handlers.slack.guard import MAX_BYTES, routes
from handlers.slack.payload import MAX_DEPTH
from storage.tables import incidents
from tests.handlers.slack.wire import SECRET
from tests.kit import Bench

pytestmark = pytest.mark.anyio
NOW = 1_795_000_000
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class Sender:
    """Sends a body with headers as they are told, correct ones where nothing is told."""

    def __init__(self, bolt: AsyncApp) -> None:
        app = Starlette(routes=list(routes(bolt, SECRET, clock=lambda: float(NOW))))
        self._transport = httpx2.ASGITransport(app=app, raise_app_exceptions=True)

    async def post(
        self,
        body: bytes,
        *,
        kind: str = JSON,
        stamp: bytes = str(NOW).encode(),
        signature: bytes | None = None,
        without: tuple[str, ...] = (),
    ) -> httpx2.Response:
        headers = {
            "Content-Type": kind.encode(),
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": sign(body, stamp) if signature is None else signature,
        }
        sent = [(name.encode(), value) for name, value in headers.items() if name not in without]
        async with httpx2.AsyncClient(transport=self._transport, base_url="http://t") as client:
            return await client.post("/slack/events", content=body, headers=sent)


def sign(body: bytes, stamp: bytes, secret: str = SECRET) -> bytes:
    made = hmac.new(secret.encode(), b"v0:" + stamp + b":" + body, hashlib.sha256)
    return b"v0=" + made.hexdigest().encode()


def command(text: str) -> bytes:
    return urlencode(
        {
            "command": "/inc",
            "text": text,
            "user_id": "UANA",
            "team_id": "T1",
            "channel_id": "C1",
            "trigger_id": f"1.2.{text}",
            "response_url": "http://127.0.0.1:9/none",
        }
    ).encode()


@pytest.fixture
def sender(bolt: AsyncApp) -> Sender:
    return Sender(bolt)


CHALLENGE = json.dumps({"type": "url_verification", "challenge": "c", "token": "t"}).encode()


async def test_what_slack_signed_gets_through(sender: Sender) -> None:
    answer = await sender.post(CHALLENGE)
    assert answer.status_code == 200
    assert "c" in answer.text


@pytest.mark.parametrize("off", [-300, 300])
async def test_five_minutes_are_fresh_enough(sender: Sender, off: int) -> None:
    assert (await sender.post(CHALLENGE, stamp=str(NOW + off).encode())).status_code == 200


@pytest.mark.parametrize(
    "stamp",
    [
        str(NOW - 301).encode(),
        str(NOW + 301).encode(),
        b"",
        b"soon",
        b"1e9",
        b"-1",
        b" 1795000000",
        b"1795000000.0",
        "１７９５００００００".encode(),
        b"\xff\xfe",
        b"9" * 5000,
        b"0x6b00",
    ],
)
async def test_a_stale_or_strange_timestamp_is_refused(sender: Sender, stamp: bytes) -> None:
    assert (await sender.post(CHALLENGE, stamp=stamp)).status_code == 401


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        b"v0=",
        b"v0=" + b"0" * 64,
        b"v1=" + sign(CHALLENGE, str(NOW).encode())[3:],
        sign(CHALLENGE, str(NOW).encode()).upper(),
        sign(CHALLENGE, str(NOW).encode()) + b"0",
        sign(CHALLENGE, str(NOW).encode(), "another secret"),
        sign(CHALLENGE + b" ", str(NOW).encode()),
        sign(CHALLENGE, str(NOW - 1).encode()),
        "v0=é".encode(),
        b"\xff" * 67,
        b"v0=" + b"a" * 5000,
    ],
)
async def test_a_false_signature_is_refused(sender: Sender, signature: bytes) -> None:
    assert (await sender.post(CHALLENGE, signature=signature)).status_code == 401


@pytest.mark.parametrize("missing", ["X-Slack-Signature", "X-Slack-Request-Timestamp"])
async def test_a_missing_header_is_refused(sender: Sender, missing: str) -> None:
    assert (await sender.post(CHALLENGE, without=(missing,))).status_code == 401


async def test_every_flipped_bit_of_a_body_is_noticed(sender: Sender) -> None:
    signature = sign(CHALLENGE, str(NOW).encode())
    for place in range(len(CHALLENGE)):
        body = bytearray(CHALLENGE)
        body[place] ^= 1
        assert (await sender.post(bytes(body), signature=signature)).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"3",
        b'"text"',
        b"\xff\xfe",
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\\ud800"}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"a": "' + b'\\"' * 100_000,
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    ],
    ids=lambda body: repr(body[:12]),
)
async def test_signed_nonsense_is_a_bad_request(sender: Sender, body: bytes) -> None:
    assert (await sender.post(body)).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"payload=",
        b"payload=%7B",
        b"payload=%FF%FE",
        b"payload=" + b"[" * 200_000,
        b"a=1&a=2",
        b"&".join(b"f%d=1" % n for n in range(200)),
        b"text=%ff",
    ],
    ids=lambda body: repr(body[:12]),
)
async def test_a_signed_form_of_nonsense_is_a_bad_request(sender: Sender, body: bytes) -> None:
    assert (await sender.post(body, kind=FORM)).status_code == 400


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "view_submission", "view": {"id": "V1"}, "user": {"id": "U1"}},
        {"type": "block_actions", "actions": []},
        {"type": "block_actions", "actions": "no", "user": 3},
        {"type": "event_callback", "event": 3},
        {"type": "unheard_of"},
        {},
    ],
)
async def test_signed_payloads_of_no_known_shape_are_never_a_500(
    sender: Sender, payload: dict[str, Any]
) -> None:
    form = ("payload=" + quote(json.dumps(payload))).encode()
    assert (await sender.post(form, kind=FORM)).status_code != 500
    assert (await sender.post(json.dumps(payload).encode())).status_code != 500


async def test_a_body_over_a_mebibyte_is_too_large_before_anything_else(sender: Sender) -> None:
    body = b"x" * (MAX_BYTES + 1)
    assert (await sender.post(body, signature=b"v0=bad")).status_code == 413


async def test_the_same_signed_request_twice_has_one_effect(sender: Sender, bench: Bench) -> None:
    body = command("new orders fail")
    first, second = [await sender.post(body, kind=FORM) for _ in range(2)]
    assert first.status_code == second.status_code == 200
    assert "is open" in first.json()["text"]
    with bench.database.read.begin() as tx:
        assert len(tx.execute(incidents.select()).all()) == 1


async def test_a_command_may_speak_of_a_payload(sender: Sender) -> None:
    answer = await sender.post(command("new the payload is broken"), kind=FORM)
    assert "the payload is broken" in answer.json()["text"]


async def test_a_database_that_is_gone_is_told_to_a_person_and_retried_for_an_event(
    sender: Sender, bench: Bench
) -> None:
    bench.kit.close()
    answer = await sender.post(command("new orders fail"), kind=FORM)
    assert answer.status_code == 200
    assert "Nothing was changed" in answer.json()["text"]
    event = {"type": "member_joined_channel", "user": "UANA", "channel": "C1"}
    outer = {"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": event}
    assert (await sender.post(json.dumps(outer).encode())).status_code == 503
