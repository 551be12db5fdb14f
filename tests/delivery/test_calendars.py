"""Calendars are read when they are due, beside everything else; what becomes of it is kept."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.calendars.absences import Absence, BadCalendar
from app.calendars.address import read_address
from app.delivery.calendars import Calendars
from app.flows.admit import SlackCaller
from app.flows.leave_calendar import add_calendar
from app.paging.seal import Seal
from storage import leave_calendars
from storage.leave_calendars import LeaveCalendar
from tests.kit import Bench

pytestmark = pytest.mark.anyio
SEAL = Seal("a-key-for-tests-only-0123456789abcdef")
URL = "https://calendar.acme.test/a.ics"
FRIDAY = datetime(2026, 11, 27, 18, tzinfo=UTC)
AWAY = Absence(start=FRIDAY, end=FRIDAY + timedelta(days=1), uid="1")
BY = SlackCaller(slack_id="UANA", team="T1")


def added(bench: Bench) -> int:
    return int(bench.do(add_calendar, read_address(URL), seal=SEAL, by=BY).id)


def kept(bench: Bench, calendar: int) -> LeaveCalendar:
    found = bench.do(lambda work: leave_calendars.get(work.tx, calendar))
    assert found is not None
    return found  # type: ignore[no-any-return]


async def settled(calendars: Calendars) -> None:
    await calendars.look()
    while calendars._reading:
        await asyncio.gather(*calendars._reading)


async def test_what_is_due_is_fetched_and_read(bench: Bench) -> None:
    number, asked = added(bench), []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return b"body"

    calendars = Calendars(bench.kit, SEAL, fetch=fetch, read=lambda *_: [AWAY])
    await settled(calendars)
    await settled(calendars)
    assert asked == [URL]
    assert kept(bench, number).found == [[AWAY.start.isoformat(), AWAY.end.isoformat(), "1"]]
    await calendars.stop()


@pytest.mark.parametrize("seal", [SEAL, Seal("another-key-for-tests-0123456789abcdef")])
async def test_what_fails_is_kept_as_a_sentence(bench: Bench, seal: Seal) -> None:
    number = added(bench)

    def fetch(url: str) -> bytes:
        raise BadCalendar("Its server answered 503.")

    calendars = Calendars(bench.kit, seal, fetch=fetch)
    await settled(calendars)
    problem = kept(bench, number).problem
    assert problem == "Its server answered 503." if seal is SEAL else "key" in str(problem)
    await calendars.stop()


async def test_what_breaks_inside_is_tried_again_later(bench: Bench) -> None:
    number = added(bench)

    def fetch(url: str) -> bytes:
        raise RuntimeError("a bug")

    calendars = Calendars(bench.kit, SEAL, fetch=fetch)
    await settled(calendars)
    assert kept(bench, number).problem == "Baton failed inside: RuntimeError."
    await calendars.stop()
