"""Which events of a calendar count, whatever stands in it; and what is refused."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calendars.absences import LARGEST, MOST, BadCalendar, find_absences
from app.calendars.address import read_address
from app.calendars.apart import read_apart

NOW = datetime(2026, 11, 23, 22, tzinfo=UTC)
YEAR = timedelta(days=366)
NEW_YORK = ZoneInfo("America/New_York")
"""Where the person is: five hours behind UTC in winter."""


def calendar(*events: str, head: str = "") -> bytes:
    made = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//", *head.split()]
    for number, event in enumerate(events):
        uid = "" if "UID:" in event else f"UID:{number}@x\r\n"
        made += ["BEGIN:VEVENT", f"{uid}DTSTAMP:20260101T000000Z", event, "END:VEVENT"]
    return "\r\n".join([*made, "END:VCALENDAR", ""]).replace("\n ", "\r\n").encode()


def all_day(title: str, first: str = "20261224", last: str = "20261227", more: str = "") -> str:
    lines = [f"SUMMARY:{title}", f"DTSTART;VALUE=DATE:{first}", f"DTEND;VALUE=DATE:{last}", more]
    return "\r\n".join(each for each in lines if each)


def found(body: bytes, zone: ZoneInfo = NEW_YORK) -> list[tuple[datetime, datetime]]:
    return [(each.start, each.end) for each in find_absences(body, NOW, NOW + YEAR, zone)]


CHRISTMAS = (datetime(2026, 12, 24, 5, tzinfo=UTC), datetime(2026, 12, 27, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    "title",
    ["Vacation", "annual leave", "Ana AWAY", "Holiday in Kerry", "PTO", "OOO - back in May",
     "Out of office", "PTO/OOO"],
)  # fmt: skip
def test_days_with_such_a_title_count_in_the_persons_zone(title: str) -> None:
    assert found(calendar(all_day(title))) == [CHRISTMAS]


@pytest.mark.parametrize(
    "event",
    [
        all_day("Team offsite"),
        all_day("Cleaver sharpening"),
        all_day("Ptolemy's birthday"),
        all_day("Vacation", more="STATUS:CANCELLED"),
        "SUMMARY:Vacation planning\r\nDTSTART:20261224T100000Z\r\nDTEND:20261224T110000Z",
        all_day("Vacation", "20250101", "20250102"),
        all_day("Vacation", "20281224", "20281226"),
        "SUMMARY:Vacation",
        all_day("Busy", more="X-MICROSOFT-CDO-BUSYSTATUS:BUSY"),
    ],
)
def test_everything_else_is_passed_over(event: str) -> None:
    assert found(calendar(event)) == []


def test_what_outlook_marks_as_out_of_office_counts_by_its_hours() -> None:
    timed = (
        "SUMMARY:Dentist\r\nDTSTART;TZID=Europe/Dublin:20261224T100000\r\n"
        "DTEND;TZID=Europe/Dublin:20261224T120000\r\nX-MICROSOFT-CDO-BUSYSTATUS:OOF"
    )
    start = datetime(2026, 12, 24, 10, tzinfo=UTC)
    assert found(calendar(timed)) == [(start, start + timedelta(hours=2))]


def test_what_comes_again_comes_again_and_an_exception_is_one() -> None:
    weekly = all_day(
        "Away", "20261201", "20261202", "RRULE:FREQ=WEEKLY;COUNT=3\r\nEXDATE;VALUE=DATE:20261208"
    )
    assert [start.day for start, _ in found(calendar(weekly))] == [1, 15]
    moved = all_day("Back at work", "20261216", "20261217", "RECURRENCE-ID;VALUE=DATE:20261215")
    both = calendar(f"UID:w\r\n{weekly}", f"UID:w\r\n{moved}")
    assert [start.day for start, _ in found(both)] == [1]


def test_an_absence_that_runs_keeps_its_own_beginning() -> None:
    running = calendar(all_day("Leave", "20261120", "20261130"))
    [(start, end)] = found(running)
    assert (start.day, end.day) == (20, 30)
    [later] = find_absences(running, NOW + timedelta(days=3), NOW + YEAR, NEW_YORK)
    assert (later.start, later.end) == (start, end)


def test_no_title_is_kept() -> None:
    [absence] = find_absences(calendar(all_day("Away: an operation")), NOW, NOW + YEAR, NEW_YORK)
    assert "operation" not in str(absence)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no iCalendar"),
        (b"<html>Sign in</html>", "no iCalendar"),
        (b"\x00\xff\xfe" * 99, "no iCalendar"),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "no iCalendar"),
        (b"x" * (LARGEST + 1), "larger than 1 MB"),
        (calendar(*[all_day("Away")] * (MOST + 1)), "more than 500"),
        (calendar(*[all_day("Away", more="RRULE:FREQ=DAILY")] * 2), "more than 500"),
        (calendar(all_day("Away", more="RRULE:FREQ=SECONDLY")), "again within a day"),
        (calendar(all_day("Away", more="RRULE:FREQ=minutely")), "again within a day"),
        (calendar(all_day("Away", more="RRULE:FREQ=HOURLY;COUNT=2")), "again within a day"),
        (calendar(all_day("Away", more="RRULE:FREQ=DAILY;BYSECOND=1,2")), "again within a day"),
        (calendar(all_day("Away", more="RRULE:FREQ=DAILY;INTERVAL=0")), "cannot be understood"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_a_sentence(body: bytes, words: str) -> None:
    with pytest.raises(BadCalendar, match=words):
        find_absences(body, NOW, NOW + YEAR, NEW_YORK)


def test_apart_it_is_the_same_and_what_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    body = calendar(all_day("Vacation"))
    inside = find_absences(body, NOW, NOW + YEAR, NEW_YORK)
    assert read_apart(body, NOW, NOW + YEAR, NEW_YORK) == inside
    with pytest.raises(BadCalendar, match="no iCalendar"):
        read_apart(b"<html>", NOW, NOW + YEAR, NEW_YORK)
    monkeypatch.setattr("app.calendars.apart.SECONDS", 1)
    never = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    endless = calendar(*[all_day("Away", "19000101", "19000102", never)] * 400)
    with pytest.raises(BadCalendar, match="takes too long"):
        read_apart(endless, NOW, NOW + YEAR, NEW_YORK)


@settings(deadline=None, max_examples=150)
@given(
    body=st.binary(max_size=400)
    | st.text(max_size=400).map(lambda t: calendar(t.replace("\r", "")))
)
def test_whatever_it_is_it_is_read_or_refused(body: bytes) -> None:
    try:
        find_absences(body, NOW, NOW + YEAR, NEW_YORK)
    except BadCalendar as bad:
        assert bad.sentence.endswith(".")  # noqa: PT017


@pytest.mark.parametrize(
    "text",
    [
        "http://calendar.acme.test/a.ics", "https://localhost/a.ics", "ftp://x.test/a", "x", "",
        "https://ana:secret@acme.test/a.ics", "https://acme.test:0/", "https://acme.test:99999/",
        "https://[::1]/a.ics", "https://[bad/a", "https://acme.test/ü",
        "https://acme.test/" + "x" * 999,
        "https://acme .test/", "file:///etc/passwd", "https:///a.ics",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_a_sentence(text: str) -> None:
    with pytest.raises(BadCalendar, match=r"A calendar's address .*\.$"):
        read_address(text)


def test_an_address_is_shown_by_its_server_alone() -> None:
    secret = "private-0123456789abcdef0123456789abcdef"
    found = read_address(f" webcal://calendar.acme.test/{secret}/basic.ics ")
    assert found.url == f"https://calendar.acme.test/{secret}/basic.ics"
    assert found.hint == "calendar.acme.test …ics"
    assert secret not in repr(found)
