"""The calendars that are given out, read back by another library: each event at its instant, across
every change of the clock, also for a reader that knows no zone by its name."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events

from app.calendars.feed import Entry, write_feed

CHANGED = datetime(2026, 11, 23, 22, 0, 7, 123456, tzinfo=UTC)
ZONES = (
    "Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
    "Africa/Casablanca", "America/Sao_Paulo", "UTC",
)  # fmt: skip


def weekly(zone: str, weeks: int = 60, **more: object) -> list[Entry]:
    """Shifts from Friday to Friday at 18:00 there; the local time stands, the instant moves."""
    place = ZoneInfo(zone)
    starts = [
        datetime(2026, 1, 2, 18, tzinfo=place) + timedelta(weeks=week) for week in range(weeks + 1)
    ]
    return [
        Entry(
            uid=f"volunteers-0-{number}@baton.acme.test",
            start=start.astimezone(UTC),
            end=end.astimezone(UTC),
            zone=place,
            summary=f"Chi · Out of hours {number}",
            **more,  # type: ignore[arg-type]
        )
        for number, (start, end) in enumerate(pairwise(starts))
    ]


def written(entries: list[Entry], name: str = "Out of hours · Acme") -> bytes:
    return write_feed(name, entries, changed_at=CHANGED, sequence=12)


def read(body: bytes) -> dict[str, tuple[datetime, datetime]]:
    """UID → instants, as the other library expands them."""
    calendar = icalendar.Calendar.from_ical(body)
    found = recurring_ical_events.of(calendar).between((2025, 1, 1), (2029, 1, 1))
    return {
        str(each["UID"]): (each["DTSTART"].dt.astimezone(UTC), each["DTEND"].dt.astimezone(UTC))
        for each in found
    }


@pytest.mark.parametrize("zone", ZONES)
def test_every_shift_is_read_back_at_its_instant(zone: str) -> None:
    entries = weekly(zone)
    assert read(written(entries)) == {each.uid: (each.start, each.end) for each in entries}


@pytest.mark.parametrize("zone", ZONES)
def test_a_reader_that_does_not_know_the_zone_by_name_reads_the_same(zone: str) -> None:
    entries = weekly(zone)
    own = f"TZID:Acme-{zone.replace('/', '-')}".encode()  # the reader remembers it by its name
    body = written(entries).replace(f"X-WR-TIMEZONE:{zone}\r\n".encode(), b"")
    body = body.replace(f"TZID:{zone}\r\n".encode(), own + b"\r\n")
    body = body.replace(f"TZID={zone}:".encode(), own.replace(b":", b"=") + b":")
    assert zone == "UTC" or b"Acme-" in body
    assert read(body) == {each.uid: (each.start, each.end) for each in entries}


def test_the_doubled_and_the_missing_hour() -> None:
    place = ZoneInfo("Europe/Dublin")
    doubled = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 01:30 there, the first of the two
    missing = datetime(2027, 3, 28, 1, 0, tzinfo=UTC)  # 02:00 there, right after the gap
    entries = [
        Entry(uid=name, start=at, end=at + timedelta(hours=3), zone=place, summary=name)
        for name, at in (("doubled", doubled), ("missing", missing))
    ]
    assert read(written(entries)) == {each.uid: (each.start, each.end) for each in entries}


def test_it_is_what_google_outlook_and_apple_take() -> None:
    text = written(weekly("Europe/Dublin", 4, description="ü" * 200)).decode()
    assert text.replace("\r\n", "").count("\n") == 0
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    for line in (
        "BEGIN:VCALENDAR", "VERSION:2.0", "METHOD:PUBLISH", "CALSCALE:GREGORIAN",
        "X-WR-CALNAME:Out of hours · Acme", "X-WR-TIMEZONE:Europe/Dublin",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H", "BEGIN:VTIMEZONE",
        "LAST-MODIFIED:20261123T220007Z", "DTSTAMP:20261123T220007Z", "SEQUENCE:12",
    ):  # fmt: skip
        assert f"\r\n{line}\r\n" in f"\r\n{text}", line
    times = re.findall(
        r"^(DTSTART|DTEND)([^:]*):(\d{8}T\d{6}Z?)\r$", text.split("END:VTIMEZONE")[-1], re.M
    )
    assert len(times) == 8
    assert all("TZID=Europe/Dublin" in zone for _, zone, _ in times)


def test_what_people_are_called_is_only_text() -> None:
    [entry] = weekly("Europe/Dublin", 1)
    hostile = "x\r\nEND:VEVENT\r\nBEGIN:VALARM\r\n;,\\\x00\u2028 ö"
    body = written([replace(entry, summary=hostile, description=hostile)], name=hostile)
    calendar = icalendar.Calendar.from_ical(body)
    assert [each.name for each in calendar.walk()].count("VALARM") == 0
    assert len(calendar.events) == 1


def test_equal_entries_give_equal_bytes_and_an_empty_calendar_is_one() -> None:
    entries = weekly("Europe/Dublin", 4)
    assert written(entries) == written(entries)
    assert icalendar.Calendar.from_ical(written([])).events == []
