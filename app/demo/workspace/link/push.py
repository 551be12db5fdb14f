"""HTTP push: signed requests to the app's own address."""

import hashlib
import hmac
import json
import secrets
import time
from urllib.parse import urlencode

import aiohttp

from app.demo.workspace.link.envelope import ACK_WAIT, Envelope, Outcome
from app.demo.workspace.values import Json

_RETRY_REASONS = {"timeout": "http_timeout", "no_connection": "connection_failed"}


class HttpPush:
    """Sends every envelope to one request URL, as Slack does for apps without Socket Mode."""

    name = "http"

    def __init__(self, url: str, signing_secret: str) -> None:
        self.url = url
        self._secret = signing_secret
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ACK_WAIT))

    async def deliver(self, envelope: Envelope) -> Outcome:
        body, kind = _encode(envelope)
        headers = {"Content-Type": kind}
        if envelope.attempt:
            headers["X-Slack-Retry-Num"] = str(envelope.attempt)
            reason = envelope.retry_reason
            headers["X-Slack-Retry-Reason"] = _RETRY_REASONS.get(reason, reason)
        return await self._post(body, headers)

    async def verify(self) -> bool:
        """Slack's `url_verification`: the address is good when it sends the challenge back."""
        challenge = secrets.token_urlsafe(24)
        body = json.dumps({"type": "url_verification", "token": "", "challenge": challenge})
        outcome = await self._post(body.encode(), {"Content-Type": "application/json"})
        told = outcome.payload
        return outcome.acked and challenge in (told, told.get("challenge", "") if _is(told) else "")

    async def _post(self, body: bytes, headers: dict[str, str]) -> Outcome:
        headers = headers | self._signature(body)
        try:
            async with self._session.post(
                self.url, data=body, headers=headers, max_redirects=2
            ) as response:
                text = await response.text()
                good = 200 <= response.status < 300
                no_retry = not good and response.headers.get("X-Slack-No-Retry") == "1"
                return Outcome(
                    acked=good,
                    status="acked" if good else "http_error",
                    payload=_decode(text, response.content_type),
                    retry=not no_retry,
                )
        except TimeoutError:
            return Outcome(acked=False, status="timeout")
        except aiohttp.TooManyRedirects:
            return Outcome(acked=False, status="too_many_redirects")
        except (aiohttp.ClientError, OSError):
            return Outcome(acked=False, status="connection_failed")

    def _signature(self, body: bytes) -> dict[str, str]:
        """By the machine's time, not the workspace's: the app compares it with its own clock."""
        stamp = str(int(time.time()))
        signed = b"v0:" + stamp.encode() + b":" + body
        digest = hmac.new(self._secret.encode(), signed, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    async def close(self) -> None:
        await self._session.close()


def _encode(envelope: Envelope) -> tuple[bytes, str]:
    """JSON for events, a form for commands, a form with one JSON field for interactions."""
    form = "application/x-www-form-urlencoded"
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload).encode(), "application/json"
    if envelope.kind == "slash_commands":
        return urlencode(_flat(envelope.payload)).encode(), form
    return urlencode({"payload": json.dumps(envelope.payload)}).encode(), form


def _flat(payload: Json) -> dict[str, str]:
    return {
        key: str(value).lower() if isinstance(value, bool) else str(value)
        for key, value in payload.items()
        if value is not None
    }


def _decode(text: str, kind: str) -> object:
    if kind == "application/json" and text:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text or None


def _is(told: object) -> bool:
    return isinstance(told, dict)
