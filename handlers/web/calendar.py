"""GET /calendar/<secret>.ics: somebody's shifts, or a rota's, for a calendar to subscribe to."""

import asyncio
import hashlib
import re
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.calendars.feed import write_feed
from app.flows.kit import Kit, NoOrganisation
from app.flows.tell.calendar_feed import FeedFacts, calendar_feed

SECRET = re.compile(r"[A-Za-z0-9_-]{32}")
HEADERS = {
    "Cache-Control": "private, max-age=900",
    "Referrer-Policy": "no-referrer",  # the address itself is the key
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
KEPT = 64
"""So many written calendars are kept: many people's programs read the same one again and again."""


def routes(kit: Kit, public_url: str | None) -> list[Route]:
    """What is not there is 404 without a word: nobody learns whether it ever was."""
    host = urlsplit(public_url or "").hostname or "baton"
    writer = _Writer()

    async def show(request: Request) -> Response:
        secret = request.path_params["secret"]
        if not SECRET.fullmatch(secret):
            return Response(status_code=404, headers=HEADERS)
        try:
            facts = await kit.read(calendar_feed, secret, host=host)
        except (SQLAlchemyError, NoOrganisation):
            return Response(status_code=503, headers={**HEADERS, "Retry-After": "60"})
        if facts is None:
            return Response(status_code=404, headers=HEADERS)
        body, tag = await writer.write(facts)
        headers = {**HEADERS, "ETag": tag}
        if _knows(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
        headers["Content-Disposition"] = 'inline; filename="on-call.ics"'
        return Response(body, headers=headers, media_type="text/calendar; charset=utf-8")

    return [Route("/calendar/{secret}.ics", show, methods=["GET"])]


class _Writer:
    """Writes one calendar at a time, beside the loop; what was written is kept for a while."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)
        self._kept: dict[FeedFacts, tuple[bytes, str]] = {}

    async def write(self, facts: FeedFacts) -> tuple[bytes, str]:
        async with self._turn:
            if facts not in self._kept:
                body = await asyncio.to_thread(_write, facts)
                digest = hashlib.sha256(body).hexdigest()
                while len(self._kept) >= KEPT:
                    del self._kept[next(iter(self._kept))]
                self._kept[facts] = body, f'"{digest[:32]}"'
            return self._kept[facts]


def _write(facts: FeedFacts) -> bytes:
    return write_feed(
        facts.name, facts.entries, changed_at=facts.changed_at, sequence=facts.sequence
    )


def _knows(given: str, tag: str) -> bool:
    known = {each.strip().removeprefix("W/") for each in given.split(",")}
    return tag in known or "*" in known
