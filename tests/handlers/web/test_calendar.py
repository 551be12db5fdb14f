"""A calendar over HTTP: read by whoever has the address, and 404 without a word otherwise."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import icalendar
import pytest
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette

from app.calendars.feed import write_feed
from app.flows.admit import SlackCaller
from app.flows.calendar_link import make_calendar_link, revoke_calendar_link
from handlers.web import calendar as door
from handlers.web.calendar import routes
from storage.engine import Database, open_engine
from tests.kit import Bench, SetClock, open_bench

pytestmark = pytest.mark.anyio
ANA = SlackCaller(slack_id="UANA", team="T1")


@pytest.fixture
def bench(sqlite_url: str) -> Iterator[Bench]:
    database: Database = open_engine(sqlite_url)
    opened = open_bench(database, clock=SetClock())
    yield opened
    opened.kit.close()
    database.dispose()


@pytest.fixture
async def web(bench: Bench) -> AsyncIterator[httpx2.AsyncClient]:
    app = Starlette(routes=routes(bench.kit, "https://baton.acme.test/"))
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="https://baton.acme.test") as web:
        yield web


async def test_it_is_a_calendar_with_headers_that_keep_it_private(
    bench: Bench, web: httpx2.AsyncClient
) -> None:
    secret = bench.do(make_calendar_link, by=ANA)
    answer = await web.get(f"/calendar/{secret}.ics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["referrer-policy"] == "no-referrer"
    calendar = icalendar.Calendar.from_ical(answer.content)
    assert {str(each["SUMMARY"]) for each in calendar.events} == {
        "On call: Out of hours", "On call: Data Infrastructure",
    }  # fmt: skip
    assert all(str(each["UID"]).endswith("@baton.acme.test") for each in calendar.events)


async def test_what_has_not_changed_is_not_sent_again(
    bench: Bench, web: httpx2.AsyncClient
) -> None:
    secret = bench.do(make_calendar_link, by=ANA)
    first = await web.get(f"/calendar/{secret}.ics")
    tag = first.headers["etag"]
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await web.get(f"/calendar/{secret}.ics", headers={"If-None-Match": given})
        assert (again.status_code, again.content) == (304, b"")
    other = await web.get(f"/calendar/{secret}.ics", headers={"If-None-Match": '"other"'})
    assert other.content == first.content


@pytest.mark.parametrize(
    "name", ["x", "x" * 32, "A" * 5000, "%00", "..%2f..", "' OR 1=1", "é" * 32]
)
async def test_what_is_not_there_is_404_without_a_word(web: httpx2.AsyncClient, name: str) -> None:
    answer = await web.get(f"/calendar/{name}.ics")
    assert answer.status_code == 404
    if "%2f" not in name:
        assert answer.content == b""


async def test_what_was_revoked_is_404(bench: Bench, web: httpx2.AsyncClient) -> None:
    secret = bench.do(make_calendar_link, by=ANA)
    bench.do(revoke_calendar_link, by=ANA)
    answer = await web.get(f"/calendar/{secret}.ics")
    assert (answer.status_code, answer.content) == (404, b"")


async def test_it_is_written_once_for_many_readers(
    bench: Bench, web: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[object] = []
    write = write_feed

    def counted(*args: Any, **kwargs: Any) -> bytes:
        written.append(args)
        return write(*args, **kwargs)

    monkeypatch.setattr(door, "write_feed", counted)
    secret = bench.do(make_calendar_link, by=ANA)
    answers = [await web.get(f"/calendar/{secret}.ics") for _ in range(5)]
    assert len({each.content for each in answers}) == 1
    assert len(written) == 1


async def test_while_the_database_is_away_it_is_asked_to_come_back(
    bench: Bench, web: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(bench.kit, "read", away)
    answer = await web.get(f"/calendar/{'x' * 32}.ics")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"
